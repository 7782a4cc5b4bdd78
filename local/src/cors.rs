use std::time::Duration;

use axum::{
    Router,
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::{Next, from_fn},
};
use http_api::Origins;
use tower::ServiceExt;
use tower_http::cors::{AllowOrigin, CorsLayer};

const METHODS: [Method; 4] = [Method::GET, Method::POST, Method::PATCH, Method::DELETE];
const HEADERS: [HeaderName; 4] = [
    header::AUTHORIZATION,
    HeaderName::from_static("browser-key"),
    header::CONTENT_TYPE,
    HeaderName::from_static("idempotency-key"),
];
const MAX_AGE: Duration = Duration::from_hours(1);

/// Answers pages on other origins as API Gateway does by the template's `CorsConfiguration`: preflights itself with 204, and for all other
/// requests it adds its headers to the functions' answers.
pub(crate) fn with_cors(functions: Router, origins: Origins) -> Router {
    let api = functions.clone().layer(cors(origins));
    let answer = move |request: Request, next: Next| {
        let functions = functions.clone();
        async move {
            let asks_options = request.method() == Method::OPTIONS;
            if asks_options && !is_preflight(request.headers()) {
                let Ok(answer) = functions.oneshot(request).await;
                return answer;
            }
            let mut answer = next.run(request).await;
            if asks_options {
                *answer.status_mut() = StatusCode::NO_CONTENT;
            }
            answer
        }
    };
    api.layer(from_fn(answer))
}

/// Whether a browser asks what a page may send (Fetch, "CORS-preflight request").
fn is_preflight(headers: &HeaderMap) -> bool {
    headers.contains_key(header::ORIGIN) && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

fn cors(origins: Origins) -> CorsLayer {
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
