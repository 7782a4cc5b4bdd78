use axum::{http::HeaderMap, response::Response};
use http_api::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::file::{File, built};

static OPENAPI: File = built!("openapi.json", "application/json");

/// The shop is running.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    status: Alive,
    #[schema(example = "0.1.0")]
    version: &'static str,
}

/// The shop answers.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Alive {
    Ok,
}

/// Reports that the shop is running, and its version.
///
/// For uptime monitors. It calls neither Polar nor DynamoDB.
#[utoipa::path(get, path = "/api/health", operation_id = "getHealth", tag = "shop", security(()), responses((status = 200, body = Health, description = "The shop is running")))]
pub(crate) async fn health() -> Json<Health> {
    Json(Health { status: Alive::Ok, version: env!("CARGO_PKG_VERSION") })
}

/// Returns this OpenAPI document.
///
/// Client generators can read it from the shop itself, so that it matches the deployed version.
#[utoipa::path(get, path = "/api/openapi.json", operation_id = "getOpenApi", tag = "shop", security(()),
    params(("If-None-Match" = Option<String>, Header, description = "The `ETag` of the response that the caller already has")),
    responses(
        (status = 200, body = serde_json::Value, description = "OpenAPI 3.1", headers(("ETag" = String, description = "Send it as `If-None-Match` next time"))),
        (status = 304, description = "Not modified since the `ETag` in `If-None-Match`"),
    ))]
pub(crate) async fn openapi(headers: HeaderMap) -> Response {
    OPENAPI.answer(&headers)
}
