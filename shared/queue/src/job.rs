use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Something to be done, as it stands in the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "job", rename_all = "snake_case")]
pub enum Job {
    /// Polar told of something.
    PolarEvent(PolarEvent),
    /// Fetch the catalogue from Polar, and look for what missed events would have told.
    Reconcile,
}

/// What is kept of an event of Polar's: enough to ask Polar how things stand now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolarEvent {
    /// The event's id, the same in all its deliveries.
    pub id: String,
    /// The kind of event, in Polar's words.
    pub kind: String,
    /// When it happened.
    pub happened_at: Timestamp,
    /// What it is about: a customer's, an order's, a grant's, a product's id.
    pub subject_id: Option<Uuid>,
    /// The customer, where the event has one.
    pub customer_id: Option<Uuid>,
}
