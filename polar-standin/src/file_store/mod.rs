//! The store behind the download links: signed, expiring addresses with ranges; and the public covers.

mod invoices;
mod links;
mod range;
mod signed;

pub(crate) use invoices::invoice_url;
pub(crate) use links::{LINK_SECONDS, download_token, encoded_path, row_of};

use axum::Router;
use axum::body::Body;
use axum::extract::State as Shared;
use axum::response::Response;
use axum::routing::{any, get};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use percent::decoded;
use uuid::Uuid;

use crate::api::answer::set;
use crate::api::etag;
use crate::shop::{File, Service};
use crate::state::State;
use crate::world::World;
use invoices::{INVOICES, invoice};
use range::{Range, wanted};
use signed::{SignedQuery, sign};

/// Where private files are.
const PRIVATE: &str = "/polar-s3";
/// Where covers are.
pub(crate) const PUBLIC: &str = "/polar-s3-public";

pub(crate) fn router(world: World) -> Router {
    Router::new()
        .route(&format!("{PRIVATE}/{{*path}}"), any(private))
        .route(&format!("{PUBLIC}/{{*path}}"), get(public))
        .route(&format!("{INVOICES}/{{order_id}}"), any(invoice))
        .with_state(world)
}

/// The address of a file for the next hour.
pub(crate) fn signed_url(state: &State, file: &File, now: Timestamp) -> String {
    let path = format!("{PRIVATE}/{}", encoded_path(&file.path(state.shop.organization.id)));
    format!("{}{}", state.url, sign(&path, &file.name, &file.mime_type, LINK_SECONDS, now))
}

async fn private(Shared(world): Shared<World>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let Some(query) = SignedQuery::of(&method, &uri) else {
        return unsigned();
    };
    if world.read(|state| query.is_over(state.now())) {
        return over();
    }
    match world.read(|state| file_at(state, uri.path(), PRIVATE, Service::Downloadable).cloned()) {
        None => trouble(StatusCode::NOT_FOUND, "<Code>NoSuchKey</Code>"),
        Some(file) => {
            let mut response = content(&file, &headers);
            copy(&mut response, header::CONTENT_DISPOSITION, query.parameter("response-content-disposition"));
            response
        }
    }
}

async fn public(Shared(world): Shared<World>, uri: Uri, headers: HeaderMap) -> Response {
    let found = world.read(|state| file_at(state, uri.path(), PUBLIC, Service::ProductMedia).cloned());
    let Some(file) = found else {
        return trouble(StatusCode::NOT_FOUND, "<Code>NoSuchKey</Code>");
    };
    let mut response = content(&file, &headers);
    set(&mut response, header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    response
}

fn file_at<'a>(state: &'a State, path: &str, root: &str, service: Service) -> Option<&'a File> {
    let key = decoded(path.strip_prefix(root)?.trim_start_matches('/'));
    let id: Uuid = key.split('/').nth(2)?.parse().ok()?;
    let file = state.shop.file(id).filter(|file| file.service == service)?;
    (file.path(state.shop.organization.id) == key).then_some(file)
}

fn content(file: &File, headers: &HeaderMap) -> Response {
    let tag = etag(file);
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    // A download that resumes after the file changed has to begin anew.
    let is_same = text(header::IF_RANGE).is_none_or(|condition| condition == tag);
    let range = text(header::RANGE).filter(|_| is_same).map_or(Range::Whole, |range| wanted(range, file.bytes.len()));
    let mut response = match range {
        Range::Whole => with_bytes(StatusCode::OK, file.bytes.clone()),
        Range::Part(part) => {
            let shown = format!("bytes {}-{}/{}", part.start, part.end - 1, file.bytes.len());
            let mut response = with_bytes(StatusCode::PARTIAL_CONTENT, file.bytes.slice(part));
            copy(&mut response, header::CONTENT_RANGE, Some(shown));
            response
        }
        Range::Impossible => {
            let size = format!("bytes */{}", file.bytes.len());
            let mut response = trouble(StatusCode::RANGE_NOT_SATISFIABLE, "<Code>InvalidRange</Code>");
            copy(&mut response, header::CONTENT_RANGE, Some(size));
            return response;
        }
    };
    copy(&mut response, header::ETAG, Some(tag));
    copy(&mut response, header::CONTENT_TYPE, Some(file.mime_type.clone()));
    copy(
        &mut response,
        header::LAST_MODIFIED,
        rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&file.created_at).ok(),
    );
    set(&mut response, header::ACCEPT_RANGES, "bytes");
    response
}

fn with_bytes(status: StatusCode, bytes: Bytes) -> Response {
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    response
}

fn copy(response: &mut Response, name: header::HeaderName, value: Option<String>) {
    // Header values may hold more than ASCII; the store sends names as they are.
    if let Some(value) = value.and_then(|text| HeaderValue::from_bytes(text.as_bytes()).ok()) {
        response.headers_mut().insert(name, value);
    }
}

fn unsigned() -> Response {
    trouble(StatusCode::FORBIDDEN, "<Code>SignatureDoesNotMatch</Code>")
}

fn over() -> Response {
    trouble(StatusCode::FORBIDDEN, "<Code>AccessDenied</Code><Message>Request has expired</Message>")
}

/// An error as the store words it (recordings 5s6, 5s7, 5s8).
fn trouble(status: StatusCode, inside: &str) -> Response {
    let text = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error>{inside}</Error>");
    let mut response = with_bytes(status, Bytes::from(text));
    set(&mut response, header::CONTENT_TYPE, "application/xml");
    response
}

mod percent {
    /// Undoes percent-encoding.
    pub(super) fn decoded(text: &str) -> String {
        let mut bytes = Vec::new();
        let mut rest = text.as_bytes();
        while let Some((first, tail)) = rest.split_first() {
            let hex = tail.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
            let byte = hex.filter(|_| *first == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok());
            bytes.push(byte.unwrap_or(*first));
            rest = if byte.is_some() { &tail[2..] } else { tail };
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
}
