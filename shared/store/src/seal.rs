use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hkdf,
    rand::{SecureRandom, SystemRandom},
};

/// Encrypts data with a secret that the shop does not store, so that only the holder of the secret can read it.
///
/// AES-256-GCM with a key that HKDF-SHA-256 derives from the secret; the nonce comes first.
#[derive(Clone, Copy)]
pub(crate) struct Seal<'a> {
    /// Separates this use of the secret from others.
    pub(crate) purpose: &'static str,
    pub(crate) secret: &'a [u8],
    /// The place that the data belongs to; in any other place it cannot be decrypted.
    pub(crate) place: &'a [u8],
}

impl Seal<'_> {
    pub(crate) fn close(self, text: &str) -> Vec<u8> {
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce).expect("the operating system has randomness");
        let mut sealed = text.as_bytes().to_vec();
        self.key()
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(self.place), &mut sealed)
            .expect("a row is far shorter than AES-GCM's limit");
        [nonce.as_slice(), &sealed].concat()
    }

    /// Decrypts sealed data; `None` if it was sealed with another secret or in another place, or was altered.
    pub(crate) fn open(self, sealed: &[u8]) -> Option<String> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut sealed = sealed.to_vec();
        let text = self.key().open_in_place(nonce, Aad::from(self.place), &mut sealed).ok()?;
        String::from_utf8(text.to_vec()).ok()
    }

    fn key(self) -> LessSafeKey {
        let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, &[]);
        let key = salt.extract(self.secret);
        let purpose = [self.purpose.as_bytes()];
        let key = key.expand(&purpose, &AES_256_GCM).expect("256 bits are within HKDF's limit");
        LessSafeKey::new(UnboundKey::from(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEAL: Seal = Seal { purpose: "test/v1", secret: b"a secret of 256 bits, or nearly ", place: b"row 1" };

    #[test]
    fn only_the_same_secret_for_the_same_purpose_in_the_same_place_opens_a_seal() {
        let sealed = SEAL.close("polar_cst_secret");

        assert_eq!(SEAL.open(&sealed).as_deref(), Some("polar_cst_secret"));
        for (case, other) in [
            ("another secret", Seal { secret: b"another secret", ..SEAL }),
            ("another purpose", Seal { purpose: "test/v2", ..SEAL }),
            ("another place", Seal { place: b"row 2", ..SEAL }),
        ] {
            assert_eq!(other.open(&sealed), None, "{case}");
        }
    }

    #[test]
    fn an_altered_or_cut_seal_does_not_open() {
        let sealed = SEAL.close("polar_cst_secret");
        let mut altered = sealed.clone();
        altered[NONCE_LEN] ^= 1;

        assert_eq!(SEAL.open(&altered), None);
        assert_eq!(SEAL.open(&sealed[..NONCE_LEN - 1]), None);
        assert_eq!(SEAL.open(&[]), None);
    }

    #[test]
    fn the_same_text_is_sealed_differently_each_time() {
        assert_ne!(SEAL.close("polar_cst_secret"), SEAL.close("polar_cst_secret"));
    }
}
