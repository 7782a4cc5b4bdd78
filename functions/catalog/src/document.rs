use axum::{http::header, response::IntoResponse};
use http_api::Json;
use serde::Serialize;
use utoipa::ToSchema;

/// The program is alive.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    #[schema(example = "ok")]
    status: &'static str,
    #[schema(example = "0.1.0")]
    version: &'static str,
}

/// `GET /api/health`: that the shop answers, and which version of it.
#[utoipa::path(get, path = "/api/health", operation_id = "getHealth", tag = "shop", responses((status = 200, body = Health)))]
pub(crate) async fn health() -> Json<Health> {
    Json(Health { status: "ok", version: env!("CARGO_PKG_VERSION") })
}

/// `GET /api/openapi.json`: the description of all routes of the shop.
#[utoipa::path(get, path = "/api/openapi.json", operation_id = "getOpenApi", tag = "shop", responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json")))]
pub(crate) async fn openapi() -> impl IntoResponse {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "public, max-age=300")];
    (headers, include_str!("../../../openapi.json"))
}
