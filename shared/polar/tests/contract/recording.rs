//! Recorded exchanges, as they lie in `tests/recordings`.

use std::{fs, path::PathBuf};

use serde_json::{Map, Value};

/// One exchange between curl and Polar.
pub(crate) struct Recording {
    pub(crate) name: String,
    json: Value,
}

impl Recording {
    pub(crate) fn read(name: &str) -> Self {
        let text = fs::read_to_string(folder().join(format!("{name}.json"))).expect(name);
        let mut json: Value = serde_json::from_str(&text).expect(name);
        // A long list was cut when it was recorded, with a text where the rest was.
        if let Some(items) = json.pointer_mut("/response/body_json/items").and_then(Value::as_array_mut) {
            items.retain(Value::is_object);
        }
        Self { name: name.to_owned(), json }
    }

    /// All of them, by name.
    pub(crate) fn all() -> Vec<Self> {
        let names = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
        let mut names: Vec<_> = names.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
        names.sort();
        names.iter().map(|name| Self::read(name)).collect()
    }

    /// Any other part of the file.
    pub(crate) fn part(&self, pointer: &str) -> &Value {
        self.json.pointer(pointer).unwrap_or(&Value::Null)
    }

    pub(crate) fn method(&self) -> &str {
        self.part("/request/method").as_str().unwrap_or_default()
    }

    pub(crate) fn path(&self) -> &str {
        let path = self.part("/request/path").as_str().unwrap_or_default();
        path.split_once('?').map_or(path, |(path, _)| path)
    }

    /// The last part of the path.
    pub(crate) fn last_segment(&self) -> &str {
        self.path().rsplit('/').next().unwrap()
    }

    /// Decoded and sorted: their order says nothing.
    pub(crate) fn query(&self) -> Vec<(String, String)> {
        let path = self.part("/request/path").as_str().unwrap();
        sorted(path.split_once('?').map_or("", |(_, query)| query))
    }

    /// The body that was sent; null without one.
    pub(crate) fn sent(&self) -> &Value {
        self.part("/request/body_json")
    }

    /// The token that was sent.
    pub(crate) fn bearer(&self) -> Option<&str> {
        self.request_header("Authorization")?.strip_prefix("Bearer ")
    }

    pub(crate) fn request_header(&self, name: &str) -> Option<&str> {
        header(self.part("/request/headers"), name)
    }

    pub(crate) fn status(&self) -> u16 {
        u16::try_from(self.part("/response/status").as_u64().unwrap_or_default()).unwrap()
    }

    pub(crate) fn response_header(&self, name: &str) -> Option<&str> {
        header(self.part("/response/headers"), name)
    }

    /// The body that was received, as JSON; null without one.
    pub(crate) fn received(&self) -> &Value {
        self.part("/response/body_json")
    }

    /// Changes each object of the body that was received, the inner ones first.
    pub(crate) fn change_objects(&mut self, change: &dyn Fn(&mut Map<String, Value>)) {
        if let Some(received) = self.json.pointer_mut("/response/body_json") {
            change_objects(received, change);
        }
    }

    /// The body that was received.
    pub(crate) fn body(&self) -> String {
        match self.received() {
            Value::Null => self.part("/response/body_text").as_str().unwrap_or_default().to_owned(),
            json => json.to_string(),
        }
    }
}

fn change_objects(value: &mut Value, change: &dyn Fn(&mut Map<String, Value>)) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| change_objects(item, change)),
        Value::Object(fields) => {
            fields.values_mut().for_each(|field| change_objects(field, change));
            change(fields);
        }
        _ => {}
    }
}

/// The pairs of a query, decoded and sorted.
pub(crate) fn sorted(query: &str) -> Vec<(String, String)> {
    let mut pairs: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    pairs.sort();
    pairs
}

fn header<'a>(headers: &'a Value, name: &str) -> Option<&'a str> {
    let mut headers = headers.as_array()?.iter();
    headers.find(|pair| pair[0].as_str().is_some_and(|known| known.eq_ignore_ascii_case(name)))?[1].as_str()
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/recordings")
}
