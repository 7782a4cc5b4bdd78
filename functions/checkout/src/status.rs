use axum::extract::State;
use http_api::{ApiError, Browser, Json, Path, Problem};
use uuid::Uuid;

use crate::{Shop, checkout::Checkout};

/// `GET /api/checkout/{id}`: how a checkout is going, for the browser that began it.
#[utoipa::path(get, path = "/api/checkout/{id}", operation_id = "getCheckout", tag = "checkout",
    params(("id" = Uuid, Path), ("Browser-Key" = Option<String>, Header, description = "For pages on another site; otherwise the cookie")),
    responses(
        (status = 200, body = Checkout),
        (status = 401, body = Problem, content_type = "application/problem+json", description = "`unauthenticated`: no browser key"),
        (status = 404, body = Problem, content_type = "application/problem+json", description = "`not_found`: unknown, or another browser's"),
    ))]
pub(crate) async fn get(
    State(shop): State<Shop>,
    Path(id): Path<Uuid>,
    Browser(browser_key): Browser,
) -> Result<Json<Checkout>, ApiError> {
    let browser_key = browser_key.ok_or(ApiError::Unauthenticated)?;
    let record = shop.checkouts.find(id).await?;
    // An unknown checkout and somebody else's look the same.
    record.filter(|record| record.was_begun_by(&browser_key)).ok_or(ApiError::NotFound)?;

    let checkout = shop.polar.checkouts().find(id.into()).await?.ok_or(ApiError::NotFound)?;
    Ok(Json(checkout.into()))
}
