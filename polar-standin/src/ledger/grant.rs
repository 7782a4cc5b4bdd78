//! Benefit grants and what they give: downloadables and licence keys.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// One buyer's copy of a benefit, by one order or subscription.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Grant {
    pub(crate) id: Uuid,
    pub(crate) created_at: Timestamp,
    pub(crate) modified_at: Option<Timestamp>,
    pub(crate) granted_at: Timestamp,
    pub(crate) revoked_at: Option<Timestamp>,
    pub(crate) customer_id: Uuid,
    pub(crate) benefit_id: Uuid,
    pub(crate) order_id: Option<Uuid>,
    pub(crate) subscription_id: Option<Uuid>,
    pub(crate) license_key_id: Option<Uuid>,
}

impl Grant {
    pub(crate) fn is_granted(&self) -> bool {
        self.revoked_at.is_none()
    }
}

/// A customer's row of one file: there is one, however often the benefit was bought (recording 500).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Downloadable {
    pub(crate) id: Uuid,
    pub(crate) created_at: Timestamp,
    pub(crate) customer_id: Uuid,
    pub(crate) benefit_id: Uuid,
    pub(crate) file_id: Uuid,
    pub(crate) is_granted: bool,
    pub(crate) downloads: u64,
}

/// A licence key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct LicenseKey {
    pub(crate) id: Uuid,
    pub(crate) created_at: Timestamp,
    pub(crate) modified_at: Option<Timestamp>,
    pub(crate) customer_id: Uuid,
    pub(crate) benefit_id: Uuid,
    pub(crate) key: String,
    pub(crate) is_granted: bool,
    pub(crate) usage: i64,
    pub(crate) limit_activations: Option<i64>,
    pub(crate) limit_usage: Option<i64>,
    pub(crate) validations: i64,
    pub(crate) last_validated_at: Option<Timestamp>,
    pub(crate) activations: Vec<Activation>,
}

/// One use of a licence key on a machine.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Activation {
    pub(crate) id: Uuid,
    pub(crate) created_at: Timestamp,
    pub(crate) label: String,
    pub(crate) meta: Value,
}
