//! Orders and subscriptions.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::currency::default_currency;

/// A completed purchase.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) id: Uuid,
    pub(crate) created_at: Timestamp,
    pub(crate) modified_at: Option<Timestamp>,
    pub(crate) customer_id: Uuid,
    pub(crate) product_id: Uuid,
    pub(crate) checkout_id: Option<Uuid>,
    pub(crate) subscription_id: Option<Uuid>,
    pub(crate) discount_id: Option<Uuid>,
    #[serde(default = "default_currency")]
    pub(crate) currency: String,
    pub(crate) subtotal_amount: i64,
    pub(crate) discount_amount: i64,
    pub(crate) refunded_amount: i64,
    pub(crate) is_refunded: bool,
    pub(crate) billing_name: Option<String>,
    pub(crate) billing_address: Option<Value>,
    pub(crate) metadata: Map<String, Value>,
    pub(crate) invoice_number: String,
    pub(crate) is_invoice_generated: bool,
}

impl Order {
    pub(crate) fn net_amount(&self) -> i64 {
        self.subtotal_amount - self.discount_amount
    }

    pub(crate) fn status(&self) -> &'static str {
        match (self.is_refunded, self.refunded_amount) {
            (true, _) => "refunded",
            (false, 0) => "paid",
            (false, _) => "partially_refunded",
        }
    }
}

/// A renewed purchase; active from the first order on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Subscription {
    pub(crate) id: Uuid,
    pub(crate) created_at: Timestamp,
    pub(crate) modified_at: Option<Timestamp>,
    pub(crate) customer_id: Uuid,
    pub(crate) product_id: Uuid,
    pub(crate) checkout_id: Option<Uuid>,
    pub(crate) amount: i64,
    #[serde(default = "default_currency")]
    pub(crate) currency: String,
    pub(crate) current_period_end: Timestamp,
    pub(crate) ended_at: Option<Timestamp>,
    /// When somebody ended it; before the end if it runs out with its period.
    #[serde(default)]
    pub(crate) canceled_at: Option<Timestamp>,
    /// Since when a renewal is unpaid.
    #[serde(default)]
    pub(crate) past_due_at: Option<Timestamp>,
}

impl Subscription {
    pub(crate) fn is_active(&self) -> bool {
        self.status() == "active"
    }

    pub(crate) fn status(&self) -> &'static str {
        match (self.ended_at, self.past_due_at) {
            (Some(_), _) => "canceled",
            (None, Some(_)) => "past_due",
            (None, None) => "active",
        }
    }

    /// Canceled, but with access until the period's end.
    pub(crate) fn is_running_out(&self) -> bool {
        self.canceled_at.is_some() && self.ended_at.is_none()
    }
}
