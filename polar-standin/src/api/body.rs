//! Request bodies, checked and refused as Polar's framework does.

use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use http::{StatusCode, header};
use http_body_util::BodyExt as _;
use serde_json::{Map, Value, json};

use crate::answer::Refusal;

/// A JSON body before its fields are looked at.
pub(crate) struct JsonBody {
    bytes: Bytes,
    is_json: bool,
}

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refusal> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
        let is_json = kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
        let unreadable = || Refusal::Plain(StatusCode::BAD_REQUEST, "There was an error parsing the body");
        let bytes = request.into_body().collect().await.map_err(|_| unreadable())?.to_bytes();
        std::str::from_utf8(&bytes).map_err(|_| unreadable())?;
        Ok(Self { bytes, is_json })
    }
}

impl JsonBody {
    /// The object in the body; `variants` are the forms that a union would accept, empty for a plain model.
    pub(crate) fn object(&self, variants: &[&str]) -> Result<Map<String, Value>, Refusal> {
        if self.bytes.is_empty() {
            return Err(Refusal::Invalid(vec![missing(&[json!("body")], &Value::Null)]));
        }
        match self.value()? {
            Value::Object(fields) => Ok(fields),
            other => Err(not_an_object(&other, variants)),
        }
    }

    fn value(&self) -> Result<Value, Refusal> {
        let text = String::from_utf8_lossy(&self.bytes).into_owned();
        if !self.is_json {
            return Ok(Value::String(text));
        }
        serde_json::from_str(&text).map_err(|error| {
            let place = error.column().saturating_sub(1);
            Refusal::Invalid(vec![json!({"type": "json_invalid", "loc": ["body", place], "msg": "JSON decode error",
                "input": {}, "ctx": {"error": "Expecting property name enclosed in double quotes"}})])
        })
    }
}

fn not_an_object(given: &Value, variants: &[&str]) -> Refusal {
    let flaw = |place: Vec<Value>| {
        json!({"type": "model_attributes_type", "loc": place,
            "msg": "Input should be a valid dictionary or object to extract fields from", "input": given})
    };
    if variants.is_empty() {
        return Refusal::Invalid(vec![flaw(vec![json!("body")])]);
    }
    Refusal::Invalid(variants.iter().map(|variant| flaw(vec![json!("body"), json!(variant)])).collect())
}

/// "Field required" at `place`.
pub(crate) fn missing(place: &[Value], input: &Value) -> Value {
    json!({"type": "missing", "loc": place, "msg": "Field required", "input": input})
}
