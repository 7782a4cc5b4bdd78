//! Refunds.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

/// Money given back, in the currency of its order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Refund {
    pub(crate) id: Uuid,
    pub(crate) created_at: Timestamp,
    pub(crate) order_id: Uuid,
    pub(crate) reason: String,
    pub(crate) amount: i64,
    pub(crate) revoke_benefits: bool,
    pub(crate) metadata: Map<String, Value>,
}
