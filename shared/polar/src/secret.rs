//! Texts that must not reach a log: their `Debug` shows nothing, and only `expose` gives them away.

use std::fmt;

use serde::Deserialize;

macro_rules! secrets {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Deserialize, Eq, Hash, PartialEq)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes the text as it is: Polar's secrets are opaque, their prefix says nothing reliable.
            #[must_use]
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The secret itself, for the one place that needs it.
            #[must_use]
            pub fn expose(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )+};
}

secrets! {
    /// An organization's access token. With it one can do whatever its scopes allow in the whole shop.
    AccessToken,
    /// A customer's or member's portal token, valid for an hour. It can cancel that customer's subscriptions.
    CustomerToken,
    /// Names a checkout without any other credential; part of the address of Polar's payment page.
    ClientSecret,
    /// An address that works for whoever holds it: a download link, an invoice, a payment page.
    SecretUrl,
    /// The key of a webhook endpoint's signatures.
    WebhookSecret,
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
    fn a_secret_is_exposed_only_by_name() {
        assert_eq!(ClientSecret::new("polar_c_1").expose(), "polar_c_1");
    }
}
