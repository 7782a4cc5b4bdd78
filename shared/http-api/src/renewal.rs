use std::time::{Duration, Instant};

use jiff::Timestamp;
use store::{Scope, Session};
use tracing::warn;

use crate::{Access, ApiError};

/// No request waits longer for the question whether its customer still exists.
const PATIENCE: Duration = Duration::from_secs(2);

impl Access {
    /// Extends a session when that is due, which is at most once a day, if Polar still knows its customer; with `None` it opens nothing.
    ///
    /// A Polar that does not answer signs nobody out: the session is served as it is, and the next request asks again.
    pub(crate) async fn renew_if_due(&self, session: Session, now: Timestamp) -> Result<Option<Session>, ApiError> {
        let lifetime = if session.scope == Scope::Account { self.lifetimes.account } else { self.lifetimes.order };
        if !session.is_due(lifetime, now) {
            return Ok(Some(session));
        }
        let customer = self.polar.customers();
        match polar::with_deadline(Instant::now() + PATIENCE, customer.find(session.customer_id.into())).await {
            Ok(Some(_)) => Ok(self.sessions.renew(session, lifetime, now).await?),
            Ok(None) => {
                // Not deleted: the access token may be another organization's. The worker ends it when that is ruled out.
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
