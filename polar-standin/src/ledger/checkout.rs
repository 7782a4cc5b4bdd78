//! Checkouts.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::currency::default_currency;

/// One attempt to buy.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Checkout {
    pub(crate) id: Uuid,
    pub(crate) created_at: Timestamp,
    pub(crate) modified_at: Option<Timestamp>,
    pub(crate) expires_at: Timestamp,
    pub(crate) status: Status,
    pub(crate) client_secret: String,
    pub(crate) success_url: Option<String>,
    pub(crate) return_url: Option<String>,
    pub(crate) embed_origin: Option<String>,
    pub(crate) products: Vec<Uuid>,
    pub(crate) product_id: Uuid,
    /// Before discount and tax.
    pub(crate) amount: i64,
    #[serde(default = "default_currency")]
    pub(crate) currency: String,
    pub(crate) discount_id: Option<Uuid>,
    pub(crate) allow_discount_codes: bool,
    pub(crate) require_billing_address: bool,
    pub(crate) customer_id: Option<Uuid>,
    pub(crate) is_business_customer: bool,
    pub(crate) customer_name: Option<String>,
    pub(crate) customer_email: Option<String>,
    pub(crate) customer_ip_address: Option<String>,
    pub(crate) customer_billing_name: Option<String>,
    pub(crate) customer_billing_address: Option<Value>,
    pub(crate) external_customer_id: Option<String>,
    pub(crate) metadata: Map<String, Value>,
    pub(crate) customer_metadata: Map<String, Value>,
    pub(crate) payment: Map<String, Value>,
}

/// Where a checkout is (API: `open` → `confirmed` → `succeeded`; `open` → `expired`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    Open,
    Expired,
    Confirmed,
    Succeeded,
}

impl Status {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Expired => "expired",
            Self::Confirmed => "confirmed",
            Self::Succeeded => "succeeded",
        }
    }
}
