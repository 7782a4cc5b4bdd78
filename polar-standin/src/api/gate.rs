//! What every request of the API passes: version, length, preflight, token; and the headers of every answer.

use std::time::Duration;

use axum::extract::{ConnectInfo, Request, State as Shared};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, Method, StatusCode, header};
use jiff::Timestamp;

use crate::answer::{Refusal, empty, set};
use crate::api::caller::{Caller, bearer};
use crate::connection::Peer;
use crate::limits::Identity;
use crate::world::World;

/// Versions of the API that are served (recordings 710–713).
const VERSIONS: [&str; 2] = ["2026-04", "2026-10"];

/// Largest body, in bytes.
const LARGEST_BODY: u64 = 10 * 1024 * 1024;

const SANDBOX: header::HeaderName = header::HeaderName::from_static("x-polar-sandbox");
const VERSION: header::HeaderName = header::HeaderName::from_static("polar-version");

/// Lets a request through, or refuses it in the order in which Polar does.
pub(crate) async fn gate(Shared(world): Shared<World>, mut request: Request, next: Next) -> Response {
    let Some(version) = version(&request) else {
        return Refusal::Plain(StatusCode::NOT_FOUND, "Not Found").into_response();
    };
    let has_origin = request.headers().contains_key(header::ORIGIN);
    let is_preflight = request.method() == Method::OPTIONS
        && has_origin
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    if is_preflight {
        return with_version(preflight(), version);
    }
    if let Some(refusal) = length_refusal(&request) {
        return with_version(refusal.into_response(), version);
    }
    let (caller, now) = world.read(|state| (Caller::of(request.headers(), state), state.now()));
    if let Err(retry_after) = count(&world, &request, caller.as_ref().ok(), now) {
        return rate_limited(&request, retry_after);
    }
    // A bad token breaks even routes that need none (recording 263).
    let mut response = match caller {
        Err(refusal) => refusal.into_response(),
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            with_usual_headers(next.run(request).await)
        }
    };
    if has_origin {
        set(&mut response, header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
        set(&mut response, header::ACCESS_CONTROL_EXPOSE_HEADERS, "Polar-Version");
    }
    with_version(response, version)
}

/// Counts a request, if there are limits.
fn count(world: &World, request: &Request, caller: Option<&Caller>, now: Timestamp) -> Result<(), Duration> {
    let mut limiter = world.limiter();
    if limiter.is_off() {
        return Ok(());
    }
    let who = match bearer(request.headers()) {
        None => Identity::Address(address(request)),
        Some(token) if caller.is_none() || !limiter.recognise(token, now) => Identity::Token(token.to_owned()),
        Some(token) => match caller {
            Some(Caller::Customer { customer_id, .. }) if token.starts_with("polar_mst_") => {
                Identity::Customer(format!("member of {customer_id}"))
            }
            Some(Caller::Customer { customer_id, .. }) => Identity::Customer(customer_id.to_string()),
            _ => Identity::Organization,
        },
    };
    limiter.check(&who, request.uri().path(), now)
}

/// Where a request comes from; a proxy on the same machine is believed (recording 756).
fn address(request: &Request) -> String {
    let forwarded = request.headers().get("x-forwarded-for").and_then(|value| value.to_str().ok());
    let peer = || request.extensions().get::<ConnectInfo<Peer>>().map(|peer| peer.0.address.to_string());
    forwarded.map(str::to_owned).or_else(peer).unwrap_or_default()
}

/// 429 with an empty body and without a content type (recording 757).
pub(crate) fn rate_limited(request: &Request, retry_after: Duration) -> Response {
    let mut response = empty(StatusCode::TOO_MANY_REQUESTS);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_after.as_secs()));
    match version(request) {
        Some(version) => with_version(response, version),
        None => response,
    }
}

/// The version that is answered with; none for an unknown one.
fn version(request: &Request) -> Option<&'static str> {
    match request.headers().get(VERSION) {
        None => Some(VERSIONS[0]),
        Some(asked) => VERSIONS.into_iter().find(|known| asked.as_bytes() == known.as_bytes()),
    }
}

fn with_version(mut response: Response, version: &'static str) -> Response {
    set(&mut response, VERSION, version);
    response
}

fn with_usual_headers(mut response: Response) -> Response {
    set(&mut response, SANDBOX, "1");
    if !response.headers().contains_key(header::CACHE_CONTROL) {
        set(&mut response, header::CACHE_CONTROL, "private, no-store");
    }
    response
}

fn length_refusal(request: &Request) -> Option<Refusal> {
    if ![Method::POST, Method::PUT, Method::PATCH].contains(request.method()) {
        return None;
    }
    let error = |status, class, detail: &str| Refusal::Error { status, class, detail: detail.to_owned() };
    match request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok()) {
        None => Some(error(StatusCode::LENGTH_REQUIRED, "LengthRequired", "A Content-Length header is required.")),
        Some(length) if length > LARGEST_BODY => {
            Some(error(StatusCode::PAYLOAD_TOO_LARGE, "RequestBodyTooLarge", "Request body is too large."))
        }
        Some(_) => None,
    }
}

/// Recording 720.
fn preflight() -> Response {
    let mut response = "OK".into_response();
    set(&mut response, header::CONTENT_TYPE, "text/plain; charset=utf-8");
    set(&mut response, header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    set(&mut response, header::ACCESS_CONTROL_ALLOW_METHODS, "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT");
    set(&mut response, header::ACCESS_CONTROL_MAX_AGE, "600");
    response.headers_mut().insert(
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static(
            "Accept, Accept-Language, Authorization, Content-Language, Content-Type, Polar-Version",
        ),
    );
    response
}
