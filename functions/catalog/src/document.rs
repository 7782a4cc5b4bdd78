use axum::{http::HeaderMap, response::Response};
use http_api::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::file::{File, built};

static OPENAPI: File = built!("openapi.json", "application/json");

/// The program is alive.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    status: Alive,
    #[schema(example = "0.1.0")]
    version: &'static str,
}

/// The program answers.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Alive {
    Ok,
}

/// Says that the shop answers, and which version of it.
///
/// For monitors: it asks neither Polar nor a table.
#[utoipa::path(get, path = "/api/health", operation_id = "getHealth", tag = "shop", security(()), responses((status = 200, body = Health, description = "The shop answers")))]
pub(crate) async fn health() -> Json<Health> {
    Json(Health { status: Alive::Ok, version: env!("CARGO_PKG_VERSION") })
}

/// Gives this description.
///
/// Generators of clients read it from the shop itself, so they get the version that runs.
#[utoipa::path(get, path = "/api/openapi.json", operation_id = "getOpenApi", tag = "shop", security(()),
    params(("If-None-Match" = Option<String>, Header, description = "The `ETag` of the answer that the caller has")),
    responses(
        (status = 200, body = serde_json::Value, description = "OpenAPI 3.1", headers(("ETag" = String, description = "For `If-None-Match`"))),
        (status = 304, description = "Nothing new since the `ETag` in `If-None-Match`"),
    ))]
pub(crate) async fn openapi(headers: HeaderMap) -> Response {
    OPENAPI.answer(&headers)
}
