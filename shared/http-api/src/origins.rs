use std::{fmt, str::FromStr, sync::Arc};

use axum::http::{HeaderMap, Method, header};
use startup::{SettingError, Settings};
use url::Url;

/// The origin of a page: scheme, host and port, as browsers send it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(String);

/// The text is not an origin.
#[derive(Debug, thiserror::Error)]
#[error("write an origin like https://shop.example, without a path")]
pub struct NoOrigin;

impl FromStr for Origin {
    type Err = NoOrigin;

    fn from_str(text: &str) -> Result<Self, NoOrigin> {
        let url = Url::parse(text).map_err(|_| NoOrigin)?;
        let origin = url.origin().ascii_serialization();
        let is_web = matches!(url.scheme(), "http" | "https");
        (is_web && origin == text.trim_end_matches('/')).then_some(Self(origin)).ok_or(NoOrigin)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The origins of pages that may act in a buyer's name; no wildcards.
#[derive(Clone, Debug)]
pub struct Origins(Arc<[Origin]>);

impl Origins {
    /// Reads `STOREFRONT_ORIGINS`.
    pub fn from_settings(settings: &Settings) -> Result<Self, SettingError> {
        Self::new(settings.list("STOREFRONT_ORIGINS")?).ok_or(SettingError::Missing("STOREFRONT_ORIGINS"))
    }

    /// Allows these origins, the shop's main page first; `None` for an empty list.
    #[must_use]
    pub fn new(origins: Vec<Origin>) -> Option<Self> {
        (!origins.is_empty()).then(|| Self(origins.into()))
    }

    /// The shop's main page.
    #[must_use]
    pub fn main(&self) -> &Origin {
        &self.0[0]
    }

    /// Whether an `Origin` header contains one of these origins.
    #[must_use]
    pub fn contain(&self, origin: &[u8]) -> bool {
        self.0.iter().any(|allowed| allowed.0.as_bytes() == origin)
    }

    /// Whether an address has one of these origins.
    #[must_use]
    pub fn allow(&self, url: &Url) -> bool {
        let origin = url.origin().ascii_serialization();
        self.0.iter().any(|allowed| allowed.0 == origin)
    }

    /// Whether a request that changes something comes from one of our pages.
    ///
    /// Browsers send `Origin` with every such request; `Sec-Fetch-Site` covers pages on the API's own host.
    pub(crate) fn allow_change(&self, method: &Method, headers: &HeaderMap) -> bool {
        if method.is_safe() {
            return true;
        }
        match headers.get(header::ORIGIN) {
            Some(origin) => self.contain(origin.as_bytes()),
            None => headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin"),
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn origins() -> Origins {
        let origins = ["https://shop.example", "http://localhost:3000"].map(|origin| origin.parse().unwrap());
        Origins::new(origins.to_vec()).unwrap()
    }

    #[test]
    fn an_origin_has_no_path_and_a_web_scheme() {
        for good in ["https://shop.example", "https://shop.example/", "http://localhost:3000"] {
            assert!(good.parse::<Origin>().is_ok(), "{good}");
        }
        for bad in ["", "*", "shop.example", "https://shop.example/store", "file:///tmp", "https://shop.example:443"] {
            assert!(bad.parse::<Origin>().is_err(), "{bad}");
        }
    }

    #[test]
    fn only_exact_origins_are_allowed() {
        let url = |text: &str| Url::parse(text).unwrap();
        assert!(origins().allow(&url("https://shop.example/thanks?x=1")));
        for foreign in [
            "http://shop.example/",
            "https://shop.example:8443/",
            "https://evil-shop.example/",
            "https://shop.example.evil.test/",
        ] {
            assert!(!origins().allow(&url(foreign)), "{foreign}");
        }
    }

    #[test]
    fn a_change_needs_one_of_our_origins() {
        let allowed = |method: Method, name: &'static str, value: &'static str| {
            let headers = HeaderMap::from_iter([(name.parse().unwrap(), HeaderValue::from_static(value))]);
            origins().allow_change(&method, &headers)
        };
        assert!(allowed(Method::POST, "origin", "https://shop.example"));
        assert!(allowed(Method::DELETE, "sec-fetch-site", "same-origin"));
        assert!(allowed(Method::GET, "origin", "https://evil.test"), "reading changes nothing");
        assert!(!allowed(Method::POST, "origin", "https://evil.test"));
        assert!(!allowed(Method::POST, "origin", "null"));
        assert!(!allowed(Method::POST, "sec-fetch-site", "same-site"));
        assert!(!allowed(Method::POST, "x-nothing", "neither header"));
    }
}
