use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, Method, header};
use http_api::Origins;
use tower_http::cors::{AllowOrigin, CorsLayer};

const METHODS: [Method; 4] = [Method::GET, Method::POST, Method::PATCH, Method::DELETE];
const HEADERS: [HeaderName; 4] = [
    header::AUTHORIZATION,
    HeaderName::from_static("browser-key"),
    header::CONTENT_TYPE,
    HeaderName::from_static("idempotency-key"),
];
const MAX_AGE: Duration = Duration::from_hours(1);

/// What API Gateway does for pages on other origins by the template's `CorsConfiguration`.
pub(crate) fn cors(origins: Origins) -> CorsLayer {
    // Byte by byte, as browsers write them and API Gateway compares them.
    let is_ours = move |origin: &HeaderValue| origins.contain(origin.as_bytes());
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(move |origin, _| is_ours(origin)))
        .allow_methods(METHODS)
        .allow_headers(HEADERS)
        .expose_headers([header::RETRY_AFTER])
        .allow_credentials(true)
        .max_age(MAX_AGE)
}
