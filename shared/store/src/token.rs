use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    digest,
    rand::{SecureRandom, SystemRandom},
};
use secrecy::{ExposeSecret, SecretSlice};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use crate::seal::Seal;

/// The length of every secret: 256 bits, twice what OWASP ASVS 5.0 (7.2.3) requires.
const SECRET_BYTES: usize = 32;
const CUSTOMER_BYTES: usize = 16;

fn random_secret() -> SecretSlice<u8> {
    let mut secret = vec![0; SECRET_BYTES];
    SystemRandom::new().fill(&mut secret).expect("the operating system has randomness");
    secret.into()
}

/// Reads a secret; `None` for one of another length.
fn read_secret(bytes: &[u8]) -> Option<SecretSlice<u8>> {
    (bytes.len() == SECRET_BYTES).then(|| bytes.to_vec().into())
}

/// SHA-256 of a secret, in base64url. The tables store this in place of the secret.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TokenHash(String);

impl TokenHash {
    pub(crate) fn of(secret: &[u8]) -> Self {
        let digest = digest::digest(&digest::SHA256, secret);
        Self(URL_SAFE_NO_PAD.encode(digest))
    }

    pub(crate) fn from_stored(hash: String) -> Self {
        Self(hash)
    }

    /// The whole hash.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether two hashes are the same, in constant time.
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

/// The credential of a session: the customer's id, which is the partition key, and 256 random bits.
///
/// Encoded as 64 characters of base64url. It exists only in requests, answers and memory.
#[derive(Clone, Debug)]
pub struct SessionToken {
    customer_id: Uuid,
    secret: SecretSlice<u8>,
}

impl SessionToken {
    /// Makes a new token for a customer.
    ///
    /// # Panics
    /// If the operating system provides no randomness.
    #[must_use]
    pub fn generate(customer_id: Uuid) -> Self {
        Self { customer_id, secret: random_secret() }
    }

    /// Reads a token as a browser sends it; `None` if it is malformed.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (customer, secret) = bytes.split_at_checked(CUSTOMER_BYTES)?;
        Some(Self { customer_id: Uuid::from_slice(customer).ok()?, secret: read_secret(secret)? })
    }

    /// The token as a browser stores it.
    #[must_use]
    pub fn expose(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes())
    }

    /// The hash of this token in the sessions table.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash::of(&self.bytes())
    }

    pub(crate) fn customer_id(&self) -> Uuid {
        self.customer_id
    }

    /// Seals Polar's credential for the holder of this token.
    pub(crate) fn seal(&self) -> Seal<'_> {
        Seal {
            purpose: "polar-storefront/customer-session/v1",
            secret: self.secret.expose_secret(),
            place: self.customer_id.as_bytes(),
        }
    }

    fn bytes(&self) -> Vec<u8> {
        [self.customer_id.as_bytes(), self.secret.expose_secret()].concat()
    }
}

/// The secret that binds a checkout or a login to the browser that started it: 256 random bits, 43 characters of base64url.
#[derive(Clone, Debug)]
pub struct BrowserKey(SecretSlice<u8>);

impl BrowserKey {
    /// Makes a new key.
    ///
    /// # Panics
    /// If the operating system provides no randomness.
    #[must_use]
    pub fn generate() -> Self {
        Self(random_secret())
    }

    /// Reads a key as a browser sends it; `None` if it is malformed.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        read_secret(&URL_SAFE_NO_PAD.decode(text).ok()?).map(Self)
    }

    /// The key as a browser stores it.
    #[must_use]
    pub fn expose(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.secret())
    }

    /// The hash of this key in the tables.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash::of(self.secret())
    }

    pub(crate) fn secret(&self) -> &[u8] {
        self.0.expose_secret()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_survives_the_way_to_the_browser_and_back() {
        let token = SessionToken::generate(Uuid::from_u128(7));
        let text = token.expose();

        assert_eq!(text.len(), 64);
        assert_eq!(SessionToken::parse(&text).map(|token| token.hash()), Some(token.hash()));
        assert_eq!(SessionToken::parse(&text).map(|token| token.customer_id()), Some(Uuid::from_u128(7)));
    }

    #[test]
    fn what_was_never_a_token_or_a_key_is_not_one() {
        let token = SessionToken::generate(Uuid::nil()).expose();
        let rows = [
            ("empty", String::new()),
            ("one character short", token[1..].to_owned()),
            ("one character long", format!("{token}A")),
            ("a foreign character", format!("{}!", &token[1..])),
            ("padded", format!("{token}==")),
        ];
        for (case, text) in rows {
            assert!(SessionToken::parse(&text).is_none(), "{case}");
            assert!(BrowserKey::parse(&text).is_none(), "{case}");
        }
    }

    #[test]
    fn two_tokens_of_one_customer_differ() {
        let customer = Uuid::from_u128(1);
        assert!(!SessionToken::generate(customer).hash().matches(&SessionToken::generate(customer).hash()));
    }

    #[test]
    fn debug_reveals_neither_token_nor_key() {
        let (token, key) = (SessionToken::generate(Uuid::nil()), BrowserKey::generate());
        let redacted = "SecretBox<[u8]>([REDACTED])";
        assert_eq!(
            format!("{token:?}"),
            format!("SessionToken {{ customer_id: {}, secret: {redacted} }}", Uuid::nil())
        );
        assert_eq!(format!("{key:?}"), format!("BrowserKey({redacted})"));
    }
}
