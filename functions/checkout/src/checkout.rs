use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// How a checkout is going. Amounts are integers in the currency's minor unit.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Checkout {
    checkout_id: Uuid,
    /// `open`, `confirmed`, `succeeded`, `failed` or `expired`. A declined card leaves it `open`.
    #[schema(example = "succeeded")]
    status: String,
    /// Polar's payment page, while the checkout is open.
    url: Option<String>,
    expires_at: Timestamp,
    /// ISO 4217, lower case.
    #[schema(example = "usd")]
    currency: String,
    amount: i64,
    discount_amount: i64,
    net_amount: i64,
    /// `null` until the buyer's country is known.
    tax_amount: Option<i64>,
    total_amount: i64,
    product: Option<CheckoutProduct>,
}

/// The product that is being bought.
#[derive(Serialize, ToSchema)]
struct CheckoutProduct {
    id: Uuid,
    name: String,
}

impl From<polar::Checkout> for Checkout {
    fn from(checkout: polar::Checkout) -> Self {
        let is_open = checkout.status == polar::CheckoutStatus::Open;
        Self {
            checkout_id: checkout.id.into(),
            status: checkout.status.to_string(),
            url: is_open.then(|| checkout.url.expose().to_owned()),
            expires_at: checkout.expires_at,
            currency: checkout.currency.to_string(),
            amount: checkout.amount,
            discount_amount: checkout.discount_amount,
            net_amount: checkout.net_amount,
            tax_amount: checkout.tax_amount,
            total_amount: checkout.total_amount,
            product: checkout.product.map(|product| CheckoutProduct { id: product.id.into(), name: product.name }),
        }
    }
}
