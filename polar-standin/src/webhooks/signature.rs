//! Secrets of endpoints, and what they sign.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use jiff::Timestamp;
use ring::hmac;
use uuid::Uuid;

use crate::tokens::random_letters;

const PREFIX: &str = "whsec_";

/// Polar's secrets have no padding, and their last letter may have bits that say nothing.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A new secret, as long as a real one (recording 000l).
pub(crate) fn random_secret() -> String {
    format!("{PREFIX}{}", random_letters::<43>())
}

/// Whether the secret can be decoded, as the Standard Webhooks derivation needs it.
pub(crate) fn has_standard_form(secret: &str) -> bool {
    decoded(secret).is_some()
}

/// `v1,…` over id, time and body; the key is the secret's letters, `whsec_` included (recording 893), or, if
/// `is_standard`, what follows `whsec_`, decoded.
pub(crate) fn signature(secret: &str, is_standard: bool, id: Uuid, at: Timestamp, body: &str) -> String {
    let decoded = decoded(secret).filter(|_| is_standard);
    let key = decoded.as_deref().unwrap_or(secret.as_bytes());
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    let signed = format!("{id}.{}.{body}", at.as_second());
    format!("v1,{}", STANDARD.encode(hmac::sign(&key, signed.as_bytes())))
}

fn decoded(secret: &str) -> Option<Vec<u8>> {
    LENIENT.decode(secret.strip_prefix(PREFIX).unwrap_or(secret)).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// A secret whose last letter has bits to spare.
    const SECRET: &str = "whsec_ovyN6cPrTv56AApvzCaJno08SSmGJmgbWilb33N2JuK";
    const BODY: &str = r#"{"type":"customer.state_changed","timestamp":"2026-08-22T08:47:05.123456Z","data":{"id":"e12512b9-f4ab-4eda-b3d6-ad6efae5984a"}}"#;

    #[test]
    fn both_keys_sign_as_they_do_elsewhere() {
        let id = "0f8f5f0a-6c3e-4b7e-9d1b-6a1b2c3d4e5f".parse().expect("a uuid");
        let at = Timestamp::from_second(1_787_388_425).expect("a time");
        for (is_standard, expected) in [
            (false, "v1,nmO89VjPAhg1QsU2vwcFMceEJWGDGF8DRWaU90l9Nvw="),
            (true, "v1,Z/iWoG7l0kfFuAw1MHR0kZe4CdDBbL145DMuNcViK24="),
        ] {
            assert_eq!(signature(SECRET, is_standard, id, at, BODY), expected);
        }
    }

    #[test]
    fn a_recorded_delivery_and_its_redelivery_are_signed_alike() {
        let recording = include_str!("../../tests/recordings/882-webhook-redelivered.json");
        let recording: Value = serde_json::from_str(recording).expect("JSON");
        for part in ["/first", "/again/0"] {
            let attempt = recording.pointer(part).expect("an attempt");
            let header = |name: &str| {
                let headers = attempt["headers"].as_array().into_iter().flatten();
                let found = headers.into_iter().find(|pair| pair[0] == name).map(|pair| pair[1].clone());
                found.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned()
            };
            let id = header("webhook-id").parse().expect("a uuid");
            let at = Timestamp::from_second(header("webhook-timestamp").parse().expect("seconds")).expect("a time");
            let body = attempt["body_text"].as_str().unwrap_or_default();
            let secret = "whsec_IHPM9WjSVaDVEMZaPyNehxLOvWkwORsTtWxB60KVgEf";
            assert_eq!(signature(secret, false, id, at, body), header("webhook-signature"), "{part}");
        }
    }

    #[test]
    fn a_new_secret_has_the_length_of_a_real_one_and_can_be_decoded() {
        assert_eq!(random_secret().len(), SECRET.len());
        assert!((0..20).all(|_| has_standard_form(&random_secret())));
        assert!(!has_standard_form("whsec_not base64!"));
    }
}
