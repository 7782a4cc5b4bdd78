//! Interprets Polar's answers, with pure functions.

use std::time::Duration;

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{Error, FieldError, Result, SecretUrl};

/// The default wait for a 429 without `Retry-After`: one window of Polar's usual limits.
const RATE_WINDOW: Duration = Duration::from_mins(1);

/// The longest message that is passed on; Polar's list of countries is 1,400 characters.
const LONGEST_MESSAGE: usize = 200;

/// The shortest input that is removed from a message; shorter ones are parts of many words.
const SHORTEST_INPUT: usize = 3;

/// An answer as received.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<Duration>,
    /// Whether the answer contains the API version. An answer for an unknown version does not.
    pub(crate) versioned: bool,
    /// Whether the sandbox answered; it says so in every answer.
    pub(crate) sandbox: bool,
    /// Where a redirect leads.
    pub(crate) location: Option<SecretUrl>,
    pub(crate) body: Vec<u8>,
}

/// The body of a failure; which parts are there depends on where in Polar it arose.
#[derive(Deserialize)]
struct Failure {
    error: Option<String>,
    #[serde(default)]
    detail: Value,
}

/// One entry of a validation error's `detail`.
#[derive(Deserialize)]
struct Fault {
    #[serde(rename = "type")]
    kind: String,
    loc: Vec<Value>,
    msg: String,
    #[serde(default)]
    input: Value,
}

impl Answer {
    /// Decodes the answer to the request with this route.
    pub(crate) fn decode<T: DeserializeOwned>(&self, route: &str) -> Result<T> {
        match self.status {
            200..=299 => self.value(route),
            429 => Err(Error::RateLimited { retry_after: self.retry_after.unwrap_or(RATE_WINDOW) }),
            400..=499 => Err(self.failure(route)),
            500..=599 => Err(self.unavailable(None)),
            _ => Err(self.unexpected(route, ".", "a redirect: the path is not the one that Polar serves")),
        }
    }

    /// Reads where the answer to the request with this route leads; it must be a redirect.
    pub(crate) fn redirect(&self, route: &str) -> Result<SecretUrl> {
        match (self.status, &self.location) {
            (302, Some(location)) => Ok(location.clone()),
            (200..=299 | 302, _) => Err(self.unexpected(route, ".", "no address to go to")),
            _ => self.decode(route),
        }
    }

    fn value<T: DeserializeOwned>(&self, route: &str) -> Result<T> {
        let body = if self.is_silent() { "null" } else { self.text()? };
        serde_json::from_str(body).map_err(|error| {
            if error.is_data() {
                self.unexpected(route, &place::<T>(body), &expectation(&error))
            } else {
                self.not_json()
            }
        })
    }

    /// Whether the status alone decides.
    fn is_silent(&self) -> bool {
        matches!(self.status, 202 | 204) && self.body.is_empty()
    }

    /// The decoder itself would not look into the texts that it skips.
    fn text(&self) -> Result<&str> {
        str::from_utf8(&self.body).map_err(|_| self.not_json())
    }

    fn failure(&self, route: &str) -> Error {
        let Ok(Failure { error, detail }) = serde_json::from_slice(&self.body) else {
            return self.not_json();
        };
        match (self.status, error.as_deref()) {
            (401, _) => Error::Unauthorized,
            (403, Some("insufficient_scope")) => Error::InsufficientScope,
            (404, None) if !self.versioned => Error::UnknownVersion,
            (422, Some(name)) if detail.is_array() => Error::Rejected { error: name.into(), fields: faults(detail) },
            (_, Some(name)) => Error::Refused { refusal: name.into() },
            (_, None) => self.unexpected(route, ".", "an error of Polar's router: this crate sends a wrong request"),
        }
    }

    fn unavailable(&self, source: Option<&str>) -> Error {
        Error::Unavailable { status: Some(self.status), source: source.map(Into::into) }
    }

    /// A proxy in front of Polar answered with HTML, or the answer was cut off. Both are treated like no answer.
    fn not_json(&self) -> Error {
        self.unavailable(Some("the body is not JSON"))
    }

    pub(crate) fn unexpected(&self, route: &str, path: &str, problem: &str) -> Error {
        Error::Unexpected { route: route.into(), status: self.status, path: path.into(), problem: problem.into() }
    }
}

/// Where a text does not decode, as in `items[0].name`; the whole text is `.`.
///
/// Tracking the place would make decoding of every answer half as slow again, so only a bad answer is decoded a second time with it.
fn place<T: DeserializeOwned>(body: &str) -> String {
    let tracked = serde_path_to_error::deserialize::<_, T>(&mut serde_json::Deserializer::from_str(body));
    tracked.err().map_or_else(|| ".".to_owned(), |error| error.path().to_string())
}

/// What the decoder expected. The rest of its message repeats the value, which may be a secret.
fn expectation(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
    // Only these messages are serde's own; those of other crates may repeat the value anywhere.
    let of_serde = ["invalid type: ", "invalid value: ", "invalid length "].iter().any(|start| text.starts_with(start));
    match text.rsplit_once(", expected ") {
        Some((_, expected)) if of_serde => format!("expected {expected}"),
        _ if text.starts_with("missing field ") => text.into(),
        _ => "the value does not have the expected form".into(),
    }
}

/// The fields to blame, each mistake once.
///
/// Polar checks some bodies against several forms and reports a mistake once for each of them, together with fields that
/// only the other forms require.
fn faults(detail: Value) -> Vec<FieldError> {
    let faults: Vec<Fault> = serde_json::from_value(detail).unwrap_or_default();
    let (missing, mut others): (Vec<_>, Vec<_>) =
        faults.into_iter().partition(|fault| fault.kind == "missing" && fault.loc.iter().any(is_internal));
    if others.is_empty() {
        others = missing;
    }
    let mut fields: Vec<FieldError> = Vec::new();
    for field in others.iter().map(Fault::to_field) {
        if !fields.contains(&field) {
            fields.push(field);
        }
    }
    fields
}

impl Fault {
    fn to_field(&self) -> FieldError {
        FieldError::new(self.field(), self.message())
    }

    /// `["body", "products", 0]` as `products[0]`.
    fn field(&self) -> String {
        let mut field = String::new();
        for part in self.loc.iter().skip(1).filter(|part| !is_internal(part)) {
            match part {
                Value::String(name) if field.is_empty() => field.push_str(name),
                Value::String(name) => field.extend([".", name]),
                index => field.extend(["[", &index.to_string(), "]"]),
            }
        }
        field
    }

    /// The message without the input, because Polar repeats e-mail addresses in it.
    fn message(&self) -> String {
        let text = match self.input.as_str() {
            Some(input) if input.len() >= SHORTEST_INPUT => self.msg.replace(input, "value"),
            _ => self.msg.clone(),
        };
        text.chars().take(LONGEST_MESSAGE).collect()
    }
}

/// Whether a part of a location is a name inside Polar's code, not a field: those have capitals, brackets or hyphens.
fn is_internal(part: &Value) -> bool {
    part.as_str().is_some_and(|name| !name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer { status, versioned: true, body: body.into(), ..Answer::default() }
    }

    fn error(answer: &Answer) -> Error {
        answer.decode::<Vec<u8>>("GET /things/").unwrap_err()
    }

    #[test]
    fn each_kind_of_failure_has_its_error() {
        let oauth = r#"{"error": "insufficient_scope", "error_description": "The request requires …"}"#;
        let table = [
            (401, r#"{"error": "invalid_token", "error_description": "…"}"#, "Unauthorized"),
            (401, r#"{"error": "Unauthorized", "detail": "Unauthorized"}"#, "Unauthorized"),
            (403, oauth, "InsufficientScope"),
            (403, r#"{"error": "NotPermitted", "detail": "…"}"#, "Refused { refusal: NotPermitted }"),
            (403, "<html>blocked</html>", "Unavailable { status: Some(403), source: Some(\"the body is not JSON\") }"),
            (404, r#"{"error": "ResourceNotFound", "detail": "Not found"}"#, "Refused { refusal: ResourceNotFound }"),
            (409, r#"{"error": "CheckoutLocked", "detail": "…"}"#, "Refused { refusal: CheckoutLocked }"),
            (410, r#"{"error": "ExpiredCheckoutError", "detail": "…"}"#, "Refused { refusal: ExpiredCheckout }"),
            (418, r#"{"error": "Teapot", "detail": "…"}"#, "Refused { refusal: Other(\"Teapot\") }"),
            (429, "", "RateLimited { retry_after: 60s }"),
            (500, r#"{"error": "InternalServerError"}"#, "Unavailable { status: Some(500), source: None }"),
            (503, "<html>", "Unavailable { status: Some(503), source: None }"),
        ];
        for (status, body, expected) in table {
            assert_eq!(format!("{:?}", error(&answer(status, body))), expected, "{status} {body}");
        }
    }

    #[test]
    fn a_missing_version_is_told_from_a_missing_path_by_the_version_header() {
        let body = r#"{"detail": "Not Found"}"#;
        let unversioned = Answer { versioned: false, ..answer(404, body) };
        assert!(matches!(error(&unversioned), Error::UnknownVersion));
        assert!(matches!(error(&answer(404, body)), Error::Unexpected { status: 404, .. }));
    }

    #[test]
    fn a_rate_limit_says_how_long() {
        let limited = Answer { retry_after: Some(Duration::from_secs(7)), ..answer(429, "") };
        assert!(matches!(error(&limited), Error::RateLimited { retry_after } if retry_after.as_secs() == 7));
    }

    #[test]
    fn a_refusal_with_a_text_at_422_is_no_validation_error() {
        let body = r#"{"error": "CheckoutCustomerExternalIdMismatch", "detail": "A customer …"}"#;
        let error = error(&answer(422, body));
        assert_eq!(format!("{error:?}"), "Refused { refusal: CheckoutCustomerExternalIdMismatch }");
    }

    #[test]
    fn a_redirect_is_unexpected() {
        assert!(matches!(error(&answer(307, "")), Error::Unexpected { status: 307, .. }));
    }

    #[test]
    fn a_body_that_is_not_json_is_no_answer() {
        for body in ["<html>", "[1", "", "[1] [2]", "[\"\u{1}\"]"] {
            assert!(matches!(error(&answer(200, body)), Error::Unavailable { status: Some(200), .. }), "{body:?}");
        }
    }

    #[test]
    fn a_wrong_type_names_its_place_and_not_its_value() {
        let error = answer(200, r#"{"a": [[1], ["jane@shop.test, expected mail"]]}"#)
            .decode::<std::collections::BTreeMap<String, Vec<Vec<u8>>>>("GET /things/")
            .unwrap_err();
        assert_eq!(error.to_string(), "unexpected answer from Polar to GET /things/ (200) at a[1][0]: expected u8");
    }

    #[test]
    fn fields_are_named_as_they_were_sent_and_each_once() {
        let detail = serde_json::json!([
            {"type": "too_short", "loc": ["body", "function-after[a(), AForm]", "list", 1], "msg": "Too short", "input": []},
            {"type": "too_short", "loc": ["body", "function-after[a(), BForm]", "list", 1], "msg": "Too short", "input": []},
            {"type": "missing", "loc": ["body", "function-after[a(), BForm]", "other"], "msg": "Field required", "input": {}},
        ]);
        assert_eq!(faults(detail), [FieldError::new("list[1]", "Too short")]);
    }

    #[test]
    fn a_message_does_not_repeat_what_was_sent() {
        let detail = serde_json::json!([{"type": "value_error", "loc": ["body", "customer_email"], "input": "jane@x.test",
            "msg": "jane@x.test is not a valid email address: The domain name x.test does not exist."}]);
        let message = "value is not a valid email address: The domain name x.test does not exist.";
        assert_eq!(faults(detail), [FieldError::new("customer_email", message)]);
    }
}
