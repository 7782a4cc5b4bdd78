//! What the store answers with: bytes, or an error in its own words.

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};

use crate::answer::set;

pub(super) fn with_bytes(status: StatusCode, bytes: Bytes) -> Response {
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    response
}

pub(super) fn copy(response: &mut Response, name: header::HeaderName, value: Option<String>) {
    // Header values may hold more than ASCII; the store sends names as they are.
    if let Some(value) = value.and_then(|text| HeaderValue::from_bytes(text.as_bytes()).ok()) {
        response.headers_mut().insert(name, value);
    }
}

pub(super) fn unsigned() -> Response {
    trouble(StatusCode::FORBIDDEN, "<Code>SignatureDoesNotMatch</Code>")
}

pub(super) fn over() -> Response {
    trouble(StatusCode::FORBIDDEN, "<Code>AccessDenied</Code><Message>Request has expired</Message>")
}

/// An error as the store words it (recordings 5s6, 5s7, 5s8).
pub(super) fn trouble(status: StatusCode, inside: &str) -> Response {
    let text = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error>{inside}</Error>");
    let mut response = with_bytes(status, Bytes::from(text));
    set(&mut response, header::CONTENT_TYPE, "application/xml");
    response
}
