//! The token in a download link of Polar.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use uuid::Uuid;

use crate::answer::Refusal;
use crate::tokens::{is_signed, signature};

/// How long a download link works, and again the store's link behind it, in seconds (recordings 520, 521).
pub(crate) const LINK_SECONDS: i64 = 3600;

/// A token for one row, signed and dated: `.payload.time.signature`.
pub(crate) fn download_token(row: Uuid, now: Timestamp) -> String {
    let body = format!(".{}.{}", URL_SAFE_NO_PAD.encode(row.as_bytes()), now.as_second());
    let signature = signature(&body);
    format!("{body}.{signature}")
}

/// The row of a token; 404 if it was altered, 410 after an hour (recordings 530, 534).
pub(crate) fn row_of(token: &str, now: Timestamp) -> Result<Uuid, Refusal> {
    let (body, signature) = token.rsplit_once('.').ok_or_else(Refusal::not_found)?;
    if !is_signed(body, signature) {
        return Err(Refusal::not_found());
    }
    let (payload, signed_at) = body.trim_start_matches('.').split_once('.').ok_or_else(Refusal::not_found)?;
    let signed_at: i64 = signed_at.parse().map_err(|_| Refusal::not_found())?;
    if now.as_second() - signed_at > LINK_SECONDS {
        return Err(Refusal::unavailable());
    }
    let row = URL_SAFE_NO_PAD.decode(payload).map_err(|_| Refusal::not_found())?;
    Uuid::from_slice(&row).map_err(|_| Refusal::not_found())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_works_for_an_hour_and_only_unaltered() {
        let (row, now) = (Uuid::new_v4(), Timestamp::now());
        let token = download_token(row, now);
        assert!(row_of(&token, now).is_ok_and(|found| found == row));
        let later = crate::clock::after(now, LINK_SECONDS + 1);
        assert!(matches!(row_of(&token, later), Err(Refusal::Error { class: "ResourceUnavailable", .. })));
        for altered in [format!("{token}x"), token.replacen('.', ".x", 1), "garbage".to_owned(), String::new()] {
            assert!(matches!(row_of(&altered, now), Err(Refusal::Error { class: "ResourceNotFound", .. })));
        }
    }
}
