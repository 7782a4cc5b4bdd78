//! The fields of a request body: typed access that collects what is wrong.

use serde_json::{Map, Value, json};
use url::Url;
use uuid::Uuid;

use crate::answer::Refusal;
use crate::api::query::{one_of, uuid_flaw};
use crate::currencies::CURRENCIES;
use crate::mail;

/// Longest address that is accepted, in characters.
const LONGEST_URL: usize = 2083;

/// Fields of one body with the complaints about them, in the order of reading.
pub(crate) struct Fields<'a> {
    body: &'a Map<String, Value>,
    flaws: Vec<Flaw>,
}

/// One complaint, its place relative to the model.
struct Flaw {
    place: Vec<Value>,
    kind: &'static str,
    message: String,
    input: Value,
    context: Option<Value>,
}

impl Flaw {
    fn written(&self, prefix: &[Value]) -> Value {
        let place: Vec<&Value> = prefix.iter().chain(&self.place).collect();
        let mut flaw = json!({"type": self.kind, "loc": place, "msg": self.message, "input": self.input});
        if let Some(context) = &self.context {
            flaw["ctx"] = context.clone();
        }
        flaw
    }
}

impl<'a> Fields<'a> {
    pub(crate) fn of(body: &'a Map<String, Value>) -> Self {
        Self { body, flaws: Vec::new() }
    }

    /// Whether the field is there at all, `null` included.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.body.contains_key(name)
    }

    /// The field unless it is absent or null.
    pub(crate) fn given(&self, name: &str) -> Option<&'a Value> {
        self.body.get(name).filter(|value| !value.is_null())
    }

    pub(crate) fn is_sound(&self) -> bool {
        self.flaws.is_empty()
    }

    /// All complaints below `prefix`.
    pub(crate) fn written(&self, prefix: &[Value]) -> Vec<Value> {
        self.flaws.iter().map(|flaw| flaw.written(prefix)).collect()
    }

    /// Refuses a plain model that has a flaw.
    pub(crate) fn check(&self) -> Result<(), Refusal> {
        if self.is_sound() { Ok(()) } else { Err(Refusal::Invalid(self.written(&[json!("body")]))) }
    }

    pub(crate) fn text(&mut self, name: &str, longest: usize) -> Option<String> {
        let value = self.given(name)?;
        let Some(text) = value.as_str() else {
            self.complain(&[json!(name)], "string_type", "Input should be a valid string", value, None);
            return None;
        };
        self.check_length(&[json!(name)], text, longest);
        Some(text.to_owned())
    }

    pub(crate) fn boolean(&mut self, name: &str) -> Option<bool> {
        let value = self.given(name)?;
        if value.as_bool().is_none() {
            self.complain(&[json!(name)], "bool_type", "Input should be a valid boolean", value, None);
        }
        value.as_bool()
    }

    pub(crate) fn amount(&mut self, name: &str) -> Option<i64> {
        let value = self.given(name)?;
        match value.as_i64() {
            None => self.complain(&[json!(name)], "int_type", "Input should be a valid integer", value, None),
            Some(number) if number < 0 => {
                let message = "Input should be greater than or equal to 0";
                self.complain(&[json!(name)], "greater_than_equal", message, value, Some(json!({"ge": 0})));
            }
            Some(_) => {}
        }
        value.as_i64()
    }

    pub(crate) fn id(&mut self, name: &str) -> Option<Uuid> {
        let value = self.given(name)?;
        self.parse_id(&[json!(name)], value)
    }

    /// A list of distinct ids, at least one (recordings 211, 214, 215).
    pub(crate) fn distinct_ids(&mut self, name: &str) -> Vec<Uuid> {
        let Some(value) = self.body.get(name) else {
            self.require(name);
            return Vec::new();
        };
        let Some(items) = value.as_array() else {
            self.complain(&[json!(name)], "list_type", "Input should be a valid list", value, None);
            return Vec::new();
        };
        if items.is_empty() {
            let context = json!({"field_type": "List", "min_length": 1, "actual_length": 0});
            let message = "List should have at least 1 item after validation, not 0";
            self.complain(&[json!(name)], "too_short", message, value, Some(context));
        }
        let parse = |(place, item)| self.parse_id(&[json!(name), json!(place)], item);
        let ids: Vec<Uuid> = items.iter().enumerate().filter_map(parse).collect();
        if ids.iter().collect::<std::collections::BTreeSet<_>>().len() < ids.len() {
            let message = "Value error, Product IDs must be unique.";
            self.complain(&[json!(name)], "value_error", message, value, Some(json!({"error": {}})));
        }
        ids
    }

    /// An absolute http or https address, kept as it was sent.
    pub(crate) fn address(&mut self, name: &str) -> Option<String> {
        let value = self.given(name)?;
        let text = value.as_str().unwrap_or_default();
        let place = [json!(name)];
        if text.chars().count() > LONGEST_URL {
            let message = format!("URL should have at most {LONGEST_URL} characters");
            self.complain(&place, "url_too_long", &message, value, Some(json!({"max_length": LONGEST_URL})));
            return None;
        }
        match Url::parse(text) {
            Ok(url) if ["http", "https"].contains(&url.scheme()) => return Some(text.to_owned()),
            Ok(_) => {
                let message = "URL scheme should be 'http' or 'https'";
                let context = json!({"expected_schemes": "'http' or 'https'"});
                self.complain(&place, "url_scheme", message, value, Some(context));
            }
            Err(reason) => {
                let reason = reason.to_string();
                let message = format!("Input should be a valid URL, {reason}");
                self.complain(&place, "url_parsing", &message, value, Some(json!({"error": reason})));
            }
        }
        None
    }

    /// An e-mail address of a domain that takes mail, its domain in lower case (recordings 222–225, 2ca).
    pub(crate) fn email(&mut self, name: &str) -> Option<String> {
        let value = self.given(name)?;
        let text = value.as_str().unwrap_or_default();
        match mail::accepted(text) {
            Ok(address) => Some(address),
            Err(flaw) => {
                self.complain(&[json!(name)], "value_error", &flaw.message, value, Some(flaw.context));
                None
            }
        }
    }

    /// A billing address; only its country is required.
    pub(crate) fn billing_address(&mut self, name: &str) -> Option<Value> {
        let value = self.given(name)?;
        let country = value.get("country").cloned().unwrap_or(Value::Null);
        if country.is_null() {
            self.complain(&[json!(name), json!("country")], "missing", "Field required", value, None);
            return None;
        }
        self.choice(&[json!(name), json!("country")], &country, mail::COUNTRIES)?;
        let mut address = json!({"country": country});
        for part in ["line1", "line2", "postal_code", "city", "state"] {
            address[part] = value.get(part).cloned().unwrap_or(Value::Null);
        }
        Some(address)
    }

    pub(crate) fn currency(&mut self, name: &str) -> Option<String> {
        let value = self.given(name)?;
        self.choice(&[json!(name)], value, CURRENCIES).map(str::to_owned)
    }

    /// One of the values that are allowed (recording 279).
    fn choice<'v>(&mut self, place: &[Value], value: &'v Value, allowed: &[&str]) -> Option<&'v str> {
        let chosen = value.as_str().filter(|text| allowed.contains(text));
        if chosen.is_none() {
            let expected = one_of(allowed);
            let message = format!("Input should be {expected}");
            self.complain(place, "enum", &message, value, Some(json!({"expected": expected})));
        }
        chosen
    }

    pub(crate) fn require(&mut self, name: &str) {
        self.complain(&[json!(name)], "missing", "Field required", &Value::Object(self.body.clone()), None);
    }

    pub(crate) fn complain(
        &mut self,
        place: &[Value],
        kind: &'static str,
        message: &str,
        input: &Value,
        context: Option<Value>,
    ) {
        self.flaws.push(Flaw {
            place: place.to_vec(),
            kind,
            message: message.to_owned(),
            input: input.clone(),
            context,
        });
    }

    pub(crate) fn check_length(&mut self, place: &[Value], text: &str, longest: usize) {
        if text.chars().count() > longest {
            let message = format!("String should have at most {longest} characters");
            let context = json!({"max_length": longest});
            self.complain(place, "string_too_long", &message, &json!(text), Some(context));
        }
    }

    fn parse_id(&mut self, place: &[Value], value: &Value) -> Option<Uuid> {
        let text = value.as_str().unwrap_or_default();
        text.parse()
            .map_err(|_| {
                let reason = uuid_flaw(text);
                let message = format!("Input should be a valid UUID, {reason}");
                self.complain(place, "uuid_parsing", &message, value, Some(json!({"error": reason})));
            })
            .ok()
    }
}
