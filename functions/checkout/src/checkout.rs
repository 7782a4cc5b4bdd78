use http_api::CheckoutStatus;
use jiff::Timestamp;
use payments::Payment;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The state of a checkout. Amounts are integers in the currency's minor unit.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Checkout {
    checkout_id: Uuid,
    status: CheckoutStatus,
    /// Polar's payment page, as long as the checkout is open.
    #[schema(format = Uri)]
    url: Option<String>,
    /// When the checkout can no longer be paid.
    expires_at: Timestamp,
    /// ISO 4217, lower case.
    #[schema(pattern = "^[a-z]{3}$", example = "usd")]
    currency: String,
    /// The price before discount and tax.
    amount: i64,
    discount_amount: i64,
    /// After the discount, before tax.
    net_amount: i64,
    /// `null` until the buyer's country is known.
    tax_amount: Option<i64>,
    /// The amount that the buyer pays.
    total_amount: i64,
    /// The chosen product; `null` if Polar names none.
    product: Option<CheckoutProduct>,
}

/// The product that is being bought.
#[derive(Serialize, ToSchema)]
struct CheckoutProduct {
    id: Uuid,
    name: String,
}

impl Checkout {
    pub(crate) fn new(checkout_id: Uuid, payment: Payment) -> Self {
        let is_open = payment.status == polar::CheckoutStatus::Open;
        Self {
            checkout_id,
            status: (&payment.status).into(),
            url: is_open.then_some(payment.url),
            expires_at: payment.expires_at,
            currency: payment.currency,
            amount: payment.amount,
            discount_amount: payment.discount_amount,
            net_amount: payment.net_amount,
            tax_amount: payment.tax_amount,
            total_amount: payment.total_amount,
            product: payment.product.map(|(id, name)| CheckoutProduct { id, name }),
        }
    }
}
