use axum::extract::State;
use http_api::{ApiError, Browser, ClientIp, Json, Now, Path, Refused};
use payments::Payment;
use polar::{Address, ClientSecret, ClientUpdateCheckout, ProductId};
use serde::Deserialize;
use tracing::info;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    Shop,
    amount::Amount,
    checkout::Checkout,
    status::{OwnCheckout, find_payment},
    wanted::LONGEST_NAME,
};

/// Changes to a checkout. Fields that are left out stay as they are. Only Polar's own page takes the buyer's e-mail address.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ChangedCheckout {
    /// One of the products that the checkout was created with.
    product_id: Option<Uuid>,
    amount: Option<Amount>,
    /// The code as the buyer types it; letter case does not matter.
    #[schema(min_length = 1)]
    discount_code: Option<String>,
    #[schema(max_length = 256)]
    customer_name: Option<String>,
    /// The name on the invoice.
    customer_billing_name: Option<String>,
    customer_billing_address: Option<BillingAddress>,
    /// Requires a billing address.
    customer_tax_id: Option<String>,
}

/// The address on the invoice.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct BillingAddress {
    /// ISO 3166-1 alpha-2 country code.
    #[schema(pattern = "^[A-Z]{2}$", example = "DE")]
    country: String,
    line1: Option<String>,
    line2: Option<String>,
    postal_code: Option<String>,
    city: Option<String>,
    state: Option<String>,
}

/// Changes an open checkout, for the browser that started it.
///
/// For pages where the buyer chooses a product, enters a discount code or sets the price before going to Polar's payment page.
#[utoipa::path(patch, path = "/api/checkout/{id}", operation_id = "updateCheckout", tag = "checkout", request_body = ChangedCheckout,
    params(("id" = Uuid, Path, description = "The `checkoutId` from `POST /api/checkout`")), security(("browserCookie" = []), ("browserKey" = [])),
    responses(
        (status = 200, body = Checkout, description = "The changed checkout"),
    ))]
pub(crate) async fn update(
    State(shop): State<Shop>,
    Now(now): Now,
    Path(id): Path<Uuid>,
    browser: Browser,
    ip: ClientIp,
    Json(changed): Json<ChangedCheckout>,
) -> Result<Json<Checkout>, ApiError> {
    changed.check()?;
    let OwnCheckout { record, key, payment } = find_payment(&shop, id, &browser, ip, now).await?;
    if changed.product_id.is_some_and(|wanted| !payment.product_ids.contains(&wanted)) {
        return Err(ApiError::rejected("productId", "Choose one of the products that the checkout was created with."));
    }
    shop.access.spend(1, None, ip, now).await?;
    let secret = ClientSecret::new(payment.client_secret);
    let changed = Payment::from(shop.polar.checkouts().client_update(&secret, &changed.into()).await?);
    shop.payments.remember(&record, &key, &changed).await?;

    info!(checkout.id = %id, "changed checkout");
    Ok(Json(Checkout::new(id, changed)))
}

impl ChangedCheckout {
    fn check(&self) -> Result<(), ApiError> {
        let code = self.discount_code.as_ref().filter(|code| code.is_empty());
        let code = code.map(|_| Refused::new("discountCode", "Enter a discount code, or leave this field out."));
        let name = self.customer_name.as_ref().filter(|name| name.chars().count() > LONGEST_NAME);
        let name = name.map(|_| Refused::new("customerName", format!("Use at most {LONGEST_NAME} characters.")));
        let address = self.customer_billing_address.as_ref().filter(|address| !address.has_country());
        let address = address.map(|_| {
            Refused::new("customerBillingAddress.country", "Use a country code of two capital letters, such as DE.")
        });
        let refused: Vec<_> = code.into_iter().chain(name).chain(address).collect();
        if refused.is_empty() { Ok(()) } else { Err(ApiError::Rejected(refused)) }
    }
}

impl BillingAddress {
    fn has_country(&self) -> bool {
        self.country.len() == 2 && self.country.bytes().all(|byte| byte.is_ascii_uppercase())
    }
}

impl From<ChangedCheckout> for ClientUpdateCheckout {
    fn from(changed: ChangedCheckout) -> Self {
        Self {
            product_id: changed.product_id.map(ProductId::from),
            amount: changed.amount.map(i64::from),
            discount_code: changed.discount_code,
            customer_name: changed.customer_name,
            customer_billing_name: changed.customer_billing_name,
            customer_billing_address: changed.customer_billing_address.map(Address::from),
            customer_tax_id: changed.customer_tax_id,
            ..Self::default()
        }
    }
}

impl From<BillingAddress> for Address {
    fn from(address: BillingAddress) -> Self {
        let BillingAddress { country, line1, line2, postal_code, city, state } = address;
        Self { country, line1, line2, postal_code, city, state }
    }
}
