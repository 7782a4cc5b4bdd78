//! Standard Webhooks signatures, with Polar's two ways to make a key of a secret.

use std::time::Duration;

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD as STANDARD_BASE64},
};
use jiff::Timestamp;
use ring::hmac;
use subtle::ConstantTimeEq;

use crate::WebhookSecret;

/// How far a message's time may be from ours, in either direction.
pub const TOLERANCE: Duration = Duration::from_mins(5);

/// Secrets come without padding, and their last character may have bits to spare.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The headers of a message, as they were received.
#[derive(Clone, Copy, Debug)]
pub struct Headers<'a> {
    /// `webhook-id`: the same in every repetition of the event to this endpoint, so it tells repetitions apart.
    pub id: &'a str,
    /// `webhook-timestamp`: seconds since 1970, fresh in every try.
    pub timestamp: &'a str,
    /// `webhook-signature`: one or several, separated by blanks.
    pub signature: &'a str,
}

/// Why a message is not believed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum VerifyError {
    /// The time is not a number.
    #[error("the webhook's timestamp is malformed")]
    Malformed,
    /// The time is too far from ours: an old message sent again, or a wrong clock.
    #[error("the webhook's timestamp is too far from the present")]
    Stale,
    /// No signature fits. The secret is another one, or somebody else sent it.
    #[error("no signature of the webhook fits")]
    Forged,
}

/// Believes a message or not. `body` is what was received, byte for byte; `now` is our time.
///
/// A secret is a key in two ways: Polar took its text as it is until September 2026, and decodes it since. Both are tried.
///
/// # Examples
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/example.rs"));
/// # fn main() { run(async |_, standin| {
/// use polar::{WebhookSecret, webhook::{Headers, VerifyError, verify}};
///
/// # let (delivery, secret) = paid(&standin)?;
/// # let (now, body) = (standin.now(), delivery.body.as_bytes());
/// # let received = delivery.headers(now);
/// # let header = |name| received[name].to_str();
/// let secret = WebhookSecret::new(secret);
/// let headers = Headers {
///     id: header("webhook-id")?,
///     timestamp: header("webhook-timestamp")?,
///     signature: header("webhook-signature")?,
/// };
/// assert_eq!(verify(&secret, headers, body, now), Ok(()));
/// assert_eq!(verify(&secret, headers, b"{}", now), Err(VerifyError::Forged));
/// # Ok(()) }) }
/// ```
pub fn verify(secret: &WebhookSecret, headers: Headers<'_>, body: &[u8], now: Timestamp) -> Result<(), VerifyError> {
    let sent: i64 = headers.timestamp.parse().map_err(|_| VerifyError::Malformed)?;
    if now.as_second().abs_diff(sent) > TOLERANCE.as_secs() {
        return Err(VerifyError::Stale);
    }
    let is_bounded = body.len() <= LONGEST_BODY
        && headers.id.len() <= LONGEST_ID
        && headers.timestamp.len() <= LONGEST_TIMESTAMP
        && headers.signature.len() <= LONGEST_SIGNATURES;
    let sent_tags: Vec<_> = tags(headers.signature).take(MOST_SIGNATURES + 1).collect();
    if !is_bounded || sent_tags.is_empty() || sent_tags.len() > MOST_SIGNATURES {
        return Err(VerifyError::Forged);
    }
    // Once for each key, however many signatures there are: the sender pays nothing for more of them, and the body may be long.
    let own_tags: Vec<_> = keys(secret).iter().map(|key| mac(key, headers.id, headers.timestamp, body)).collect();
    let fits = |sent: &[u8]| own_tags.iter().any(|own| bool::from(own.as_ref().ct_eq(sent)));
    if sent_tags.iter().any(|sent| fits(sent)) { Ok(()) } else { Err(VerifyError::Forged) }
}

/// Polar's largest events are some tens of kilobytes; lists of custom fields may make them larger.
const LONGEST_BODY: usize = 1024 * 1024;
/// Polar's ids are UUIDs.
const LONGEST_ID: usize = 128;
/// A sign and as many digits as a time can have.
const LONGEST_TIMESTAMP: usize = 20;
/// One or two signatures of 47 characters, and others of versions to come.
const LONGEST_SIGNATURES: usize = 1024;
const MOST_SIGNATURES: usize = 8;
/// Of SHA-256.
const TAG_LENGTH: usize = 32;

fn mac(key: &hmac::Key, id: &str, timestamp: &str, body: &[u8]) -> hmac::Tag {
    let mut context = hmac::Context::with_key(key);
    for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
        context.update(part);
    }
    context.sign()
}

/// Signs a message as Polar does with secrets of every age: for a shop's own trial of its webhook route.
///
/// Gives the value of `webhook-signature`; `timestamp` is that of `webhook-timestamp`.
#[must_use]
pub fn sign(secret: &WebhookSecret, id: &str, timestamp: i64, body: &[u8]) -> String {
    let timestamp = timestamp.to_string();
    let tag = |key| STANDARD_BASE64.encode(mac(&key, id, &timestamp, body));
    let tags = keys(secret).into_iter().map(|key| format!("v1,{}", tag(key)));
    tags.collect::<Vec<_>>().join(" ")
}

fn keys(secret: &WebhookSecret) -> Vec<hmac::Key> {
    let text = secret.expose();
    let decoded = text.strip_prefix("whsec_").and_then(|rest| LENIENT.decode(rest).ok());
    // An empty key would let anyone sign.
    let keys = [Some(text.as_bytes().to_vec()), decoded].into_iter().flatten().filter(|key| !key.is_empty());
    keys.map(|key| hmac::Key::new(hmac::HMAC_SHA256, &key)).collect()
}

/// The signatures of the version that we know; what cannot be one is left out.
fn tags(header: &str) -> impl Iterator<Item = Vec<u8>> {
    let decoded = header.split(' ').filter_map(|entry| LENIENT.decode(entry.strip_prefix("v1,")?).ok());
    decoded.filter(|tag| tag.len() == TAG_LENGTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_ovyN6cPrTv56AApvzCaJno08SSmGJmgbWilb33N2JuK";
    const ID: &str = "0f8f5f0a-6c3e-4b7e-9d1b-6a1b2c3d4e5f";
    const SENT: i64 = 1_787_388_425;
    const BODY: &[u8] = br#"{"type":"customer.state_changed","timestamp":"2026-08-22T08:47:05.123456Z","data":{"id":"e12512b9-f4ab-4eda-b3d6-ad6efae5984a"}}"#;
    const BY_TEXT: &str = "v1,nmO89VjPAhg1QsU2vwcFMceEJWGDGF8DRWaU90l9Nvw=";
    const BY_DECODED: &str = "v1,Z/iWoG7l0kfFuAw1MHR0kZe4CdDBbL145DMuNcViK24=";

    fn check(secret: &str, signature: &str, body: &[u8], late: i64) -> Result<(), VerifyError> {
        let timestamp = SENT.to_string();
        let headers = Headers { id: ID, timestamp: &timestamp, signature };
        verify(&WebhookSecret::new(secret), headers, body, Timestamp::from_second(SENT + late).unwrap())
    }

    #[test]
    fn a_signature_by_either_key_is_believed() {
        assert_eq!(BODY.len(), 128);
        assert_eq!(check(SECRET, BY_TEXT, BODY, 0), Ok(()));
        assert_eq!(check(SECRET, BY_DECODED, BODY, 0), Ok(()));
    }

    #[test]
    fn a_signature_of_ours_is_that_of_polar_by_either_key() {
        assert_eq!(sign(&WebhookSecret::new(SECRET), ID, SENT, BODY), format!("{BY_TEXT} {BY_DECODED}"));
        assert_eq!(sign(&WebhookSecret::new(""), ID, SENT, BODY), "", "an empty key signs nothing");
    }

    #[test]
    fn one_fitting_signature_among_several_is_enough() {
        let several = format!("v1,AAAA v1a,{} v2,x {BY_DECODED} v1,!!", &BY_TEXT[3..]);
        assert_eq!(check(SECRET, &several, BODY, 0), Ok(()));
    }

    #[test]
    fn whatever_was_altered_is_not_believed() {
        let table = [
            ("another body", SECRET, BY_TEXT, b"{}".as_slice()),
            ("another secret", "whsec_other", BY_TEXT, BODY),
            ("another signature", SECRET, "v1,AAAAVjPAhg1QsU2vwcFMceEJWGDGF8DRWaU90l9Nvw=", BODY),
            ("half a signature", SECRET, "v1,nmO89VjPAhg1QsU2vwcFMQ==", BODY),
            ("no signature", SECRET, "", BODY),
            ("a signature of another version", SECRET, "v2,nmO89VjPAhg1QsU2vwcFMceEJWGDGF8DRWaU90l9Nvw=", BODY),
            ("an empty secret", "", BY_TEXT, BODY),
            ("a secret of nothing but its prefix", "whsec_", BY_DECODED, BODY),
        ];
        for (case, secret, signature, body) in table {
            assert_eq!(check(secret, signature, body, 0), Err(VerifyError::Forged), "{case}");
        }
    }

    #[test]
    fn more_signatures_than_any_sender_has_are_not_looked_at() {
        let others = |count: usize| format!("{}{BY_TEXT}", format!("v1,{} ", "A".repeat(43)).repeat(count));
        assert_eq!(check(SECRET, &others(7), BODY, 0), Ok(()));
        assert_eq!(check(SECRET, &others(8), BODY, 0), Err(VerifyError::Forged));
        let empty = format!("{}{BY_TEXT}", "v1, ".repeat(200));
        assert_eq!(check(SECRET, &empty, BODY, 0), Ok(()), "an empty one is none");
        let long = format!("{}{BY_TEXT}", "v1, ".repeat(2_400));
        assert_eq!(check(SECRET, &long, BODY, 0), Err(VerifyError::Forged), "a header of ten kilobytes");
    }

    #[test]
    fn what_is_longer_than_anything_of_polars_is_refused_although_it_is_signed() {
        let now = Timestamp::from_second(SENT).unwrap();
        let (secret, timestamp) = (WebhookSecret::new(SECRET), SENT.to_string());
        for (id, length, verdict) in [
            ("i".repeat(LONGEST_ID), LONGEST_BODY, Ok(())),
            ("i".repeat(LONGEST_ID + 1), 1, Err(VerifyError::Forged)),
            (ID.to_owned(), LONGEST_BODY + 1, Err(VerifyError::Forged)),
        ] {
            let body = vec![b' '; length];
            let signature = sign(&secret, &id, SENT, &body);
            let headers = Headers { id: &id, timestamp: &timestamp, signature: &signature };
            assert_eq!(verify(&secret, headers, &body, now), verdict, "{} {length}", id.len());
        }
    }

    #[test]
    fn an_empty_key_signs_nothing() {
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"");
        let message = [ID.as_bytes(), b".", SENT.to_string().as_bytes(), b".", BODY].concat();
        let signature = format!("v1,{}", LENIENT.encode(hmac::sign(&key, &message)));
        for secret in ["", "whsec_"] {
            assert_eq!(check(secret, &signature, BODY, 0), Err(VerifyError::Forged), "{secret:?}");
        }
    }

    #[test]
    fn five_minutes_are_tolerated_either_way() {
        for (late, verdict) in
            [(300, Ok(())), (-300, Ok(())), (301, Err(VerifyError::Stale)), (-301, Err(VerifyError::Stale))]
        {
            assert_eq!(check(SECRET, BY_TEXT, BODY, late), verdict, "{late} s");
        }
    }

    #[test]
    fn a_time_that_is_no_number_is_malformed() {
        let now = Timestamp::from_second(SENT).unwrap();
        for timestamp in ["", "soon", "1787388425.5", "99999999999999999999"] {
            let headers = Headers { id: ID, timestamp, signature: BY_TEXT };
            let verdict = verify(&WebhookSecret::new(SECRET), headers, BODY, now);
            assert_eq!(verdict, Err(VerifyError::Malformed), "{timestamp:?}");
        }
    }
}
