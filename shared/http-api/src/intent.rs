//! Refuses a `GET` with a side effect, such as counting a download, unless the buyer intended it.

use axum::http::{HeaderMap, HeaderName, Method, header};
use url::Url;

use crate::{ApiError, Origins, SignedIn, Transport};

/// Headers of prefetch requests by browsers and mail programs (Fetch, `Sec-Purpose`; the others are older).
const PURPOSES: [&str; 4] = ["sec-purpose", "purpose", "x-purpose", "x-moz"];
/// Programs request so few bytes to learn a file's size, and media players to learn whether ranges are supported.
const LONGEST_PROBE: u64 = 2;

impl SignedIn {
    /// Refuses a request with a side effect that the buyer did not intend: a prefetch, or a request from another page with the buyer's cookie.
    pub fn demand_intent(&self, method: &Method, headers: &HeaderMap, origins: &Origins) -> Result<(), ApiError> {
        if method == Method::HEAD || looks_ahead(headers) || is_probe(headers) {
            return Err(ApiError::LookAhead);
        }
        if self.transport == Transport::Bearer || is_from_own_page(headers, origins) {
            return Ok(());
        }
        Err(ApiError::OriginNotAllowed)
    }
}

fn looks_ahead(headers: &HeaderMap) -> bool {
    PURPOSES.into_iter().map(|name| value(headers, name).to_ascii_lowercase()).any(|purpose| {
        let mut words = purpose.split([';', ',', ' ']);
        words.any(|word| matches!(word, "prefetch" | "prerender" | "preview"))
    })
}

/// Whether it requests a single range of a few bytes, at the start or at the end.
fn is_probe(headers: &HeaderMap) -> bool {
    let range = value(headers, header::RANGE.as_str()).trim().to_ascii_lowercase();
    let Some((first, last)) = range.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return false;
    };
    let Ok(last) = last.trim().parse::<u64>() else { return false };
    let bytes = match first.trim().parse::<u64>() {
        Ok(first) => last.saturating_sub(first).saturating_add(1),
        Err(_) => last,
    };
    bytes <= LONGEST_PROBE
}

/// Another host of the same site may show user content, including images with our address. So from there, the request must come from one of the
/// shop's pages, or from a link that the buyer clicked (Fetch Metadata).
fn is_from_own_page(headers: &HeaderMap, origins: &Origins) -> bool {
    let is_ours = |name: HeaderName| Url::parse(value(headers, name.as_str())).is_ok_and(|url| origins.allow(&url));
    let is_click = value(headers, "sec-fetch-mode") == "navigate"
        && value(headers, "sec-fetch-user") == "?1"
        && !matches!(value(headers, "sec-fetch-dest"), "iframe" | "frame" | "embed" | "object");
    match value(headers, "sec-fetch-site") {
        "cross-site" => false,
        "same-site" => is_ours(header::ORIGIN) || is_ours(header::REFERER) || is_click,
        _ => true,
    }
}

fn value<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_part_of_a_few_bytes_is_a_probe_and_a_longer_one_is_not() {
        for (range, expected) in [
            ("bytes=0-0", true),
            ("bytes=0-1", true),
            ("Bytes=0-1", true),
            ("bytes=-1", true),
            ("bytes=7-6", true),
            ("bytes=0-", false),
            ("bytes=0-2", false),
            ("bytes=-500", false),
            ("bytes=0-0,5-9", false),
            ("bytes=0-18446744073709551615", false),
            ("bytes", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(header::RANGE, HeaderValue::from_static(range))]);
            assert_eq!(is_probe(&headers), expected, "{range}");
        }
    }
}
