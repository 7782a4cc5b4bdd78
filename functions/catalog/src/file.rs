use std::sync::OnceLock;

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::caching::{etag, is_known};

/// A file that was built into the program, as it is and compressed.
pub(crate) struct File {
    plain: &'static [u8],
    brotli: &'static [u8],
    content_type: &'static str,
    etag: OnceLock<String>,
}

/// A file that `build.rs` writes.
macro_rules! built {
    ($name:literal, $content_type:expr) => {
        File::new(
            include_bytes!(concat!(env!("OUT_DIR"), "/", $name)),
            include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".br")),
            $content_type,
        )
    };
}

pub(crate) use built;

impl File {
    pub(crate) const fn new(plain: &'static [u8], brotli: &'static [u8], content_type: &'static str) -> Self {
        Self { plain, brotli, content_type, etag: OnceLock::new() }
    }

    /// The file, compressed if the caller accepts that, or 304 for a caller who already has it.
    ///
    /// Pages of any origin may read it: browsers require that for a module from another origin, and the file is public in this repository.
    pub(crate) fn answer(&'static self, headers: &HeaderMap) -> Response {
        let etag = self.etag.get_or_init(|| etag(self.plain));
        let is_known = is_known(headers, etag);
        let about = [
            (header::ETAG, HeaderValue::try_from(etag).expect("base64url is plain ASCII")),
            // Pages get a new version within five minutes.
            (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300, stale-while-revalidate=86400")),
            (header::VARY, HeaderValue::from_static("accept-encoding")),
            (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
        ];
        if is_known {
            return (StatusCode::NOT_MODIFIED, about).into_response();
        }
        let content_type = [(header::CONTENT_TYPE, self.content_type)];
        if takes_brotli(headers) {
            return (about, content_type, [(header::CONTENT_ENCODING, "br")], self.brotli).into_response();
        }
        (about, content_type, self.plain).into_response()
    }
}

/// Whether `Accept-Encoding` names Brotli and does not rule it out (RFC 9110, 12.5.3).
fn takes_brotli(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, "q=1"));
        let weight = weight.trim().strip_prefix("q=").and_then(|weight| weight.parse().ok()).unwrap_or(1.0);
        name.trim().eq_ignore_ascii_case("br") && weight > 0.0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brotli_is_sent_to_who_takes_it() {
        for (accepted, taken) in
            [("gzip, deflate, br, zstd", true), ("BR;q=0.5", true), ("br;q=0", false), ("gzip", false), ("", false)]
        {
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(accepted))]);
            assert_eq!(takes_brotli(&headers), taken, "{accepted}");
        }
    }
}
