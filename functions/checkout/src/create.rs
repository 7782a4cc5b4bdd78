use std::collections::BTreeMap;

use axum::{extract::State, http::StatusCode, response::IntoResponse};
use futures_util::future::try_join_all;
use http_api::{
    ApiError, Browser, ClientIp, InputRefusals, Json, Now, PolarRefusals, Problem, Refused, Transport,
    set_browser_cookie,
};
use polar::{CreateCheckout, DiscountId, ProductId};
use serde::Deserialize;
use serde_json::Value;
use store::BrowserKey;
use tracing::info;
use url::Url;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Shop, checkout::NewCheckout};

/// What a page may say about a checkout. Who the customer is and what a product costs is never for a page to say.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct WantedCheckout {
    /// The products to choose from; the first is preselected.
    #[schema(min_items = 1)]
    products: Vec<Uuid>,
    /// Where the buyer comes back to; Polar fills in `{CHECKOUT_ID}`. Default: the shop's main page.
    success_url: Option<String>,
    /// Where the payment page's back button leads.
    return_url: Option<String>,
    /// The page that shows the payment form in a frame.
    embed_origin: Option<String>,
    customer_email: Option<String>,
    customer_name: Option<String>,
    /// For pay what you want, in the currency's minor unit.
    amount: Option<i64>,
    #[serde(default = "yes")]
    #[schema(default = true)]
    allow_discount_codes: bool,
    /// A discount that the shop's settings allow.
    discount_id: Option<Uuid>,
    /// The language of the payment page.
    #[schema(example = "de")]
    locale: Option<String>,
    /// Notes for the order, under keys that the shop's settings allow.
    #[serde(default)]
    metadata: BTreeMap<String, Value>,
    /// How the browser key travels.
    #[serde(default)]
    transport: Transport,
}

const fn yes() -> bool {
    true
}

/// `POST /api/checkout`: begins a checkout, bound to this browser.
#[utoipa::path(post, path = "/api/checkout", operation_id = "createCheckout", tag = "checkout", request_body = WantedCheckout,
    responses(
        (status = 201, body = NewCheckout, headers(("Set-Cookie" = String, description = "`__Host-browser`"))),
        InputRefusals,
        (status = 413, body = Problem, content_type = "application/problem+json", description = "`payload_too_large`"),
        (status = 415, body = Problem, content_type = "application/problem+json", description = "`unsupported_media_type`"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "`rejected`: a product is not for sale, or a value is not possible"),
        PolarRefusals,
    ))]
pub(crate) async fn create(
    State(shop): State<Shop>,
    Now(now): Now,
    ClientIp(ip): ClientIp,
    Browser(browser_key): Browser,
    Json(wanted): Json<WantedCheckout>,
) -> Result<impl IntoResponse, ApiError> {
    let transport = shop.access.accept(wanted.transport)?;
    wanted.check(&shop)?;
    refuse_what_is_not_on_sale(&shop, &wanted.products).await?;

    let request = CreateCheckout { customer_ip_address: ip, ..wanted.into_request(&shop) };
    let checkout = shop.polar.checkouts().create(&request).await?;
    // One key for all checkouts of a browser: a second tab must not lock the first one out.
    let browser_key = browser_key.unwrap_or_else(BrowserKey::generate);
    shop.checkouts.create(checkout.id.into(), &browser_key, now).await?;

    info!(checkout.id = %checkout.id, "began checkout");
    let cookie = (transport == Transport::Cookie).then(|| set_browser_cookie(&browser_key));
    let answer = NewCheckout {
        checkout_id: checkout.id.into(),
        url: checkout.url.expose().to_owned(),
        status: checkout.status.to_string(),
        expires_at: checkout.expires_at,
        browser_key: (transport == Transport::Bearer).then(|| browser_key.expose()),
    };
    Ok((StatusCode::CREATED, axum::response::AppendHeaders(cookie), Json(answer)))
}

async fn refuse_what_is_not_on_sale(shop: &Shop, products: &[Uuid]) -> Result<(), ApiError> {
    let ids = products.iter().copied().map(ProductId::from);
    let found = try_join_all(ids.map(|id| shop.products.find_on_sale(id))).await?;
    let missing = found.iter().enumerate().filter(|(_, product)| product.is_none());
    let refused: Vec<_> =
        missing.map(|(index, _)| refused(format!("products[{index}]"), "This product is not for sale.")).collect();
    if refused.is_empty() { Ok(()) } else { Err(ApiError::Rejected(refused)) }
}

impl WantedCheckout {
    fn check(&self, shop: &Shop) -> Result<(), ApiError> {
        let urls =
            [("successUrl", &self.success_url), ("returnUrl", &self.return_url), ("embedOrigin", &self.embed_origin)];
        let foreign = urls.into_iter().filter(|(_, url)| url.as_ref().is_some_and(|url| !is_ours(shop, url)));
        let foreign = foreign.map(|(field, _)| {
            refused(field, "This is no address of the shop. Its owner allows more with STOREFRONT_ORIGINS.")
        });

        let discount = self.discount_id.filter(|id| !shop.discount_ids.contains(id));
        let discount = discount
            .map(|_| refused("discountId", "This discount cannot be applied by a page. Buyers can type its code."));

        let unknown_keys = self.metadata.keys().filter(|key| !shop.metadata_keys.contains(key));
        let metadata = unknown_keys.map(|key| {
            refused(
                format!("metadata.{key}"),
                "The shop takes no notes under this key. Its owner allows keys with CHECKOUT_METADATA_KEYS.",
            )
        });

        let refused: Vec<_> = foreign.chain(discount).chain(metadata).collect();
        if refused.is_empty() { Ok(()) } else { Err(ApiError::Rejected(refused)) }
    }

    fn into_request(self, shop: &Shop) -> CreateCheckout {
        let back = format!("{}/?checkout_id={{CHECKOUT_ID}}", shop.access.origins.main());
        CreateCheckout {
            products: self.products.into_iter().map(ProductId::from).collect(),
            success_url: Some(self.success_url.unwrap_or(back)),
            return_url: self.return_url,
            embed_origin: self.embed_origin,
            customer_email: self.customer_email,
            customer_name: self.customer_name,
            amount: self.amount,
            allow_discount_codes: Some(self.allow_discount_codes),
            discount_id: self.discount_id.map(DiscountId::from),
            locale: self.locale,
            metadata: self.metadata.into_iter().collect(),
            ..CreateCheckout::default()
        }
    }
}

fn is_ours(shop: &Shop, url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| shop.access.origins.allow(&url))
}

fn refused(field: impl Into<String>, message: &str) -> Refused {
    Refused { field: field.into(), message: message.to_owned() }
}
