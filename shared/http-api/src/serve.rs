use std::{sync::Arc, time::Instant};

use axum::{
    Router,
    extract::{MatchedPath, Request, State},
    http::{HeaderValue, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use startup::causes;
use tower_http::catch_panic::CatchPanicLayer;
use tracing::{Instrument, error, info, info_span};

use crate::{ApiError, Origins, cookies::carries_cookie, request};

/// Wraps routes with what all of them share: answers for unknown paths and methods, request ids and the log line, security headers, the origin
/// check and the time limit.
pub fn serve(routes: Router, origins: Origins) -> Router {
    routes
        .fallback(|| async { ApiError::NotFound })
        .method_not_allowed_fallback(|| async { ApiError::MethodNotAllowed })
        .layer(CatchPanicLayer::custom(|_| ApiError::Internal("a handler panicked".into()).into_response()))
        .layer(middleware::from_fn_with_state(origins, refuse_foreign_changes))
        .layer(middleware::from_fn(answer))
}

/// Browsers send cookies whichever page makes the request, so a change with a cookie must come from one of the shop's pages.
async fn refuse_foreign_changes(State(origins): State<Origins>, request: Request, next: Next) -> Response {
    if carries_cookie(request.headers()) && !origins.allow_change(request.method(), request.headers()) {
        return ApiError::OriginNotAllowed.into_response();
    }
    next.run(request).await
}

async fn answer(request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let request_id = request::request_id(request.extensions());
    let deadlines = request::deadlines(request.extensions());
    let method = request.method().clone();
    // Logs the pattern of the route, because a path may contain private ids.
    let route = request.extensions().get::<MatchedPath>().map_or("-".to_owned(), |path| path.as_str().to_owned());

    let span = info_span!("request", id = %request_id);
    let work = polar::with_deadline(deadlines.polar, next.run(request)).instrument(span.clone());
    // Without this limit, Lambda would end the invocation without an answer or a log line.
    let answered = tokio::time::timeout_at(deadlines.answer.into(), work).await;
    let answered = answered.unwrap_or_else(|_| ApiError::Busy("the request's time is over".into()).into_response());
    let _entered = span.enter();

    let failure = answered.extensions().get::<Arc<ApiError>>().cloned();
    let mut response = match &failure {
        Some(failure) => with_headers_of(&answered, failure.problem(&request_id)),
        None => answered,
    };
    add_security_headers(&mut response);

    // The log writes u64 as a number, but u128 as text.
    let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let status = response.status().as_u16();
    let code = failure.as_ref().map_or("-", |failure| failure.code().name());
    match failure.filter(|_| status >= 500) {
        Some(failure) => error!(%method, route, status, code, ms, cause = causes(&*failure), "failed"),
        None => info!(%method, route, status, code, ms, "answered"),
    }
    response
}

/// Keeps other headers from axum, such as `Allow`.
fn with_headers_of(answered: &Response, mut problem: Response) -> Response {
    for (name, value) in answered.headers() {
        if !matches!(*name, header::CONTENT_LENGTH | header::CONTENT_TYPE) {
            problem.headers_mut().append(name, value.clone());
        }
    }
    problem
}

const SECURITY_HEADERS: [(header::HeaderName, HeaderValue); 4] = [
    (header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000; includeSubDomains")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; base-uri 'none'; frame-ancestors 'none'"),
    ),
];

/// The headers of OWASP ASVS 5.0, 3.4, and `no-store` unless a handler allows caching.
fn add_security_headers(response: &mut Response) {
    let headers = response.headers_mut();
    headers.extend(SECURITY_HEADERS);
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

#[cfg(test)]
mod tests {
    use std::{future::pending, time::Duration};

    use axum::{body::Body, http::StatusCode, routing::get};
    use tower::ServiceExt;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn whoever_waits_for_what_never_comes_is_answered_in_time() {
        let slow = Router::new().route("/slow", get(async || pending::<StatusCode>().await));
        let router = serve(slow, Origins::new(vec!["https://shop.example".parse().unwrap()]).unwrap());

        let request = Request::get("/slow").body(Body::empty()).unwrap();
        let answer = tokio::time::timeout(Duration::from_secs(15), router.oneshot(request)).await;

        let answer = answer.expect("an answer before Lambda ends the invocation").unwrap();
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(answer.headers()[header::RETRY_AFTER], "1");
    }
}
