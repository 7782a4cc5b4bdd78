//! What every request of the API passes: version, length, preflight, token; and the headers of every answer.

use axum::extract::{Request, State as Shared};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, Method, StatusCode, header};

use crate::api::answer::{Refusal, set};
use crate::api::caller::Caller;
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
    // A bad token breaks even routes that need none (recording 263).
    let mut response = match world.read(|state| Caller::of(request.headers(), state)) {
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

/// The version that is answered with; none for an unknown one.
pub(crate) fn version(request: &Request) -> Option<&'static str> {
    match request.headers().get(VERSION) {
        None => Some(VERSIONS[0]),
        Some(asked) => VERSIONS.into_iter().find(|known| asked.as_bytes() == known.as_bytes()),
    }
}

pub(crate) fn with_version(mut response: Response, version: &'static str) -> Response {
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
