use std::time::Duration;

use jiff::Timestamp;
use polar::{CustomerId, CustomerSession, CustomerToken, SecretUrl};
use startup::causes;
use store::{PortalToken, Scope, Session};
use tracing::warn;

use crate::{Error, Purchases};

/// A token this close to its expiry is replaced, so that it outlives the request and the links that it signs.
const MARGIN: Duration = Duration::from_mins(5);

impl Purchases {
    /// Calls Polar as the session's customer, with the token that is stored with the session, or a new one.
    pub(crate) async fn as_customer<T, Answer: Future<Output = polar::Result<T>>>(
        &self,
        session: &Session,
        now: Timestamp,
        ask: impl Fn(CustomerToken) -> Answer,
    ) -> Result<T, Error> {
        if let Some(kept) = session.portal_token.as_ref().filter(|kept| now + MARGIN < kept.expires_at) {
            let token = CustomerToken::new(kept.secret.clone());
            match ask(token).await {
                // Polar may revoke a token early, for example if it was found published.
                Err(polar::Error::Unauthorized) => {}
                answer => return Ok(answer?),
            }
        }
        let created = self.new_customer_session(session).await?;
        // Stored for the next request; this one does not wait for it.
        let (kept, answer) = tokio::join!(self.keep(session, &created), ask(created.token.clone()));
        if let Err(error) = kept {
            // This request has its token anyway; the next one creates its own.
            warn!(cause = causes(&error), "not keeping a customer's token");
        }
        Ok(answer?)
    }

    /// The address of Polar's customer portal for the session's customer. Anyone who has it can act as the customer there for an hour.
    pub async fn portal_url(&self, session: &Session) -> Result<SecretUrl, Error> {
        whole_account(session)?;
        Ok(self.new_customer_session(session).await?.customer_portal_url)
    }

    async fn keep(&self, session: &Session, created: &CustomerSession) -> Result<(), Error> {
        let kept = PortalToken { secret: created.token.expose().into(), expires_at: created.expires_at };
        Ok(self.sessions.keep_portal_token(session, &kept).await?)
    }

    async fn new_customer_session(&self, session: &Session) -> Result<CustomerSession, Error> {
        let customer = CustomerId::from(session.customer_id);
        // The session is left for the worker to end, because the access token may belong to another organization.
        self.polar.customer_sessions().create(customer).await?.ok_or(Error::CustomerGone)
    }
}

/// Refuses order sessions, for what requires an account session.
pub(crate) fn whole_account(session: &Session) -> Result<(), Error> {
    if session.scope == Scope::Account { Ok(()) } else { Err(Error::OrderScope) }
}
