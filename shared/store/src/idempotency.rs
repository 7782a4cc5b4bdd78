//! Idempotency keys: all repeats of a request get the same answer, even concurrent ones.

use std::{collections::HashMap, time::Duration};

use aws_sdk_dynamodb::types::{AttributeValue, Put};
use jiff::Timestamp;
use ring::hmac;
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use crate::{
    BrowserKey, Checkouts, Error, NewCheckout, TokenHash, item,
    item::Item,
    seal::Seal,
    transaction::{put, write_together},
};

/// How long a repeat gets the answer of the first request.
const KEPT: Duration = Duration::from_hours(24);

/// A key that a page sends with a request, so that repeating the request has no further effect.
///
/// Whoever has the key can read the answer, so it is a secret: it is in no table, and the stored answer is sealed with it.
#[derive(Clone, Debug)]
pub struct IdempotencyKey(SecretString);

impl IdempotencyKey {
    /// Reads a key of 16 to 255 visible ASCII characters.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_visible = text.bytes().all(|byte| byte.is_ascii_graphic());
        (is_visible && (16..=255).contains(&text.len())).then(|| Self(text.into()))
    }

    fn secret(&self) -> &[u8] {
        self.0.expose_secret().as_bytes()
    }

    fn row(&self) -> String {
        format!("idempotency#{}", TokenHash::of(self.secret()).as_str())
    }

    fn seal<'a>(&'a self, row: &'a str) -> Seal<'a> {
        Seal { purpose: "polar-storefront/idempotent-answer/v1", secret: self.secret(), place: row.as_bytes() }
    }
}

/// A request that may be a repeat of an earlier one.
#[derive(Clone, Debug)]
pub struct Repeatable<'a> {
    /// The idempotency key.
    pub key: &'a IdempotencyKey,
    /// The content, which must be the same in a repeat.
    pub content: &'a [u8],
    /// The browser keys of the request. A browser that lost its very first answer has none.
    pub browser_keys: Vec<BrowserKey>,
}

/// What a request is, by its idempotency key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// The first request with this key.
    First,
    /// A repeat, to be answered like the first request.
    Of(String),
    /// The key was used for another request, or by another browser.
    OfAnother,
}

impl Repeatable<'_> {
    /// A MAC, so that the content cannot be found from the row by brute force.
    fn fingerprint(&self) -> Vec<u8> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.key.secret());
        let content = [b"polar-storefront/idempotent-request/v1".as_slice(), self.content].concat();
        hmac::sign(&key, &content).as_ref().to_vec()
    }

    fn attributes(&self, browser_key: &BrowserKey, answer: &str, now: Timestamp) -> HashMap<String, AttributeValue> {
        let row = self.key.row();
        let mut attributes = item::key(&row);
        attributes.extend([
            ("fingerprint".to_owned(), item::bytes(self.fingerprint())),
            ("browser_key_hash".to_owned(), item::text(browser_key.hash().as_str())),
            ("needs_browser_key".to_owned(), AttributeValue::Bool(!self.browser_keys.is_empty())),
            ("answer".to_owned(), item::bytes(self.key.seal(&row).close(answer))),
            ("expires_at".to_owned(), item::time(now + KEPT)),
            ("purge_at".to_owned(), item::purge_time(now + KEPT)),
        ]);
        attributes
    }

    fn compare(&self, earlier: &Item) -> Result<Repeat, Error> {
        let browser_key = TokenHash::from_stored(earlier.text("browser_key_hash")?.to_owned());
        // Someone who only read the idempotency key in a log must not get the answer, which contains the browser key.
        let same_browser = match &self.browser_keys[..] {
            [] => earlier.optional("needs_browser_key", Item::bool)? == Some(false),
            keys => keys.iter().any(|key| browser_key.matches(&key.hash())),
        };
        let same_content: bool = earlier.bytes("fingerprint")?.ct_eq(&self.fingerprint()).into();
        if !same_browser || !same_content {
            return Ok(Repeat::OfAnother);
        }
        let answer = self.key.seal(&self.key.row()).open(earlier.bytes("answer")?);
        answer.map(Repeat::Of).ok_or(Error::CorruptItem { attribute: "answer" })
    }
}

impl Checkouts {
    /// Finds the stored answer to a request that may be a repeat.
    pub async fn find_repeat(&self, request: &Repeatable<'_>, now: Timestamp) -> Result<Repeat, Error> {
        let get = self.client.get_item().table_name(&self.table).set_key(Some(item::key(&request.key.row())));
        let Some(item) = get.consistent_read(true).send().await?.item.map(Item) else { return Ok(Repeat::First) };
        if item.time("expires_at")? <= now { Ok(Repeat::First) } else { request.compare(&item) }
    }

    /// Stores a checkout together with the answer to its request, unless another request with the same key came first.
    ///
    /// [`Repeat::First`] means that this request was the first. Otherwise nothing was stored, and no browser can claim the checkout.
    pub async fn create_once(
        &self,
        checkout: &NewCheckout<'_>,
        request: &Repeatable<'_>,
        answer: &str,
        now: Timestamp,
    ) -> Result<Repeat, Error> {
        let answered = Put::builder()
            .table_name(&self.table)
            .set_item(Some(request.attributes(checkout.browser_key, answer, now)))
            .condition_expression("attribute_not_exists(id) OR expires_at <= :now")
            .expression_attribute_values(":now", item::time(now));
        let begun = Put::builder().table_name(&self.table).set_item(Some(checkout.attributes(now)));
        let is_first = write_together(&self.client, &[put(answered), put(begun)]).await?;
        if is_first { Ok(Repeat::First) } else { self.find_repeat(request, now).await }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_16_to_255_visible_characters() {
        for (case, text, is_key) in [
            ("a random UUID", "9f1c1f9e-6d2b-4a57-9a2e-0f3b5b6c7d8e", true),
            ("16", &"k".repeat(16), true),
            ("15", &"k".repeat(15), false),
            ("255", &"k".repeat(255), true),
            ("256", &"k".repeat(256), false),
            ("a space", "sixteen  characters", false),
            ("beyond ASCII", "schlüssel-schlüssel", false),
        ] {
            assert_eq!(IdempotencyKey::parse(text).is_some(), is_key, "{case}");
        }
    }

    #[test]
    fn debug_reveals_no_key() {
        let key = IdempotencyKey::parse("9f1c1f9e-6d2b-4a57-9a2e-0f3b5b6c7d8e").unwrap();
        assert_eq!(format!("{key:?}"), "IdempotencyKey(SecretBox<str>([REDACTED]))");
    }
}
