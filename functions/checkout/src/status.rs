use axum::extract::State;
use http_api::{ApiError, Browser, ClientIp, Json, Now, Path};
use jiff::Timestamp;
use payments::{Known, Payment};
use store::{BrowserKey, CheckoutRecord};
use uuid::Uuid;

use crate::{Shop, checkout::Checkout};

/// Returns the state of a checkout to the browser that started it.
///
/// The state may be a few seconds old: Polar is asked at most once a second, and less often the longer a payment takes.
#[utoipa::path(get, path = "/api/checkout/{id}", operation_id = "getCheckout", tag = "checkout",
    params(("id" = Uuid, Path, description = "The `checkoutId` from `POST /api/checkout`")), security(("browserCookie" = []), ("browserKey" = [])),
    responses(
        (status = 200, body = Checkout, description = "The checkout"),
    ))]
pub(crate) async fn get(
    State(shop): State<Shop>,
    Now(now): Now,
    Path(id): Path<Uuid>,
    browser: Browser,
    ip: ClientIp,
) -> Result<Json<Checkout>, ApiError> {
    let own = find_payment(&shop, id, &browser, ip, now).await?;
    Ok(Json(Checkout::new(id, own.payment)))
}

/// A checkout that this browser started.
pub(crate) struct OwnCheckout {
    pub(crate) record: CheckoutRecord,
    /// The browser key that it was started with.
    pub(crate) key: BrowserKey,
    /// Its payment at Polar, now or a moment ago.
    pub(crate) payment: Payment,
}

/// Finds a checkout that this browser started, and the state of its payment.
pub(crate) async fn find_payment(
    shop: &Shop,
    id: Uuid,
    browser: &Browser,
    ip: ClientIp,
    now: Timestamp,
) -> Result<OwnCheckout, ApiError> {
    let (record, key) = browser.find_own(&shop.checkouts, id).await?;
    let shares = shop.access.shares_of(None, ip);
    match shop.payments.find(&record, &key, &shares, now).await?.ok_or(ApiError::NotFound)? {
        Known::Payment(payment) => Ok(OwnCheckout { record, key, payment }),
        Known::Nothing => Err(store::Error::Conflict.into()),
        Known::RefusedUntil(end) => Err(ApiError::rate_limited_until(end, now)),
    }
}
