use ring::{
    hmac,
    rand::{SecureRandom, SystemRandom},
};
use secrecy::{ExposeSecret, SecretSlice};

use crate::BrowserKey;

/// Crockford's base 32: no letter that could be taken for another letter or for a digit.
const SYMBOLS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// 40 bits: with five tries in ten minutes, one login in 2 × 10¹¹ is guessed.
const LENGTH: usize = 8;

/// The code in a sign-in mail, such as `K7QF-2M9X`.
#[derive(Clone, Debug)]
pub struct LoginCode(SecretSlice<u8>);

impl LoginCode {
    fn new(symbols: [u8; LENGTH]) -> Self {
        Self(symbols.to_vec().into())
    }

    pub(crate) fn generate() -> Self {
        let mut code = [0; LENGTH];
        SystemRandom::new().fill(&mut code).expect("the operating system has randomness");
        Self::new(code.map(|byte| SYMBOLS[usize::from(byte % 32)]))
    }

    /// Reads a code as a person types it: in any letter case, with spaces and dashes anywhere, and with letters in place of similar digits. The
    /// text may also be the sentence or the link of the mail that contains the code.
    ///
    /// `None` for anything that was never a code.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        // A word of eight letters without a dash or a digit is rarely a code.
        let looks_like_one =
            |word: &&str| word.contains(is_dash) || word.contains(|symbol: char| symbol.is_ascii_digit());
        let words = text.split(|symbol: char| !symbol.is_ascii_alphanumeric() && !is_dash(symbol));
        Self::parse_typed(text).or_else(|| words.filter(looks_like_one).find_map(Self::parse_typed))
    }

    fn parse_typed(text: &str) -> Option<Self> {
        let typed = text.chars().filter(|symbol| !symbol.is_whitespace() && !is_dash(*symbol));
        let symbols = typed.map(|symbol| match symbol.to_ascii_uppercase() {
            'O' => b'0',
            'I' | 'L' => b'1',
            symbol => u8::try_from(symbol).unwrap_or_default(),
        });
        let symbols: Vec<_> = symbols.take(LENGTH + 1).collect();
        symbols.iter().all(|symbol| SYMBOLS.contains(symbol)).then_some(Self::new(symbols.try_into().ok()?))
    }

    /// The code as the mail shows it, in two groups.
    #[must_use]
    pub fn expose(&self) -> String {
        let (first, second) = self.0.expose_secret().split_at(LENGTH / 2);
        format!("{}-{}", String::from_utf8_lossy(first), String::from_utf8_lossy(second))
    }

    /// What the table stores in place of the code. The browser's key is in no table, so the code cannot be found by brute force.
    pub(crate) fn mac(&self, browser_key: &BrowserKey) -> Vec<u8> {
        hmac::sign(&mac_key(browser_key), &self.message()).as_ref().to_vec()
    }

    /// Whether a MAC is the one of this code, in constant time.
    pub(crate) fn has_mac(&self, browser_key: &BrowserKey, mac: &[u8]) -> bool {
        hmac::verify(&mac_key(browser_key), &self.message(), mac).is_ok()
    }

    fn message(&self) -> Vec<u8> {
        [b"polar-storefront/login-code/v1", self.0.expose_secret()].concat()
    }
}

fn mac_key(browser_key: &BrowserKey) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, browser_key.secret())
}

/// Some keyboards replace a typed hyphen with a typographic dash.
const fn is_dash(symbol: char) -> bool {
    matches!(symbol, '-' | '\u{2010}'..='\u{2015}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let code = LoginCode::new(*b"K7QF01M9");
        assert_eq!(code.expose(), "K7QF-01M9");
        for typed in
            ["K7QF-01M9", "k7qf01m9", " k7 qf-01 m9 ", "K7QF–OIM9", "k7qf-olm9", "K-7-Q-F-0-1-M-9", "K7QF\u{a0}01M9"]
        {
            assert_eq!(LoginCode::parse(typed).map(|read| read.expose()), Some(code.expose()), "{typed}");
        }
    }

    #[test]
    fn a_code_is_found_in_the_sentence_or_link_that_was_pasted() {
        for pasted in [
            "Your sign-in code is K7QF-2M9X",
            "Your sign-in code is: k7qf2m9x.",
            "Sign in to Meshwork Goods\n\n    K7QF–2M9X\n\nIt works for 10 minutes",
            "https://shop.example/#sign-in?code=K7QF-2M9X",
            "\u{201e}K7QF-2M9X\u{201c}",
        ] {
            assert_eq!(LoginCode::parse(pasted).map(|code| code.expose()).as_deref(), Some("K7QF-2M9X"), "{pasted}");
        }
        for without in ["Your sign-in code is on its way", "the password was accepted", "call 0800 123 456 78 now"] {
            assert!(LoginCode::parse(without).is_none(), "{without}");
        }
    }

    #[test]
    fn what_was_never_a_code_is_not_one() {
        for (case, text) in [
            ("empty", ""),
            ("one symbol short", "K7QF-01M"),
            ("one symbol long", "K7QF-01M9A"),
            ("a letter that codes do not have", "U7QF-01M9"),
            ("a letter of another script", "К7QF-01M9"),
            ("a symbol beyond one byte that ends like a digit", "\u{130}7QF-01M9"),
            ("very long", &"K7QF".repeat(10_000)),
        ] {
            assert!(LoginCode::parse(text).is_none(), "{case}");
        }
    }

    #[test]
    fn a_new_code_is_shown_in_two_groups_and_read_back() {
        for _ in 0..100 {
            let code = LoginCode::generate();
            let shown = code.expose();
            assert_eq!((shown.len(), shown.find('-')), (9, Some(4)), "{shown}");
            assert_eq!(LoginCode::parse(&shown).map(|read| read.expose()), Some(shown));
        }
    }

    #[test]
    fn a_mac_is_of_one_code_and_one_browser() {
        let (code, key) = (LoginCode::generate(), BrowserKey::generate());
        let mac = code.mac(&key);

        assert!(code.has_mac(&key, &mac));
        assert!(!code.has_mac(&BrowserKey::generate(), &mac));
        assert!(!LoginCode::new(*b"00000000").has_mac(&key, &mac));
    }

    #[test]
    fn debug_reveals_no_code() {
        let code = LoginCode::new(*b"K7QF01M9");
        assert_eq!(format!("{code:?}"), "LoginCode(SecretBox<[u8]>([REDACTED]))");
    }
}
