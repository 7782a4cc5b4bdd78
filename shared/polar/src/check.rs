//! Checks Polar's limits before a request is sent, which saves a call and names the field.

use serde_json::Value;
use url::Url;

use crate::{Error, FieldError, Metadata, Result};

/// Polar's limit on an address.
const LONGEST_URL: usize = 2083;
/// Polar's limits on metadata.
const MOST_PAIRS: usize = 50;
const LONGEST_KEY: usize = 40;
const LONGEST_VALUE: usize = 500;

/// Collects what is wrong with a request.
#[derive(Debug, Default)]
pub(crate) struct Check(Vec<FieldError>);

impl Check {
    /// Reports `field` unless it is `good`.
    pub(crate) fn that(mut self, good: bool, field: &str, message: &str) -> Self {
        if !good {
            self.0.push(FieldError::new(field, message));
        }
        self
    }

    /// An absolute http(s) address. It is checked as an address, but sent as it was written: `{CHECKOUT_ID}` must survive.
    pub(crate) fn url(self, field: &str, text: Option<&str>) -> Self {
        let Some(text) = text else { return self };
        let parsed = Url::parse(text);
        let web = parsed.is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        self.that(web, field, "must be an absolute http or https URL").that(
            text.chars().count() <= LONGEST_URL,
            field,
            "must have at most 2083 characters",
        )
    }

    /// Key-value pairs within Polar's limits.
    pub(crate) fn metadata(self, field: &str, metadata: &Metadata) -> Self {
        let few = self.that(metadata.0.len() <= MOST_PAIRS, field, "must have at most 50 keys");
        metadata.0.iter().fold(few, |check, (key, value)| {
            let field = format!("{field}.{key}");
            check.that((1..=LONGEST_KEY).contains(&key.chars().count()), &field, "keys have 1 to 40 characters").that(
                is_metadata(value),
                &field,
                "must be a text of 1 to 500 characters, a number or a boolean",
            )
        })
    }

    /// A text that can be addressed as one segment of a path: Polar decodes a slash before it looks at the route.
    pub(crate) fn segment(self, field: &str, text: &str) -> Self {
        let addressable = !matches!(text, "" | "." | "..") && !text.contains(['/', '\0']);
        self.that(addressable, field, "must not be empty, a dot, or contain a slash")
    }

    /// The result of all checks.
    pub(crate) fn done(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::invalid(self.0)) }
    }
}

fn is_metadata(value: &Value) -> bool {
    match value {
        Value::String(text) => (1..=LONGEST_VALUE).contains(&text.chars().count()),
        Value::Number(_) | Value::Bool(_) => true,
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn blamed(check: Check) -> Vec<String> {
        match check.done() {
            Err(Error::Rejected { fields, .. }) => fields.into_iter().map(|fault| fault.field).collect(),
            other => other.map(|()| Vec::new()).unwrap(),
        }
    }

    #[test]
    fn only_absolute_web_addresses_pass() {
        let long = format!("https://shop.test/{}", "a".repeat(2083));
        let table = [
            ("the usual one", "https://shop.test/thanks?checkout_id={CHECKOUT_ID}", true),
            ("plain http", "http://127.0.0.1:3000/", true),
            ("another scheme", "myapp://thanks", false),
            ("a script", "javascript:alert(1)", false),
            ("a relative one", "/thanks", false),
            ("no host", "https://", false),
            ("nothing", "", false),
            ("too long", &long, false),
        ];
        for (case, url, good) in table {
            assert_eq!(blamed(Check::default().url("success_url", Some(url))).is_empty(), good, "{case}");
        }
        assert!(blamed(Check::default().url("success_url", None)).is_empty());
    }

    #[test]
    fn metadata_keeps_to_the_limits() {
        let many: Metadata = (0..51).map(|n| (format!("k{n}"), n)).collect();
        let table = [
            (
                "texts, numbers and booleans",
                [("a", json!("x")), ("b", json!(1.5)), ("c", json!(true))].into_iter().collect(),
                "",
            ),
            ("a value of 500 characters", [("a", json!("ü".repeat(500)))].into_iter().collect(), ""),
            ("a value of 501 characters", [("a", json!("x".repeat(501)))].into_iter().collect(), "metadata.a"),
            ("an empty value", [("a", json!(""))].into_iter().collect(), "metadata.a"),
            ("a nested value", [("a", json!({"b": 1}))].into_iter().collect(), "metadata.a"),
            ("null", [("a", json!(null))].into_iter().collect(), "metadata.a"),
            ("an empty key", [("", json!(1))].into_iter().collect(), "metadata."),
            ("51 keys", many, "metadata"),
        ];
        for (case, metadata, field) in table {
            let expected: Vec<&str> = if field.is_empty() { vec![] } else { vec![field] };
            assert_eq!(blamed(Check::default().metadata("metadata", &metadata)), expected, "{case}");
        }
    }

    #[test]
    fn a_text_that_would_change_the_path_is_refused() {
        for text in ["", ".", "..", "a/b"] {
            assert_eq!(blamed(Check::default().segment("external_id", text)), ["external_id"], "{text:?}");
        }
        assert!(blamed(Check::default().segment("external_id", "user 7 & ü")).is_empty());
    }
}
