use std::{fmt, str::FromStr};

use base64::{Engine, prelude::BASE64_STANDARD};

use crate::address;

/// The sender of mails: an address, with or without a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    name: Option<String>,
    address: String,
}

/// The text is not a sender.
#[derive(Debug, thiserror::Error)]
#[error("write a sender like shop@shop.example or Shop <shop@shop.example>, without quotes around the name")]
pub struct NoSender;

impl FromStr for Sender {
    type Err = NoSender;

    fn from_str(text: &str) -> Result<Self, NoSender> {
        let (name, address) = match text.strip_suffix('>') {
            Some(named) => named.split_once('<').ok_or(NoSender)?,
            None => ("", text),
        };
        let name = name.trim();
        let is_name = !name.contains(|c: char| c.is_control() || "\"<>\\".contains(c));
        let address = address::ascii(address).filter(|_| is_name).ok_or(NoSender)?;
        Ok(Self { name: Some(name.to_owned()).filter(|name| !name.is_empty()), address })
    }
}

impl Sender {
    /// The name, for people.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The sender as a mail header: the name in quotes, or encoded by RFC 2047 if it is not ASCII.
    pub(crate) fn header(&self) -> String {
        match &self.name {
            None => self.address.clone(),
            Some(name) if name.is_ascii() => format!("\"{name}\" <{}>", self.address),
            Some(name) => format!("{} <{}>", encoded_words(name), self.address),
        }
    }
}

/// As people write it.
impl fmt::Display for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            None => f.write_str(&self.address),
            Some(name) => write!(f, "{name} <{}>", self.address),
        }
    }
}

/// An encoded word has at most 75 characters, which leaves room for 45 bytes.
const WORD_BYTES: usize = 45;

fn encoded_words(text: &str) -> String {
    let mut words = vec![String::new()];
    for c in text.chars() {
        match words.last_mut() {
            Some(word) if word.len() + c.len_utf8() <= WORD_BYTES => word.push(c),
            _ => words.push(c.into()),
        }
    }
    let words = words.iter().map(|word| format!("=?UTF-8?B?{}?=", BASE64_STANDARD.encode(word)));
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_is_an_address_with_or_without_a_name() {
        for (text, name, header) in [
            ("shop@shop.example", None, "shop@shop.example"),
            ("<shop@shop.example>", None, "shop@shop.example"),
            ("Shop <shop@shop.example>", Some("Shop"), "\"Shop\" <shop@shop.example>"),
            ("Shop, Inc. (you) <shop@localhost>", Some("Shop, Inc. (you)"), "\"Shop, Inc. (you)\" <shop@localhost>"),
            ("Bücher <a@bücher.example>", Some("Bücher"), "=?UTF-8?B?QsO8Y2hlcg==?= <a@xn--bcher-kva.example>"),
        ] {
            let sender: Sender = text.parse().expect(text);
            assert_eq!((sender.name(), sender.header()), (name, header.to_owned()));
        }
        for none in
            ["", "Shop", "Shop shop@shop.example", "Shop <shop>", "\"Shop\" <a@b>", "Shop\r\nBcc: x <a@b>", "x> <a@b>"]
        {
            assert!(none.parse::<Sender>().is_err(), "{none}");
        }
    }

    #[test]
    fn a_long_name_is_split_into_words_between_letters() {
        let name = "写真".repeat(20);
        let words = encoded_words(&name);
        let parts: Vec<_> = words.split(' ').collect();
        assert!(parts.len() == 3 && parts.iter().all(|word| word.len() <= 75), "{words}");
        let bytes = parts.iter().flat_map(|word| BASE64_STANDARD.decode(&word[10..word.len() - 2]).unwrap());
        assert_eq!(String::from_utf8(bytes.collect()).unwrap(), name);
    }
}
