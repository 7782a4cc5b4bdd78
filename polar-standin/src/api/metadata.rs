//! The rules for `metadata` in a request body (recordings 226–229).

use serde_json::{Map, Value, json};

use crate::api::fields::Fields;

const MOST_KEYS: usize = 50;
const LONGEST_KEY: usize = 40;
const LONGEST_VALUE: usize = 500;

/// The name that the framework gives to the text form of a value.
const TEXT_FORM: &str = "constrained-str";

impl Fields<'_> {
    /// A flat object of texts, numbers and booleans.
    pub(crate) fn metadata(&mut self, name: &'static str) -> Option<Map<String, Value>> {
        let value = self.given(name)?;
        let Some(entries) = value.as_object() else {
            self.complain(&[json!(name)], "dict_type", "Input should be a valid dictionary", value, None);
            return None;
        };
        for (key, value) in entries {
            self.check_key(name, key);
            self.check_value(name, key, value);
        }
        if entries.len() > MOST_KEYS {
            let count = entries.len();
            let message = format!("Dictionary should have at most {MOST_KEYS} items after validation, not {count}");
            let context = json!({"field_type": "Dictionary", "max_length": MOST_KEYS, "actual_length": count});
            self.complain(&[json!(name)], "too_long", &message, value, Some(context));
        }
        Some(entries.clone())
    }

    fn check_key(&mut self, name: &str, key: &str) {
        let place = [json!(name), json!(key), json!("[key]")];
        self.check_length(&place, key, LONGEST_KEY);
        if key.is_empty() {
            let message = "String should have at least 1 character";
            self.complain(&place, "string_too_short", message, &json!(key), Some(json!({"min_length": 1})));
        }
    }

    fn check_value(&mut self, name: &str, key: &str, value: &Value) {
        match value {
            Value::Number(_) | Value::Bool(_) => {}
            Value::String(text) if (1..=LONGEST_VALUE).contains(&text.chars().count()) => {}
            Value::String(text) => self.refuse_text(name, key, text),
            other => self.refuse_form(name, key, other),
        }
    }

    fn refuse_text(&mut self, name: &str, key: &str, text: &str) {
        let at = |form: &str| [json!(name), json!(key), json!(form)];
        if text.is_empty() {
            let message = "String should have at least 1 character";
            let context = json!({"min_length": 1});
            self.complain(&at(TEXT_FORM), "string_too_short", message, &json!(text), Some(context));
        }
        self.check_length(&at(TEXT_FORM), text, LONGEST_VALUE);
        for (form, kind, noun, action) in [
            ("int", "int_parsing", "integer", "unable to parse string as an integer"),
            ("float", "float_parsing", "number", "unable to parse string as a number"),
            ("bool", "bool_parsing", "boolean", "unable to interpret input"),
        ] {
            let message = format!("Input should be a valid {noun}, {action}");
            self.complain(&at(form), kind, &message, &json!(text), None);
        }
    }

    fn refuse_form(&mut self, name: &str, key: &str, value: &Value) {
        for (form, kind, noun) in [
            (TEXT_FORM, "string_type", "string"),
            ("int", "int_type", "integer"),
            ("float", "float_type", "number"),
            ("bool", "bool_type", "boolean"),
        ] {
            let message = format!("Input should be a valid {noun}");
            self.complain(&[json!(name), json!(key), json!(form)], kind, &message, value, None);
        }
    }
}
