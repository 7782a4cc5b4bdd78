use std::time::Duration;

use jiff::Timestamp;
use polar::{CustomerId, CustomerSession, CustomerToken, SecretUrl};
use startup::causes;
use store::{PortalToken, Scope, Session};
use tracing::warn;

use crate::{Error, Purchases};

/// A token this close to its end is made anew, so that it outlives the request and the links it signs.
const MARGIN: Duration = Duration::from_mins(5);

impl Purchases {
    /// Asks Polar something as the session's customer, with the token that is kept with the session, or a new one.
    pub(crate) async fn as_customer<T, Answer: Future<Output = polar::Result<T>>>(
        &self,
        session: &Session,
        now: Timestamp,
        ask: impl Fn(CustomerToken) -> Answer,
    ) -> Result<T, Error> {
        if let Some(kept) = session.portal_token.as_ref().filter(|kept| now + MARGIN < kept.expires_at) {
            let token = CustomerToken::new(kept.secret.clone());
            match ask(token).await {
                // Polar can end a token early, for instance when it finds it published.
                Err(polar::Error::Unauthorized) => {}
                answer => return Ok(answer?),
            }
        }
        let created = self.new_customer_session(session).await?;
        // The next request finds it kept; this one need not wait for that.
        let (kept, answer) = tokio::join!(self.keep(session, &created), ask(created.token.clone()));
        if let Err(error) = kept {
            // Polar's answer is as good without it; the next request makes a token of its own.
            warn!(cause = causes(&error), "not keeping a customer's token");
        }
        Ok(answer?)
    }

    /// Polar's own portal, opened for the session's customer: whoever has the address is the customer there for an hour.
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
        // The session stays for the worker to end: the access token may be another organization's.
        self.polar.customer_sessions().create(customer).await?.ok_or(Error::CustomerGone)
    }
}

/// Refuses a session of one order what concerns the whole account.
pub(crate) fn whole_account(session: &Session) -> Result<(), Error> {
    if session.scope == Scope::Account { Ok(()) } else { Err(Error::OrderScope) }
}
