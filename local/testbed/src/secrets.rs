use std::{
    collections::BTreeSet,
    sync::{LazyLock, Mutex, PoisonError},
    thread,
};

use regex::RegexSet;
use serde_json::Value;

/// What may stand in no log, and what it looks like.
const KINDS: [(&str, &str); 7] = [
    ("a credential of Polar's", r"polar_[a-z]{1,4}_[0-9A-Za-z]{8}"),
    ("a webhook secret", r"whsec_[0-9A-Za-z+/_-]{8}"),
    ("a bearer token", r"(?i)bearer [0-9a-z._~+/-]{20}"),
    ("a cookie", r"__Host-[a-z]+=[^;\s]"),
    ("a signed link", "X-Amz-Signature="),
    ("an e-mail address", r"[0-9A-Za-z._+-](@|%40)[0-9A-Za-z-]+\.[0-9A-Za-z]"),
    // With a hyphen on either side it is a part of an id.
    ("a sign-in code", r"(^|[^0-9A-Za-z-])[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}($|[^0-9A-Za-z-])"),
];
static LOOKS: LazyLock<RegexSet> =
    LazyLock::new(|| RegexSet::new(KINDS.map(|(_, looks)| looks)).expect("the expressions above are well-formed"));

/// The parts of a request or an answer that hold a credential.
const FIELDS: [&str; 7] =
    ["authorization", "browser-key", "idempotency-key", "token", "browserKey", "url", "downloadUrl"];

/// 256 random bits are 43 characters of base64url; a shorter run may be an id.
const SECRET_LENGTH: usize = 40;
/// A shorter text may stand in a line by chance.
const LEAST_LENGTH: usize = 8;

/// The credentials that a test knows, because it has sent or received them.
#[derive(Debug, Default)]
pub(crate) struct Secrets(Mutex<BTreeSet<String>>);

impl Secrets {
    /// Remembers the credentials in an event, a request or an answer.
    pub(crate) fn learn(&self, message: &Value) {
        self.learn_field("", message);
    }

    /// Remembers one credential.
    fn learn_one(&self, secret: &str) {
        if secret.len() >= LEAST_LENGTH {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(secret.to_owned());
        }
    }

    fn learn_field(&self, name: &str, value: &Value) {
        match value {
            Value::Object(fields) => fields.iter().for_each(|(name, value)| self.learn_field(name, value)),
            Value::Array(values) => values.iter().for_each(|value| self.learn_field(name, value)),
            Value::String(text) if name == "body" => {
                if let Ok(body) = serde_json::from_str(text) {
                    self.learn(&body);
                }
            }
            Value::String(text) if name == "cookies" => self.learn_cookie(text),
            // A refusal has a `code` too, without figures.
            Value::String(text) if name == "code" && text.contains(|symbol: char| symbol.is_ascii_digit()) => {
                self.learn_one(&text.to_ascii_uppercase().replace(['-', ' '], ""));
            }
            Value::String(text) if FIELDS.contains(&name) => {
                self.learn_one(text.strip_prefix("Bearer ").unwrap_or(text));
            }
            _ => {}
        }
    }

    /// Remembers the value in a line of `Cookie` or `Set-Cookie`.
    fn learn_cookie(&self, line: &str) {
        let pair = line.split(';').next().unwrap_or(line);
        self.learn_one(pair.split_once('=').map_or(pair, |(_, value)| value));
    }

    /// The credentials in a log, in words that do not repeat them: who wrote the line, and what kind it has.
    pub(crate) fn leaks_in(&self, log: &str) -> BTreeSet<String> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        log.lines().filter_map(|line| leak_in(line, &known)).collect()
    }
}

/// Fails the test, unless it fails already.
pub(crate) fn refuse(leaks: &BTreeSet<String>) {
    let leaks: Vec<_> = leaks.iter().map(String::as_str).collect();
    assert!(leaks.is_empty() || thread::panicking(), "a credential is in the log: {}", leaks.join("; "));
}

fn leak_in(line: &str, known: &BTreeSet<String>) -> Option<String> {
    let is_known = known.iter().any(|secret| line.contains(secret.as_str()));
    let kind = is_known.then_some("a credential that the test has sent or received").or_else(|| kind_in(line))?;
    Some(format!("{} logs {kind}", writer_of(line)))
}

/// The kind of the first thing in a line that looks like a credential.
fn kind_in(line: &str) -> Option<&'static str> {
    let by_looks = LOOKS.matches(line).iter().next().map(|kind| KINDS[kind].0);
    by_looks.or_else(|| line.split(|symbol: char| !is_base64url(symbol)).any(is_random).then_some("a random secret"))
}

fn is_base64url(symbol: char) -> bool {
    symbol.is_ascii_alphanumeric() || symbol == '-' || symbol == '_'
}

/// Names are of one case, and so are hashes in hexadecimal.
fn is_random(run: &str) -> bool {
    let has = |kind: fn(&u8) -> bool| run.bytes().any(|symbol| kind(&symbol));
    run.len() >= SECRET_LENGTH && has(u8::is_ascii_digit) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase)
}

/// The crate and module that wrote a line.
fn writer_of(line: &str) -> String {
    let line: Value = serde_json::from_str(line).unwrap_or_default();
    line["target"].as_str().unwrap_or("a line that is not JSON").to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_kind_of_credential_is_found_by_its_looks() {
        for (kind, line) in [
            ("a credential of Polar's", "token polar_oat_Rw1kGq8vT3"),
            ("a credential of Polar's", "polar_cst_0Yw1kGq8vT3"),
            ("a credential of Polar's", "/checkout/polar_c_0Yw1kGq8vT3"),
            ("a webhook secret", "whsec_bG9jYWwtc2hvcC1zZWNyZXQ"),
            ("a bearer token", "authorization: Bearer 0123456789abcdef0123456789"),
            ("a cookie", "cookie: __Host-session=x"),
            ("a signed link", "https://files.example/a.zip?X-Amz-Date=1&X-Amz-Signature=00ff"),
            ("an e-mail address", "no customer for <ada@recordings-mail.net>"),
            ("an e-mail address", "GET /v1/customers/?email=ada%40recordings-mail.net"),
            ("a sign-in code", r#"{"code":"K7QF-2M9X"}"#),
            ("a sign-in code", "#sign-in?code=K7QF-2M9X"),
            ("a random secret", "key ovyN6cPrTv56AApvzCaJno08SSmGJmgbWilb33N2JuK"),
            ("a random secret", "ovyN6cPrTv56AApvzCaJno08SSmGJmgbWilb33N2JuKovyN6cPrTv56AApvzCaJn"),
        ] {
            assert_eq!(kind_in(line), Some(kind), "{line}");
        }
    }

    #[test]
    fn an_ordinary_line_has_none() {
        for line in [
            r#"{"level":"INFO","fields":{"message":"opened session","session.id":"q8vT3Rw1kGq-_Tx1","checkout.id":"6f9619ff-8b86-d011-b42d-00cf4fc964ff"},"target":"session::claim"}"#,
            "00000000-0000-4000-8000-000000000000 and 11111111-2222-3333-4444-555555555555",
            "sha256 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
            "POST /v1/customer-sessions/ answered 201 in 12 ms; polar_unavailable, polar_standin::api",
            "2026-11-21T12:00:00.000000Z, Polar-Version 2026-10, X-Amz-Target: DynamoDB_20120810.GetItem",
            "a_checkout_is_claimed_once_under_fifty_parallel_claims_of_its_own_browser",
            "bearer where it is not allowed; code=unauthenticated",
        ] {
            assert_eq!(kind_in(line), None, "{line}");
        }
    }

    #[test]
    fn what_a_test_has_sent_or_received_is_found_word_for_word() {
        let secrets = Secrets::default();
        secrets.learn(&json!({
            "cookies": ["__Host-browser=browser-key-in-cookie", "__Host-session=set-cookie; HttpOnly"],
            "headers": { "authorization": "Bearer bearer-token", "idempotency-key": "idempotency-key", "host": "api.shop.example" },
            "body": json!({ "browserKey": "browser-key-in-body", "code": "k7qf 2m9x", "downloadUrl": "https://polar/file" }).to_string(),
            "statusCode": 403,
        }));
        secrets.learn(&json!({ "code": "unauthenticated", "token": "short" }));

        for secret in [
            "browser-key-in-cookie",
            "set-cookie",
            "bearer-token",
            "idempotency-key",
            "browser-key-in-body",
            "K7QF2M9X",
            "https://polar/file",
        ] {
            let line = json!({ "fields": { "message": format!("got {secret}!") }, "target": "session::login" });
            let leak = "session::login logs a credential that the test has sent or received";
            assert_eq!(secrets.leaks_in(&line.to_string()), BTreeSet::from([leak.to_owned()]), "{secret}");
        }
        for text in ["api.shop.example", "unauthenticated", "short", "403"] {
            assert_eq!(secrets.leaks_in(text), BTreeSet::new(), "{text}");
        }
    }
}
