//! Signed addresses of the store, in the form of S3's.

use http::{Method, Uri};
use jiff::Timestamp;
use url::form_urlencoded;

use super::encoding::{disposition, encoded};
use crate::clock::after;
use crate::tokens::{is_signed, signature};

/// The last parameter of a signed query.
const SIGNATURE: &str = "&X-Amz-Signature=";

/// Path and signed query of a file that is shown under `name` for `seconds` from `now`; only GET is signed.
pub(crate) fn sign(path: &str, name: &str, mime_type: &str, seconds: i64, now: Timestamp) -> String {
    let query = format!(
        "response-content-disposition={}&response-content-type={}&X-Amz-Algorithm=AWS4-HMAC-SHA256\
         &X-Amz-Date={}&X-Amz-Expires={seconds}&X-Amz-SignedHeaders=host",
        encoded(&disposition(name)),
        encoded(mime_type),
        now.as_second(),
    );
    let signature = signature(&format!("GET {path}?{query}"));
    format!("{path}?{query}{SIGNATURE}{signature}")
}

/// A query whose signature fits.
pub(crate) struct SignedQuery<'a>(&'a str);

impl<'a> SignedQuery<'a> {
    /// The query without its signature, if that fits method, path and query.
    pub(crate) fn of(method: &Method, uri: &'a Uri) -> Option<Self> {
        let (query, signature) = uri.query()?.rsplit_once(SIGNATURE)?;
        is_signed(&format!("{method} {}?{query}", uri.path()), signature).then_some(Self(query))
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        form_urlencoded::parse(self.0.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// Whether its time has run out.
    pub(crate) fn is_over(&self, now: Timestamp) -> bool {
        let number = |name| self.parameter(name).and_then(|text| text.parse().ok()).unwrap_or_default();
        let signed_at = Timestamp::from_second(number("X-Amz-Date")).unwrap_or(Timestamp::UNIX_EPOCH);
        after(signed_at, number("X-Amz-Expires")) < now
    }
}
