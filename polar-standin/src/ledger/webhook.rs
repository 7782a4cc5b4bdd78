//! Webhook endpoints, the events for them, and the attempts to deliver these.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Somebody who wants to be told.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Endpoint {
    pub(crate) id: Uuid,
    pub(crate) created_at: Timestamp,
    pub(crate) modified_at: Option<Timestamp>,
    pub(crate) url: String,
    pub(crate) name: Option<String>,
    pub(crate) format: String,
    pub(crate) secret: String,
    /// Signs with the decoded secret and not with its letters.
    pub(crate) is_standard: bool,
    pub(crate) events: Vec<String>,
    pub(crate) is_enabled: bool,
}

impl Endpoint {
    pub(crate) fn wants(&self, kind: &str) -> bool {
        self.is_enabled && self.events.iter().any(|event| event == kind)
    }
}

/// What happened, for one endpoint; its id is the `webhook-id` of every attempt.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Event {
    pub(crate) id: Uuid,
    pub(crate) created_at: Timestamp,
    pub(crate) modified_at: Option<Timestamp>,
    pub(crate) endpoint_id: Uuid,
    /// Like `order.paid`.
    pub(crate) kind: String,
    /// The body, the same for every attempt.
    pub(crate) body: String,
    /// Attempts of this round; a redelivery begins a new one.
    pub(crate) attempts: u32,
    /// When the next attempt is; none if there is nothing left to do.
    pub(crate) due_at: Option<Timestamp>,
    pub(crate) last_http_code: Option<u16>,
    /// Unknown until it succeeded or failed for good.
    pub(crate) succeeded: Option<bool>,
    /// Given up because its endpoint was switched off.
    pub(crate) is_skipped: bool,
}

/// One attempt.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Delivery {
    pub(crate) id: Uuid,
    pub(crate) created_at: Timestamp,
    pub(crate) event_id: Uuid,
    pub(crate) succeeded: bool,
    pub(crate) http_code: Option<u16>,
    pub(crate) response: Option<String>,
}
