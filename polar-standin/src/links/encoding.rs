//! Names of files in addresses and headers.

use std::fmt::Write as _;

/// `text` with everything encoded that RFC 3986 does not call unreserved.
pub(crate) fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
        out
    })
}

/// The same, keeping slashes.
pub(crate) fn encoded_path(path: &str) -> String {
    path.split('/').map(encoded).collect::<Vec<_>>().join("/")
}

/// `attachment` with the name; names beyond ASCII come twice (RFC 5987, recording 533).
pub(crate) fn disposition(name: &str) -> String {
    if name.is_ascii() {
        return format!("attachment; filename=\"{name}\"");
    }
    let plain: String = name.chars().filter_map(plain_letter).collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", encoded(name))
}

/// The letter without its accent; nothing for signs that have no such form.
fn plain_letter(letter: char) -> Option<char> {
    const ACCENTED: &str = "ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜÝàáâãäåçèéêëìíîïñòóôõöùúûüýÿ";
    const PLAIN: &str = "AAAAAACEEEEIIIINOOOOOUUUUYaaaaaaceeeeiiiinooooouuuuyy";
    if letter.is_ascii() {
        return Some(letter);
    }
    let place = ACCENTED.chars().position(|accented| accented == letter)?;
    PLAIN.chars().nth(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_beyond_ascii_come_in_both_forms() {
        assert_eq!(disposition("manual.pdf"), "attachment; filename=\"manual.pdf\"");
        assert_eq!(
            disposition("Snö & Sol (deluxe).zip"),
            "attachment; filename=\"Sno & Sol (deluxe).zip\"; filename*=UTF-8''Sn%C3%B6%20%26%20Sol%20%28deluxe%29.zip"
        );
    }
}
