//! What came in.

use bytes::Bytes;
use http::{HeaderMap, Method};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

/// One request of the API, as it was received.
#[derive(Debug, Clone)]
pub struct Request {
    /// Its method.
    pub method: Method,
    /// Its path, without the query.
    pub path: String,
    /// Its query without the question mark; empty if there was none.
    pub query: String,
    /// Its headers, tokens included.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

impl Request {
    /// The value of a header that was sent as text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The body as JSON; null if it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// `GET /v1/products/`, for comparing whole conversations.
    #[must_use]
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// The form of `GET /_standin/requests`: headers as pairs, since a name may come twice, and the body as text.
impl Serialize for Request {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let headers = self.headers.iter().map(|(name, value)| (name.as_str(), text(value.as_bytes())));
        let headers: Vec<(&str, String)> = headers.collect();
        let shown = json!({"method": self.method.as_str(), "path": self.path, "query": self.query, "headers": headers,
            "body": text(&self.body)});
        shown.serialize(serializer)
    }
}
