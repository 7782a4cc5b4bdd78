//! Plays recorded conversations again, with the stand-in in the place of Polar.

use std::collections::{BTreeMap, BTreeSet};

use polar_standin::Standin;
use serde_json::Value;

use super::recording::Recording;
use super::{Answer, post, send};

/// Headers that have to be the same.
const HEADERS: [&str; 8] = [
    "content-type",
    "cache-control",
    "polar-version",
    "x-polar-sandbox",
    "www-authenticate",
    "allow",
    "pragma",
    "access-control-allow-origin",
];

/// Where the recorded servers were; all of them are the stand-in now.
const RECORDED_HOSTS: [&str; 4] =
    ["http://127.0.0.1:28000", "http://127.0.0.1:23000", "http://127.0.0.1:29000", "http://127.0.0.1:29001"];

/// Values that may differ, with the reason. The field and its type have to be there all the same.
const DEVIATIONS: [(&str, &str); 6] = [
    ("invoice_number", "Polar numbers customers by a random code"),
    ("receipt_number", "the same code"),
    ("checksum_etag", "the store's tag is made from the upload, which the stand-in does not have"),
    ("platform_fee_amount", "Polar's fees depend on the seller's country and the card; nothing of ours reads them"),
    ("last_modified_at", "when the file was uploaded"),
    ("email_verified", "the recorded buyer logged in by code in between, which the stand-in does not have"),
];

/// Fields that Polar added after the recordings; its own clients insist on them (`tests/clients`).
pub const NEWER: [&str; 5] = ["is_deletable", "start_timestamp", "end_timestamp", "seats", "units"];

/// A conversation under way: what recorded ids and secrets are called here.
pub struct Replay {
    pub standin: Standin,
    known: BTreeMap<String, String>,
    nullable: BTreeSet<String>,
    problems: Vec<String>,
}

impl Replay {
    /// `fixed` ids are the same in the recordings and here.
    pub fn new(standin: Standin, fixed: &[&str]) -> Self {
        let known = fixed.iter().map(|id| ((*id).to_owned(), (*id).to_owned())).collect();
        let mut replay = Self { standin, known, nullable: BTreeSet::new(), problems: Vec::new() };
        // The token of the recorded shop.
        replay.alias("polar_oat_1rb3K6Y2BI3iLmrG0ATRu5ORF6N0kFnxEKMSw1fRjQq", replay.standin.access_token());
        replay
    }

    /// Says what a recorded text is called here.
    pub fn alias(&mut self, recorded: &str, here: &str) {
        self.known.insert(recorded.to_owned(), here.to_owned());
    }

    /// What a recorded text is called here.
    pub fn here(&self, recorded: &str) -> String {
        self.translated(recorded)
    }

    /// A checkout that was begun without being recorded, known by its secret.
    pub async fn begun_unrecorded(&mut self, secret: &str, body: Value) {
        let body: Value = serde_json::from_str(&self.translated(&body.to_string())).expect("JSON");
        let checkout = post(&self.standin, "/v1/checkouts/", &body).await;
        assert_eq!(checkout.status, 201, "{}", checkout.json);
        self.alias(secret, checkout.text_at("/client_secret"));
    }

    /// Sends each recorded request and compares the answers.
    pub async fn play(&mut self, numbers: &[&str]) {
        for number in numbers {
            let recording = Recording::number(number);
            let answer = self.send(&recording).await;
            self.check(&recording, &answer);
        }
    }

    /// Sends one recorded request.
    pub async fn send(&self, recording: &Recording) -> Answer {
        let url = self.translated(recording.url());
        let headers: Vec<(String, String)> =
            recording.request_headers().into_iter().map(|(name, value)| (name, self.translated(&value))).collect();
        let body = recording.request_body().map(|body| match String::from_utf8(body) {
            Ok(text) => self.translated(&text).into_bytes(),
            Err(bytes) => bytes.into_bytes(),
        });
        let answer = send(recording.method(), &url, &headers, body.as_deref()).await;
        answer.unwrap_or_else(|| panic!("{}: no answer", recording.name))
    }

    /// Fails with everything that was different.
    pub fn finish(self) {
        assert!(self.problems.is_empty(), "{} differences:\n{}", self.problems.len(), self.problems.join("\n"));
    }

    fn check(&mut self, recording: &Recording, answer: &Answer) {
        let recorded = recording.json();
        collect_nullable(&recorded, &mut self.nullable);
        if recording.status() != answer.status {
            let text = answer.text();
            self.complain(recording, "status", &recording.status().to_string(), &format!("{} {text}", answer.status));
            return;
        }
        self.learn(&recorded, &answer.json);
        if let (Some(recorded), here) = (recording.response_header("location"), answer.header("location")) {
            self.compare_location(recording, &recorded, &here);
        }
        for name in HEADERS {
            let expected = recording.response_header(name).unwrap_or_default();
            if expected != answer.header(name) {
                self.complain(recording, name, &expected, &answer.header(name));
            }
        }
        self.compare(recording, "", &recorded, &answer.json);
    }

    /// Ids, tokens and signed addresses are other ones here, but have to stay the same throughout.
    fn learn(&mut self, recorded: &Value, here: &Value) {
        match (recorded, here) {
            (Value::Object(recorded), Value::Object(here)) => {
                for (key, value) in recorded {
                    if let Some(here) = here.get(key) {
                        self.learn(value, here);
                    }
                }
            }
            (Value::Array(recorded), Value::Array(here)) => {
                recorded.iter().zip(here).for_each(|(recorded, here)| self.learn(recorded, here));
            }
            // Signed anew on every listing (recording 535).
            (Value::String(recorded), Value::String(here)) if is_signed(recorded) && is_signed(here) => {
                self.known.insert(recorded.clone(), here.clone());
            }
            (Value::String(recorded), Value::String(here)) if is_made_up(recorded) => {
                self.known.entry(recorded.clone()).or_insert_with(|| here.clone());
            }
            _ => {}
        }
    }

    fn compare(&mut self, recording: &Recording, path: &str, recorded: &Value, here: &Value) {
        let key = path.rsplit('/').find(|part| part.parse::<usize>().is_err()).unwrap_or_default();
        if DEVIATIONS.iter().any(|(known, _)| *known == key) && same_kind(recorded, here) {
            return;
        }
        match (recorded, here) {
            (Value::Object(recorded), Value::Object(here)) => {
                let names: BTreeSet<String> =
                    recorded.keys().chain(here.keys()).map(|key| self.translated(key)).collect();
                let by_name: BTreeMap<String, &Value> =
                    recorded.iter().map(|(key, value)| (self.translated(key), value)).collect();
                for name in names {
                    let path = format!("{path}/{name}");
                    match (by_name.get(&name), here.get(&name)) {
                        (Some(recorded), Some(here)) => self.compare(recording, &path, recorded, here),
                        (Some(_), None) => self.complain(recording, &path, "there", "missing"),
                        (None, _) if NEWER.contains(&name.as_str()) => {}
                        (None, _) => self.complain(recording, &path, "absent", "there"),
                    }
                }
            }
            (Value::Array(recorded), Value::Array(here)) => {
                if recorded.len() != here.len() {
                    self.complain(recording, path, &format!("{} items", recorded.len()), &format!("{}", here.len()));
                }
                for (place, (recorded, here)) in recorded.iter().zip(here).enumerate() {
                    self.compare(recording, &format!("{path}/{place}"), recorded, here);
                }
            }
            (Value::String(recorded), Value::String(here)) => {
                let is_same = match (is_time(recorded), is_time(here)) {
                    (true, true) => recorded.len() == here.len(),
                    _ => self.translated(recorded) == *here,
                };
                if !is_same {
                    self.complain(recording, path, &self.translated(recorded), here);
                }
            }
            (Value::Null, _) | (_, Value::Null) if recorded != here => {
                // What was null in the recordings may have a value here and the other way round.
                if !recorded.is_null() && !self.nullable.contains(key) {
                    self.complain(recording, path, &recorded.to_string(), "null");
                }
            }
            _ if recorded == here => {}
            _ => self.complain(recording, path, &recorded.to_string(), &here.to_string()),
        }
    }

    fn compare_location(&mut self, recording: &Recording, recorded: &str, here: &str) {
        if let (Some((recorded_start, _)), Some((start, _))) =
            (recorded.split_once("X-Amz-"), here.split_once("X-Amz-"))
            && self.translated(recorded_start) == start
        {
            self.alias(recorded, here);
        } else if recorded.contains("/checkout/polar_c_") {
            // A visit of a link begins a checkout whose secret is told here first.
            let secret =
                |url: &str| url.split("/checkout/").nth(1).and_then(|rest| rest.split('?').next()).map(str::to_owned);
            if let (Some(recorded), Some(here)) = (secret(recorded), secret(here)) {
                self.alias(&recorded, &here);
            }
        }
        if self.translated(recorded) != here {
            self.complain(recording, "location", &self.translated(recorded), here);
        }
    }

    /// Replaces every known text at once, the longest first; what was put in is not replaced again.
    fn translated(&self, text: &str) -> String {
        let hosts = RECORDED_HOSTS.iter().map(|host| (*host, self.standin.url()));
        let mut known: Vec<(&str, &str)> =
            self.known.iter().map(|(recorded, here)| (recorded.as_str(), here.as_str())).chain(hosts).collect();
        known.sort_by_key(|(recorded, _)| std::cmp::Reverse(recorded.len()));
        let (mut out, mut rest) = (String::new(), text);
        while let Some(first) = rest.chars().next() {
            let (taken, put) = known.iter().find(|(recorded, _)| rest.starts_with(recorded)).map_or_else(
                || (first.len_utf8(), &rest[..first.len_utf8()]),
                |(recorded, here)| (recorded.len(), *here),
            );
            out.push_str(put);
            rest = &rest[taken..];
        }
        out
    }

    fn complain(&mut self, recording: &Recording, place: &str, recorded: &str, here: &str) {
        let cut = |text: &str| text.chars().take(220).collect::<String>();
        self.problems.push(format!("{} {place}: recorded {} / here {}", recording.name, cut(recorded), cut(here)));
    }
}

fn is_made_up(text: &str) -> bool {
    let is_id = text.len() == 36 && text.matches('-').count() == 4;
    let prefixes = ["polar_", "cus_", "cuss_secret_", "pi_", "whsec_"];
    is_id || prefixes.iter().any(|prefix| text.starts_with(prefix))
}

fn is_signed(text: &str) -> bool {
    text.contains("/customer-portal/downloadables/.") || text.contains("X-Amz-Signature=")
}

fn is_time(text: &str) -> bool {
    text.parse::<jiff::Timestamp>().is_ok() && text.ends_with('Z')
}

fn same_kind(left: &Value, right: &Value) -> bool {
    left.is_null()
        || right.is_null()
        || (left.is_string() == right.is_string() && left.is_number() == right.is_number())
}

fn collect_nullable(value: &Value, nullable: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                if value.is_null() {
                    nullable.insert(key.clone());
                }
                collect_nullable(value, nullable);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect_nullable(item, nullable)),
        _ => {}
    }
}
