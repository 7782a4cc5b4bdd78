//! Files for those who have a signed link, covers for everybody.

use axum::extract::State as Shared;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use jiff::fmt::rfc2822;
use uuid::Uuid;

use super::answers::{copy, over, trouble, unsigned, with_bytes};
use super::percent::decoded;
use super::range::{Range, wanted};
use crate::answer::set;
use crate::links::{PRIVATE, PUBLIC, SignedQuery};
use crate::shop::{File, Service};
use crate::state::State;
use crate::state::shape::etag;
use crate::world::World;

pub(super) async fn private(Shared(world): Shared<World>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
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

pub(super) async fn public(Shared(world): Shared<World>, uri: Uri, headers: HeaderMap) -> Response {
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
