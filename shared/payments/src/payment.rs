use std::fmt;

use jiff::Timestamp;
use polar::{Checkout, CheckoutStatus};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The state of a checkout at Polar, as far as the shop needs it. Amounts are integers in the currency's minor unit.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// Its status. Only `Succeeded` means paid.
    pub status: CheckoutStatus,
    /// When it last changed. A checkout does not change after it succeeded, so this is when it was paid.
    pub changed_at: Timestamp,
    /// When it expires if it is not paid.
    pub expires_at: Timestamp,
    /// The customer; unknown until the checkout is confirmed.
    pub customer_id: Option<Uuid>,
    /// The payment page. Anyone who has the address can pay and change the checkout.
    pub url: String,
    /// Identifies the checkout in calls that are made for the buyer.
    pub client_secret: String,
    /// ISO 4217, lower case.
    pub currency: String,
    /// Before discount and tax.
    pub amount: i64,
    /// The discount.
    pub discount_amount: i64,
    /// After the discount, before tax.
    pub net_amount: i64,
    /// The tax; unknown until there is an address.
    pub tax_amount: Option<i64>,
    /// The amount to pay.
    pub total_amount: i64,
    /// The chosen product: id and name.
    pub product: Option<(Uuid, String)>,
    /// The products to choose from.
    pub product_ids: Vec<Uuid>,
}

impl Payment {
    /// Whether the state is final.
    #[must_use]
    pub fn is_final(&self) -> bool {
        match self.status {
            // A succeeded checkout always has a customer; if it is missing, Polar may still be about to set it.
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

/// Leaves out the address and the secret.
impl fmt::Debug for Payment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Payment").field("status", &self.status).finish_non_exhaustive()
    }
}
