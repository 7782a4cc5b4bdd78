//! Customers.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::shop::derived_id;

/// A buyer; its owner member has an id that follows from its own.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Customer {
    pub(crate) id: Uuid,
    pub(crate) created_at: Timestamp,
    pub(crate) modified_at: Option<Timestamp>,
    pub(crate) email: String,
    pub(crate) email_verified: bool,
    pub(crate) name: Option<String>,
    pub(crate) external_id: Option<String>,
    pub(crate) metadata: Map<String, Value>,
    pub(crate) billing_address: Option<Value>,
    pub(crate) deleted_at: Option<Timestamp>,
    /// The customer's number at the payment company.
    pub(crate) stripe_id: String,
}

impl Customer {
    pub(crate) fn member_id(&self) -> Uuid {
        derived_id(self.id, 0x77)
    }
}
