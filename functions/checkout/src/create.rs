use axum::{extract::State, response::Response};
use futures_util::future::try_join_all;
use http_api::{ApiError, Json, Now, Refused};
use jiff::Timestamp;
use polar::ProductId;
use store::{BrowserKey, Repeatable};
use tracing::info;
use uuid::Uuid;

use crate::{Shop, begun::NewCheckout, buyer::Buyer, wanted::WantedCheckout};

/// Creates a checkout that is bound to this browser.
///
/// Send the buyer to the `url` of the response. After the payment, Polar redirects to `successUrl`; call `POST /api/session` there to give the
/// buyer access. If the buyer is signed in, the checkout is created for their account.
#[utoipa::path(post, path = "/api/checkout", operation_id = "createCheckout", security((), ("cookie" = []), ("bearer" = [])), tag = "checkout", request_body = WantedCheckout,
    params(("Idempotency-Key" = Option<String>, Header, min_length = 16, max_length = 255, pattern = "^[!-~]*$", example = "9f1c1f9e-6d2b-4a57-9a2e-0f3b5b6c7d8e",
        description = "A random key for this request, such as `crypto.randomUUID()`. For 24 hours, repeating the request with the same key and body returns the same response and creates no second checkout. Keep the key secret: whoever has it can read the response")),
    responses(
        (status = 201, body = NewCheckout, description = "The checkout was created", headers(("Set-Cookie" = String, description = "`__Host-browser`, which later proves that this browser started the checkout")),
            links(
                ("howItIsGoing" = (operation_id = "getCheckout", parameters(("id" = "$response.body#/checkoutId")))),
                ("claim" = (operation_id = "createSession", request_body = "{\"checkoutId\": \"$response.body#/checkoutId\"}")),
                ("change" = (operation_id = "updateCheckout", parameters(("id" = "$response.body#/checkoutId")))),
            )),
    ))]
pub(crate) async fn create(
    State(shop): State<Shop>,
    Now(now): Now,
    buyer: Buyer,
    Json(wanted): Json<WantedCheckout>,
) -> Result<Response, ApiError> {
    let transport = shop.access.accept(wanted.transport)?;
    let content = wanted.content(&buyer);
    let repeatable = buyer.repeatable(&content);
    if let Some(earlier) = find_earlier(&shop, repeatable.as_ref(), now).await? {
        return Ok(earlier.answer(transport, &buyer.browser));
    }
    wanted.check(&shop)?;
    shop.access.spend(1, buyer.account.as_ref(), buyer.ip, now).await?;
    refuse_what_is_not_on_sale(&shop, &wanted.products).await?;

    let checkout = shop.polar.checkouts().create(&wanted.into_request(&shop, &buyer)).await?;
    let browser_key = buyer.browser.key_for(transport).unwrap_or_else(BrowserKey::generate);
    let record = store::NewCheckout { id: checkout.id.into(), browser_key: &browser_key };
    let begun = NewCheckout::new(&checkout, &browser_key);
    let begun = remember(&shop, &record, begun, repeatable.as_ref(), now).await?;

    info!(checkout.id = %begun.checkout_id, "began checkout");
    Ok(begun.answer(transport, &buyer.browser))
}

async fn find_earlier(
    shop: &Shop,
    request: Option<&Repeatable<'_>>,
    now: Timestamp,
) -> Result<Option<NewCheckout>, ApiError> {
    let Some(request) = request else { return Ok(None) };
    NewCheckout::of_repeat(shop.checkouts.find_repeat(request, now).await?)
}

/// If several requests with the same key arrive at once, all are answered with the first one's checkout; the others are discarded.
async fn remember(
    shop: &Shop,
    record: &store::NewCheckout<'_>,
    begun: NewCheckout,
    request: Option<&Repeatable<'_>>,
    now: Timestamp,
) -> Result<NewCheckout, ApiError> {
    let Some(request) = request else {
        shop.checkouts.create(record, now).await?;
        return Ok(begun);
    };
    let repeat = shop.checkouts.create_once(record, request, &begun.to_text(), now).await?;
    Ok(NewCheckout::of_repeat(repeat)?.unwrap_or(begun))
}

async fn refuse_what_is_not_on_sale(shop: &Shop, products: &[Uuid]) -> Result<(), ApiError> {
    let ids = products.iter().copied().map(ProductId::from);
    let found = try_join_all(ids.map(|id| shop.products.find_on_sale(id))).await?;
    let missing = found.iter().enumerate().filter(|(_, product)| product.is_none());
    let refused: Vec<_> =
        missing.map(|(index, _)| Refused::new(format!("products[{index}]"), "This product is not for sale.")).collect();
    if refused.is_empty() { Ok(()) } else { Err(ApiError::Rejected(refused)) }
}
