use std::time::{Duration, Instant};

use jiff::Timestamp;
use store::Session;
use tracing::{info, warn};

use crate::{Access, ApiError};

/// No request waits longer for the question whether its customer still exists.
const PATIENCE: Duration = Duration::from_secs(2);

impl Access {
    /// Extends a session when that is due, which is at most once a day, if Polar still knows its customer; `None` ends it.
    ///
    /// A Polar that does not answer signs nobody out: the session is served as it is, and the next request asks again.
    pub(crate) async fn renew_if_due(&self, session: Session, now: Timestamp) -> Result<Option<Session>, ApiError> {
        let lifetime = self.lifetimes.of(session.scope);
        if !session.is_due(lifetime, now) {
            return Ok(Some(session));
        }
        let customer = self.polar.customers();
        match polar::with_deadline(Instant::now() + PATIENCE, customer.find(session.customer_id.into())).await {
            Ok(Some(_)) => Ok(self.sessions.renew(session, lifetime, now).await?),
            Ok(None) => {
                self.sessions.delete(&session.reference()).await?;
                info!(session.id = %session.id(), "ended session of a customer who is gone");
                Ok(None)
            }
            Err(error) => {
                warn!(session.id = %session.id(), %error, "could not ask for the customer of a session");
                Ok(Some(session))
            }
        }
    }
}
