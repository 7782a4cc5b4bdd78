use axum::extract::State;
use http_api::{ApiError, Browser, ClientIp, Json, Now, Path};
use payments::Payment;
use polar::{Address, ClientSecret, ClientUpdateCheckout, ProductId};
use serde::Deserialize;
use tracing::info;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    Shop,
    checkout::Checkout,
    status::{OwnCheckout, find_payment},
};

/// What a page changes on a checkout; what is left out stays. The buyer's e-mail address is for Polar's own page to take.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ChangedCheckout {
    /// One of the products that the checkout was begun with.
    product_id: Option<Uuid>,
    /// For pay what you want, in the currency's minor unit.
    amount: Option<i64>,
    /// As the buyer types it, in any case.
    discount_code: Option<String>,
    customer_name: Option<String>,
    /// The name on the invoice.
    customer_billing_name: Option<String>,
    customer_billing_address: Option<BillingAddress>,
    /// It needs a billing address.
    customer_tax_id: Option<String>,
}

/// The address on the invoice.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct BillingAddress {
    /// ISO 3166-1, two letters.
    #[schema(example = "DE")]
    country: String,
    line1: Option<String>,
    line2: Option<String>,
    postal_code: Option<String>,
    city: Option<String>,
    state: Option<String>,
}

/// `PATCH /api/checkout/{id}`: changes an open checkout, for the browser that began it.
#[utoipa::path(patch, path = "/api/checkout/{id}", operation_id = "updateCheckout", tag = "checkout", request_body = ChangedCheckout,
    params(("id" = Uuid, Path), ("Browser-Key" = Option<String>, Header, description = "For pages on another site; otherwise the cookie")),
    responses(
        (status = 200, body = Checkout),
    ))]
pub(crate) async fn update(
    State(shop): State<Shop>,
    Now(now): Now,
    Path(id): Path<Uuid>,
    browser: Browser,
    ip: ClientIp,
    Json(changed): Json<ChangedCheckout>,
) -> Result<Json<Checkout>, ApiError> {
    let OwnCheckout { record, key, payment } = find_payment(&shop, id, &browser, ip, now).await?;
    if changed.product_id.is_some_and(|wanted| !payment.product_ids.contains(&wanted)) {
        return Err(ApiError::rejected("productId", "This checkout was not begun with that product."));
    }
    shop.access.spend(1, None, ip, now).await?;
    let secret = ClientSecret::new(payment.client_secret);
    let changed = Payment::from(shop.polar.checkouts().client_update(&secret, &changed.into()).await?);
    shop.payments.remember(&record, &key, &changed).await?;

    info!(checkout.id = %id, "changed checkout");
    Ok(Json(Checkout::new(id, changed)))
}

impl From<ChangedCheckout> for ClientUpdateCheckout {
    fn from(changed: ChangedCheckout) -> Self {
        Self {
            product_id: changed.product_id.map(ProductId::from),
            amount: changed.amount,
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
