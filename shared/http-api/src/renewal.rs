use std::time::{Duration, Instant};

use jiff::Timestamp;
use store::{Scope, Session};
use tracing::warn;

use crate::{Access, ApiError};

/// The longest that a request waits for Polar to confirm its customer.
const PATIENCE: Duration = Duration::from_secs(2);

impl Access {
    /// Extends a session if that is due (at most once a day) and its customer still exists at Polar. `None` if the session is no longer valid.
    ///
    /// If Polar does not answer, the session stays valid and the next request asks again.
    pub(crate) async fn renew_if_due(&self, session: Session, now: Timestamp) -> Result<Option<Session>, ApiError> {
        let lifetime = if session.scope == Scope::Account { self.lifetimes.account } else { self.lifetimes.order };
        if !session.is_due(lifetime, now) {
            return Ok(Some(session));
        }
        let customer = self.polar.customers();
        match polar::with_deadline(Instant::now() + PATIENCE, customer.find(session.customer_id.into())).await {
            Ok(Some(_)) => Ok(self.sessions.renew(session, lifetime, now).await?),
            Ok(None) => {
                // The session is not deleted, because the access token may belong to another organization. The worker checks that first.
                warn!(session.id = %session.id(), "Polar does not know the customer of a session");
                Ok(None)
            }
            Err(error) => {
                warn!(session.id = %session.id(), %error, "could not ask for the customer of a session");
                Ok(Some(session))
            }
        }
    }
}
