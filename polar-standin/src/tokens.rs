//! Random tokens in Polar's form, digests, and the signatures of links.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom, SystemRandom};
use ring::{digest, hmac};

/// The token that every stand-in takes; fixed, so that a restarted shop keeps working, and of no use anywhere else.
pub(crate) const ACCESS_TOKEN: &str = "polar_oat_standinTokenThatOpensNothingButTheStandin";

/// Signs links. It is no secret: links of a restarted shop have to keep working.
const LINK_KEY: &[u8] = b"the stand-in's links protect nothing";

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// `prefix`, 37 random characters and 6 of a checksum.
pub(crate) fn random_token(prefix: &str) -> String {
    let body = random_letters::<37>();
    let mut checksum = crc32(body.as_bytes());
    let mut tail = [0_u8; 6];
    for place in tail.iter_mut().rev() {
        *place = BASE62[(checksum % 62) as usize];
        checksum /= 62;
    }
    format!("{prefix}{body}{}", String::from_utf8_lossy(&tail))
}

/// `N` random letters and digits.
pub(crate) fn random_letters<const N: usize>() -> String {
    random_bytes::<N>().iter().map(|byte| base62(u32::from(*byte))).collect()
}

/// Random lower-case hexadecimal digits, for ids that are not uuids (Stripe's, S3's).
pub(crate) fn random_hex() -> String {
    hex(&random_bytes::<10>())
}

pub(crate) fn sha256(bytes: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA256, bytes).as_ref().to_vec()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// The signature of `text`, as text for an address.
pub(crate) fn signature(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(hmac::sign(&link_key(), text.as_bytes()))
}

/// Whether `signature` is the one of `text`, in constant time.
pub(crate) fn is_signed(text: &str, signature: &str) -> bool {
    URL_SAFE_NO_PAD
        .decode(signature)
        .is_ok_and(|signature| hmac::verify(&link_key(), text.as_bytes(), &signature).is_ok())
}

/// The checksum that tokens and zip files share (IEEE 802.3).
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 })
    })
}

fn link_key() -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, LINK_KEY)
}

fn base62(number: u32) -> char {
    char::from(BASE62[(number % 62) as usize])
}

fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_one_of_zip_files() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn a_token_has_the_length_of_a_real_one() {
        assert_eq!(random_token("polar_mst_").len(), "polar_mst_ma5OvyTmMD840Ag0ctHcICrwgK2rdEBk0QGJ04FjGKt".len());
    }

    #[test]
    fn a_changed_text_is_not_signed() {
        let signature = signature("a");
        assert!(is_signed("a", &signature));
        assert!(!is_signed("b", &signature));
        assert!(!is_signed("a", "nonsense"));
    }
}
