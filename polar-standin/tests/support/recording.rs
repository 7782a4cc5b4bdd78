//! Recorded exchanges with a real Polar server, as they were received.

use std::fs;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// One exchange.
pub struct Recording {
    pub name: String,
    content: Value,
}

impl Recording {
    /// The recording whose file begins with this number.
    pub fn number(number: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/recordings");
        let start = format!("{number}-");
        let file = fs::read_dir(folder)
            .expect("the folder of recordings")
            .filter_map(Result::ok)
            .find(|file| file.file_name().to_string_lossy().starts_with(&start))
            .unwrap_or_else(|| panic!("there is no recording {number}"));
        let content = serde_json::from_slice(&fs::read(file.path()).expect("a readable recording")).expect("JSON");
        Self { name: file.file_name().to_string_lossy().into_owned(), content }
    }

    pub fn method(&self) -> &str {
        self.content["request"]["method"].as_str().unwrap_or_default()
    }

    pub fn url(&self) -> &str {
        self.content["request"]["url"].as_str().unwrap_or_default()
    }

    /// The headers as sent, but for those that every client sets itself.
    pub fn request_headers(&self) -> Vec<(String, String)> {
        let own = ["host", "content-length", "connection"];
        pairs(&self.content["request"]["headers"])
            .into_iter()
            .filter(|(name, _)| !own.contains(&name.to_lowercase().as_str()))
            .collect()
    }

    /// The body as sent; `None` if there was none and no `Content-Length` either.
    pub fn request_body(&self) -> Option<Vec<u8>> {
        let request = &self.content["request"];
        if let Some(text) = request["body_text"].as_str() {
            return Some(text.as_bytes().to_vec());
        }
        if !request["body_json"].is_null() {
            return Some(request["body_json"].to_string().into_bytes());
        }
        if let Some(bytes) = request["body_base64"].as_str() {
            return STANDARD.decode(bytes).ok();
        }
        let has_length = pairs(&request["headers"]).iter().any(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        has_length.then(Vec::new)
    }

    pub fn status(&self) -> u16 {
        self.content["response"]["status"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or_default()
    }

    pub fn response_header(&self, name: &str) -> Option<String> {
        let headers = pairs(&self.content["response"]["headers"]);
        headers.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The rows of a recording that is a table.
    pub fn rows(&self) -> Vec<Value> {
        self.content["rows"].as_array().cloned().unwrap_or_default()
    }

    /// Any part of a recording that is no exchange of request and answer.
    pub fn part(&self, name: &str) -> Value {
        self.content[name].clone()
    }

    pub fn json(&self) -> Value {
        self.content["response"]["body_json"].clone()
    }

    /// The bytes of the answer's body.
    pub fn bytes(&self) -> Vec<u8> {
        let response = &self.content["response"];
        match (response["body_text"].as_str(), response["body_base64"].as_str()) {
            (Some(text), _) => text.as_bytes().to_vec(),
            (None, Some(base64)) => STANDARD.decode(base64).unwrap_or_default(),
            (None, None) => Vec::new(),
        }
    }
}

fn pairs(headers: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    headers.as_array().into_iter().flatten().map(|pair| (text(&pair[0]), text(&pair[1]))).collect()
}
