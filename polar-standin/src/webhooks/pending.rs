use http::{HeaderMap, HeaderValue};
use jiff::Timestamp;
use uuid::Uuid;

use super::signature::signature;

/// A webhook that waits for its next attempt; tests can send it themselves, late, twice or in another order.
#[derive(Debug, Clone)]
pub struct PendingDelivery {
    /// The event's id, the `webhook-id` of every attempt.
    pub id: Uuid,
    /// Its type, like `order.paid`.
    pub event_type: String,
    /// Where it goes.
    pub url: String,
    /// The raw body, which is signed.
    pub body: String,
    /// When the next attempt is.
    pub due_at: Timestamp,
    /// Attempts so far that failed.
    pub attempts: u32,
    pub(crate) secret: String,
    pub(crate) is_standard: bool,
}

impl PendingDelivery {
    /// The headers of an attempt at this time, signature included; as in Polar, only the time differs between attempts.
    #[must_use]
    pub fn headers(&self, at: Timestamp) -> HeaderMap {
        let signature = signature(&self.secret, self.is_standard, self.id, at, &self.body);
        let pairs = [
            ("user-agent", "polar.sh webhooks".to_owned()),
            ("content-type", "application/json".to_owned()),
            ("webhook-id", self.id.to_string()),
            ("webhook-timestamp", at.as_second().to_string()),
            ("webhook-signature", signature),
        ];
        pairs.into_iter().filter_map(|(name, value)| Some((name, HeaderValue::try_from(value).ok()?))).fold(
            HeaderMap::new(),
            |mut headers, (name, value)| {
                headers.insert(name, value);
                headers
            },
        )
    }
}
