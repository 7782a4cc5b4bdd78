//! Work that Polar does after it has answered.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A pending step.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Job {
    pub(crate) id: Uuid,
    pub(crate) work: Work,
    /// Whether a timer of this process waits for it.
    #[serde(skip)]
    pub(crate) is_scheduled: bool,
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Work {
    /// Make the order of a confirmed checkout, and the checkout `succeeded`.
    Succeed { checkout_id: Uuid },
    /// Give the benefits of an order.
    Grant { order_id: Uuid },
    /// Make the invoice of an order.
    Invoice { order_id: Uuid },
}
