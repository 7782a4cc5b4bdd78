use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hkdf,
    rand::{SecureRandom, SystemRandom},
};

use crate::SessionToken;

/// Separates this use of the session token from any other that may come.
const PURPOSE: &[u8] = b"polar-storefront/customer-session/v1";

/// Encrypts a text so that only the holder of the session token can read it: AES-256-GCM under a key that HKDF-SHA-256 derives from
/// the token; the nonce stands in front.
pub(crate) fn seal(token: &SessionToken, text: &str) -> Vec<u8> {
    let mut nonce = [0; NONCE_LEN];
    SystemRandom::new().fill(&mut nonce).expect("the operating system has randomness");
    let mut sealed = text.as_bytes().to_vec();
    key(token)
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), associated_data(token), &mut sealed)
        .expect("a token is far shorter than AES-GCM's limit");
    [nonce.as_slice(), &sealed].concat()
}

/// Reads what [`seal`] wrote; `None` when it was written under another token, or altered.
pub(crate) fn open(token: &SessionToken, sealed: &[u8]) -> Option<String> {
    let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let mut sealed = sealed.to_vec();
    let text = key(token).open_in_place(nonce, associated_data(token), &mut sealed).ok()?;
    String::from_utf8(text.to_vec()).ok()
}

fn key(token: &SessionToken) -> LessSafeKey {
    let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, &[]);
    let key = salt.extract(token.secret());
    let key = key.expand(&[PURPOSE], &AES_256_GCM).expect("256 bits are within HKDF's limit");
    LessSafeKey::new(UnboundKey::from(key))
}

fn associated_data(token: &SessionToken) -> Aad<[u8; 16]> {
    Aad::from(token.customer_id().into_bytes())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn only_the_same_session_token_opens_the_seal() {
        let token = SessionToken::generate(Uuid::from_u128(1));
        let sealed = seal(&token, "polar_cst_secret");

        assert_eq!(open(&token, &sealed).as_deref(), Some("polar_cst_secret"));
        assert_eq!(open(&SessionToken::generate(Uuid::from_u128(1)), &sealed), None);
    }

    #[test]
    fn an_altered_or_cut_seal_does_not_open() {
        let token = SessionToken::generate(Uuid::nil());
        let sealed = seal(&token, "polar_cst_secret");
        let mut altered = sealed.clone();
        altered[NONCE_LEN] ^= 1;

        assert_eq!(open(&token, &altered), None);
        assert_eq!(open(&token, &sealed[..NONCE_LEN - 1]), None);
        assert_eq!(open(&token, &[]), None);
    }

    #[test]
    fn the_same_text_is_sealed_differently_each_time() {
        let token = SessionToken::generate(Uuid::nil());
        assert_ne!(seal(&token, "polar_cst_secret"), seal(&token, "polar_cst_secret"));
    }
}
