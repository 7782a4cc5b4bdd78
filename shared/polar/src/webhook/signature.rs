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

/// The largest body whose signature is verified, in bytes. Polar's largest events have tens of kilobytes.
pub const LARGEST_BODY: usize = 1024 * 1024;

/// Far above what Polar sends: one signature, or two while keys are rotated, and UUIDs as ids.
const MOST_SIGNATURES: usize = 16;
const LONGEST_SIGNATURES: usize = 2048;
const LONGEST_ID: usize = 256;
/// This many digits always fit into 64 bits.
const LONGEST_TIMESTAMP: usize = 18;

/// The length of an HMAC-SHA-256. An entry of any other length cannot fit.
const TAG_BYTES: usize = 32;

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
    /// `webhook-id`: the same in every delivery of an event to this endpoint, so it identifies repeated deliveries.
    pub id: &'a str,
    /// `webhook-timestamp`: seconds since 1970, new for every try.
    pub timestamp: &'a str,
    /// `webhook-signature`: one or several, separated by blanks.
    pub signature: &'a str,
}

/// Why the signature of a message was rejected.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum VerifyError {
    /// The time is not a number.
    #[error("the webhook's timestamp is malformed")]
    Malformed,
    /// The time is too far from ours: an old message was replayed, or a clock is wrong.
    #[error("the webhook's timestamp is too far from the present")]
    Stale,
    /// A header is longer than any of Polar's, or has more signatures; nothing was hashed.
    #[error("the webhook's header {0} is too long")]
    HeaderTooLong(&'static str),
    /// The body is larger than [`LARGEST_BODY`]; nothing was hashed.
    #[error("the webhook's body is too large")]
    BodyTooLarge,
    /// No signature matches. The secret differs, or Polar did not send the message.
    #[error("no signature of the webhook matches")]
    Forged,
}

/// Verifies the signature of a message. `body` must be the received bytes; `now` is our time.
///
/// A key is derived from a secret in two ways: until September 2026 Polar used its text as it is, and since then it decodes it. Both are tried.
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
    verify_by(headers, body, now, || {
        keys(secret).iter().map(|key| mac(key, headers.id, headers.timestamp, body)).collect()
    })
}

/// Anyone can send large bodies, so hashing comes last, and the type allows it only once.
fn verify_by(
    headers: Headers<'_>,
    body: &[u8],
    now: Timestamp,
    macs: impl FnOnce() -> Vec<hmac::Tag>,
) -> Result<(), VerifyError> {
    if headers.timestamp.len() > LONGEST_TIMESTAMP {
        return Err(VerifyError::Malformed);
    }
    let sent: i64 = headers.timestamp.parse().map_err(|_| VerifyError::Malformed)?;
    if now.as_second().abs_diff(sent) > TOLERANCE.as_secs() {
        return Err(VerifyError::Stale);
    }
    if headers.id.len() > LONGEST_ID {
        return Err(VerifyError::HeaderTooLong("webhook-id"));
    }
    let is_long = headers.signature.len() > LONGEST_SIGNATURES;
    if is_long || headers.signature.split(' ').count() > MOST_SIGNATURES {
        return Err(VerifyError::HeaderTooLong("webhook-signature"));
    }
    if body.len() > LARGEST_BODY {
        return Err(VerifyError::BodyTooLarge);
    }
    let tags = tags(headers.signature);
    if tags.is_empty() {
        return Err(VerifyError::Forged);
    }
    let macs = macs();
    let fits = |tag: &[u8; TAG_BYTES]| macs.iter().any(|mac| bool::from(mac.as_ref().ct_eq(tag)));
    if tags.iter().any(fits) { Ok(()) } else { Err(VerifyError::Forged) }
}

/// The MAC of a message under one key, piece by piece: the body is not copied.
fn mac(key: &hmac::Key, id: &str, timestamp: &str, body: &[u8]) -> hmac::Tag {
    let mut context = hmac::Context::with_key(key);
    for piece in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
        context.update(piece);
    }
    context.sign()
}

/// Signs a message as Polar does, with both kinds of keys, so that a shop can test its own webhook route.
///
/// Returns the value of `webhook-signature`; `timestamp` is that of `webhook-timestamp`.
#[must_use]
pub fn sign(secret: &WebhookSecret, id: &str, timestamp: i64, body: &[u8]) -> String {
    let (keys, timestamp) = (keys(secret), timestamp.to_string());
    let tags = keys.iter().map(|key| format!("v1,{}", STANDARD_BASE64.encode(mac(key, id, &timestamp, body))));
    tags.collect::<Vec<_>>().join(" ")
}

fn keys(secret: &WebhookSecret) -> Vec<hmac::Key> {
    let text = secret.expose();
    let decoded = text.strip_prefix("whsec_").and_then(|rest| LENIENT.decode(rest).ok());
    // An empty key would let anyone sign.
    let keys = [Some(text.as_bytes().to_vec()), decoded].into_iter().flatten().filter(|key| !key.is_empty());
    keys.map(|key| hmac::Key::new(hmac::HMAC_SHA256, &key)).collect()
}

/// The signatures of the supported version.
fn tags(header: &str) -> Vec<[u8; TAG_BYTES]> {
    header.split(' ').filter_map(|entry| LENIENT.decode(entry.strip_prefix("v1,")?).ok()?.try_into().ok()).collect()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

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

    /// The verdict on a message, and how often its body was hashed.
    fn hashed(headers: Headers<'_>, body: &[u8]) -> (Result<(), VerifyError>, usize) {
        let (hashed, secret) = (Cell::new(0), WebhookSecret::new(SECRET));
        let mac = |key: &hmac::Key| {
            hashed.set(hashed.get() + 1);
            mac(key, headers.id, headers.timestamp, body)
        };
        let now = Timestamp::from_second(SENT).unwrap();
        let verdict = verify_by(headers, body, now, || keys(&secret).iter().map(mac).collect());
        (verdict, hashed.get())
    }

    #[test]
    fn a_body_is_hashed_once_for_each_key_however_many_signatures_there_are() {
        let timestamp = SENT.to_string();
        let several = vec![BY_TEXT.replace('n', "m"); MOST_SIGNATURES].join(" ");
        let headers = Headers { id: ID, timestamp: &timestamp, signature: &several };
        assert_eq!(hashed(headers, BODY), (Err(VerifyError::Forged), 2));
    }

    #[test]
    fn what_cannot_be_polars_is_refused_before_anything_is_hashed() {
        let (sent, zeros) = (SENT.to_string(), format!("{}{SENT}", "0".repeat(100)));
        let (empty, many) = ("v1, ".repeat(2400), [BY_TEXT; MOST_SIGNATURES + 1].join(" "));
        let long = format!("v1,{}", "A".repeat(LONGEST_SIGNATURES));
        let (id, large) = ("i".repeat(LONGEST_ID + 1), vec![b' '; LARGEST_BODY + 1]);
        let signatures = VerifyError::HeaderTooLong("webhook-signature");
        for (case, id, timestamp, signature, body, error) in [
            ("2,400 empty signatures", ID, &sent, empty.as_str(), BODY, signatures),
            ("17 signatures", ID, &sent, &many, BODY, signatures),
            ("one endless signature", ID, &sent, &long, BODY, signatures),
            ("an empty signature", ID, &sent, "v1,", BODY, VerifyError::Forged),
            ("half a signature", ID, &sent, "v1,nmO89VjPAhg1QsU2vwcFMQ==", BODY, VerifyError::Forged),
            ("an endless id", &id, &sent, BY_TEXT, BODY, VerifyError::HeaderTooLong("webhook-id")),
            ("an endless time", ID, &zeros, BY_TEXT, BODY, VerifyError::Malformed),
            ("an old message", ID, &"1787380000".to_owned(), BY_TEXT, BODY, VerifyError::Stale),
            ("a body beyond 1 MiB", ID, &sent, BY_TEXT, &large, VerifyError::BodyTooLarge),
        ] {
            assert_eq!(hashed(Headers { id, timestamp, signature }, body), (Err(error), 0), "{case}");
        }
    }
}
