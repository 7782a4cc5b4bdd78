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
    browser: Browser,
) -> Result<Json<Checkout>, ApiError> {
    Ok(Json(find_own(&shop, id, browser).await?.into()))
}

/// A checkout that this browser has begun. An unknown one and somebody else's look the same.
pub(crate) async fn find_own(shop: &Shop, id: Uuid, Browser(key): Browser) -> Result<polar::Checkout, ApiError> {
    let key = key.ok_or(ApiError::Unauthenticated)?;
    let record = shop.checkouts.find(id).await?;
    record.filter(|record| record.was_begun_by(&key)).ok_or(ApiError::NotFound)?;
    shop.polar.checkouts().find(id.into()).await?.ok_or(ApiError::NotFound)
}
