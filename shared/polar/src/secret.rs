//! Secrets that must not reach a log: `Debug` hides them, only `expose` returns them, and their memory is wiped.

use std::{fmt, pin::Pin, sync::Arc};

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use subtle::ConstantTimeEq;
use url::Url;

use crate::error::Source;

macro_rules! secrets {
    ($($(#[$attribute:meta])* $name:ident),+ $(,)?) => {$(
        #[derive(Clone, Debug, Deserialize)]
        $(#[$attribute])*
        pub struct $name(SecretString);

        impl $name {
            /// Accepts any text, because Polar's secrets are opaque and have no reliable prefix.
            #[must_use]
            pub fn new(text: impl Into<SecretString>) -> Self {
                Self(text.into())
            }

            /// The secret itself, for the one place that needs it.
            #[must_use]
            pub fn expose(&self) -> &str {
                self.0.expose_secret()
            }
        }

        /// Takes the same time wherever two secrets of one length differ.
        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.expose().as_bytes().ct_eq(other.expose().as_bytes()).into()
            }
        }

        impl Eq for $name {}
    )+};
}

secrets! {
    /// A customer's or member's portal token, valid for an hour. It can cancel that customer's subscriptions.
    CustomerToken,
    /// Identifies a checkout and grants access to it; part of the address of Polar's payment page.
    ClientSecret,
    /// The key of a webhook endpoint's signatures.
    WebhookSecret,
    /// An address that works for anyone who has it: a download link, an invoice or a payment page.
    ///
    /// Buyers' browsers are redirected there, so an address from Polar must be https and plain ASCII. A Polar on this
    /// machine may use http.
    #[serde(try_from = "String")]
    SecretUrl,
}

/// An address that browsers must not be redirected to. The error does not repeat it.
#[derive(Debug, thiserror::Error)]
#[error("not an https address")]
pub struct NoWebAddress;

impl TryFrom<String> for SecretUrl {
    type Error = NoWebAddress;

    fn try_from(text: String) -> Result<Self, NoWebAddress> {
        // Parsing would leave line breaks out, and a header cannot have them.
        let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic());
        let is_web = Url::parse(&text).is_ok_and(|url| match url.scheme() {
            "https" => true,
            "http" => matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]")),
            _ => false,
        });
        if is_plain && is_web { Ok(Self::new(text)) } else { Err(NoWebAddress) }
    }
}

/// An organization's access token. Its scopes apply to the whole shop.
#[derive(Clone)]
pub struct AccessToken(Kept);

#[derive(Clone)]
enum Kept {
    Value(SecretString),
    Fetch(Arc<dyn Fn() -> Fetching + Send + Sync>),
}

type Fetching = Pin<Box<dyn Future<Output = Result<SecretString, Source>> + Send>>;

impl AccessToken {
    /// Takes the text as it is: Polar's secrets are opaque, their prefix says nothing reliable.
    #[must_use]
    pub fn new(text: impl Into<SecretString>) -> Self {
        Self(Kept::Value(text.into()))
    }

    /// A token that is fetched each time that a request needs it; the source should cache it. Programs that rarely need the
    /// token do not have to fetch it at startup.
    pub fn kept_by<F>(fetch: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<SecretString, Source>> + Send + 'static,
    {
        Self(Kept::Fetch(Arc::new(move || Box::pin(fetch()))))
    }

    /// The token itself, for the one place that needs it.
    pub(crate) async fn fetch(&self) -> Result<SecretString, Source> {
        match &self.0 {
            Kept::Value(token) => Ok(token.clone()),
            Kept::Fetch(fetch) => fetch().await,
        }
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_printed() {
        let printed = format!("{:?} {:#?}", AccessToken::new("polar_oat_1"), Some(SecretUrl::new("https://x/y")));
        assert!(!printed.contains("polar_oat_1") && !printed.contains("x/y"), "{printed}");
    }

    #[test]
    fn a_browser_is_sent_to_https_addresses_only() {
        let read = |address: &str| serde_json::from_value::<SecretUrl>(serde_json::json!(address));
        for good in ["https://polar.sh/checkout/polar_c_1", "https://x.test/a?b=%0A#c", "http://127.0.0.1:3001/f"] {
            assert_eq!(read(good).map(|url| url.expose().to_owned()).ok().as_deref(), Some(good));
        }
        for bad in [
            "javascript:alert(1)",
            "data:text/html,x",
            "http://polar.sh/f",
            "http://localhost.evil.test/",
            "https://polar.sh/a\r\nSet-Cookie: x=y",
            "https://polar.sh/ü",
            "/relative",
            "",
        ] {
            let error = read(bad).unwrap_err().to_string();
            assert_eq!(error, "not an https address", "{bad:?}");
        }
    }

    #[test]
    fn a_secret_is_exposed_only_by_name() {
        assert_eq!(ClientSecret::new("polar_c_1").expose(), "polar_c_1");
    }
}
