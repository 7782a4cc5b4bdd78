use std::fmt;

use jiff::Timestamp;
use polar::{Checkout, CheckoutStatus};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What Polar said of a checkout, as far as the shop needs it. Amounts are integers in the currency's minor unit.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// How far it is. Only `Succeeded` means paid.
    pub status: CheckoutStatus,
    /// When it was last changed: nothing changes it after it has succeeded, so that is when it was paid.
    pub changed_at: Timestamp,
    /// When it ends, if it is not paid.
    pub expires_at: Timestamp,
    /// Whose the purchase is; unknown until the checkout is confirmed.
    pub customer_id: Option<Uuid>,
    /// The payment page. Whoever has the address can pay and change the checkout.
    pub url: String,
    /// What the buyer's own calls name the checkout by.
    pub client_secret: String,
    /// ISO 4217, lower case.
    pub currency: String,
    /// Before discount and tax.
    pub amount: i64,
    /// What the discount takes off.
    pub discount_amount: i64,
    /// After the discount, before tax.
    pub net_amount: i64,
    /// Unknown until there is an address.
    pub tax_amount: Option<i64>,
    /// What is paid.
    pub total_amount: i64,
    /// The product chosen so far: id and name.
    pub product: Option<(Uuid, String)>,
    /// What may be chosen.
    pub product_ids: Vec<Uuid>,
}

impl Payment {
    /// Whether nothing changes any more.
    #[must_use]
    pub fn is_final(&self) -> bool {
        match self.status {
            // Polar never leaves a customer out; if it did, it might still be about to say who it is.
            CheckoutStatus::Succeeded => self.customer_id.is_some(),
            CheckoutStatus::Expired | CheckoutStatus::Failed => true,
            _ => false,
        }
    }
}

impl From<Checkout> for Payment {
    fn from(checkout: Checkout) -> Self {
        Self {
            changed_at: checkout.modified_at.unwrap_or(checkout.created_at),
            expires_at: checkout.expires_at,
            customer_id: checkout.customer_id.map(Uuid::from),
            url: checkout.url.expose().to_owned(),
            client_secret: checkout.client_secret.expose().to_owned(),
            currency: checkout.currency.to_string(),
            amount: checkout.amount,
            discount_amount: checkout.discount_amount,
            net_amount: checkout.net_amount,
            tax_amount: checkout.tax_amount,
            total_amount: checkout.total_amount,
            product: checkout.product.map(|product| (product.id.into(), product.name)),
            product_ids: checkout.products.into_iter().map(|product| product.id.into()).collect(),
            status: checkout.status,
        }
    }
}

/// Leaves the address and the secret out.
impl fmt::Debug for Payment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Payment").field("status", &self.status).finish_non_exhaustive()
    }
}
