use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use ring::digest;
use serde::Serialize;

/// How many seconds browsers and caches keep an answer. They may use it for ten more minutes while they fetch a new one.
const FRESH: i64 = 60;

/// An answer that is the same for every caller, or 304 for a caller who already has it.
pub(crate) fn cacheable(answer: &impl Serialize, age: SignedDuration, headers: &HeaderMap) -> Response {
    let body = serde_json::to_vec(answer).expect("an answer is plain data");
    let etag = etag(&body);
    let known = is_known(headers, &etag);
    let age = age.as_secs().max(0);
    let caching = [
        (header::ETAG, HeaderValue::try_from(etag).expect("base64url is plain ASCII")),
        (header::CACHE_CONTROL, cache_control(age)),
        (header::AGE, HeaderValue::from(age)),
        (header::VARY, HeaderValue::from_static("accept-encoding")),
    ];
    if known {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    (caching, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// Caches subtract the age from the freshness lifetime (RFC 9111, 4.2).
fn cache_control(age: i64) -> HeaderValue {
    let max_age = age.saturating_add(FRESH);
    HeaderValue::try_from(format!("public, max-age={max_age}, stale-while-revalidate=600")).expect("it is plain ASCII")
}

/// Whether the caller already has the answer with this tag.
pub(crate) fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    headers.get(header::IF_NONE_MATCH).is_some_and(|known| names(known, etag))
}

/// A weak tag: it names the same answer with and without compression (RFC 9110, 8.8.1).
pub(crate) fn etag(body: &[u8]) -> String {
    let digest = digest::digest(&digest::SHA256, body);
    format!("W/\"{}\"", URL_SAFE_NO_PAD.encode(digest))
}

/// Whether `If-None-Match` has this tag, weak or strong (RFC 9110, 13.1.2).
fn names(known: &HeaderValue, etag: &str) -> bool {
    let tags = known.to_str().unwrap_or_default().split(',');
    tags.map(str::trim).any(|tag| tag == "*" || opaque(tag) == opaque(etag))
}

fn opaque(tag: &str) -> &str {
    tag.trim_start_matches("W/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_stays_fresh_for_a_minute_however_old_the_catalog_is() {
        for (age, max_age) in [(0, 60), (840, 900)] {
            let expected = format!("public, max-age={max_age}, stale-while-revalidate=600");
            assert_eq!(cache_control(age).to_str().unwrap(), expected);
        }
    }

    #[test]
    fn a_known_tag_is_found_in_every_form() {
        let etag = etag(b"[]");
        for (known, found) in [
            (etag.clone(), true),
            (opaque(&etag).to_owned(), true),
            (format!("\"other\", {etag}"), true),
            ("*".to_owned(), true),
            ("\"other\"".to_owned(), false),
        ] {
            assert_eq!(names(&HeaderValue::try_from(&known).unwrap(), &etag), found, "{known}");
        }
    }
}
