//! Scripted trouble: what a route answers instead of, or around, the truth.

use std::time::Duration;

use bytes::Bytes;
use http::Method;
use serde::Deserialize;

/// Trouble on a route, for every request to it unless [`times`](Fault::times) says how many. Its form as
/// JSON is in this crate's README.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "Script")]
pub struct Fault {
    method: String,
    path: String,
    left: Option<u32>,
    pub(crate) effect: Effect,
}

/// What happens to the request.
#[derive(Debug, Clone)]
pub(crate) enum Effect {
    Answer { status: u16, content_type: String, body: Bytes },
    Hang,
    DropConnection,
    RateLimited { retry_after: Duration },
    SlowDrip { pause: Duration },
}

impl Fault {
    /// Trouble on `"GET /v1/products/"`. `{…}` stands for one segment, a final `*` for any rest, the method `*` for any.
    /// Without one of the effects below it is a 500.
    #[must_use]
    pub fn on(route: &str) -> Self {
        let (method, path) = route.split_once(' ').unwrap_or(("*", route));
        Self { method: method.to_owned(), path: path.to_owned(), left: None, effect: page(500) }
    }

    /// Lets it happen only this often; then the route works again.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.left = Some(times);
        self
    }

    /// Answers with this status and a page of HTML, as something in front of Polar would.
    #[must_use]
    pub fn status(self, status: u16) -> Self {
        self.with(page(status))
    }

    /// Answers with exactly this.
    #[must_use]
    pub fn body(self, status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        self.with(Effect::Answer { status, content_type: content_type.to_owned(), body: body.into() })
    }

    /// Never answers; waits until the caller goes away.
    #[must_use]
    pub fn hang(self) -> Self {
        self.with(Effect::Hang)
    }

    /// Reads the request and closes the connection.
    #[must_use]
    pub fn drop_connection(self) -> Self {
        self.with(Effect::DropConnection)
    }

    /// Answers 429 without a body, with `Retry-After` in whole seconds (recording 757).
    #[must_use]
    pub fn rate_limited(self, retry_after: Duration) -> Self {
        self.with(Effect::RateLimited { retry_after })
    }

    /// Does what was asked, but sends the answer's body one byte at a time, five a second.
    #[must_use]
    pub fn slow_drip(self) -> Self {
        self.with(Effect::SlowDrip { pause: Duration::from_millis(200) })
    }

    fn with(mut self, effect: Effect) -> Self {
        self.effect = effect;
        self
    }

    fn is_for(&self, method: &Method, path: &str) -> bool {
        (self.method == "*" || self.method == method.as_str()) && fits(&self.path, path)
    }
}

/// A fault as JSON.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Script {
    on: String,
    times: Option<u32>,
    effect: ScriptedEffect,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum ScriptedEffect {
    Status(u16),
    Answer { status: u16, content_type: String, body: String },
    Hang,
    DropConnection,
    RateLimited { retry_after_seconds: u32 },
    SlowDrip,
}

impl From<Script> for Fault {
    fn from(script: Script) -> Self {
        let fault = Self::on(&script.on);
        let fault = match script.effect {
            ScriptedEffect::Status(status) => fault.status(status),
            ScriptedEffect::Answer { status, content_type, body } => fault.body(status, &content_type, body),
            ScriptedEffect::Hang => fault.hang(),
            ScriptedEffect::DropConnection => fault.drop_connection(),
            ScriptedEffect::RateLimited { retry_after_seconds } => {
                fault.rate_limited(Duration::from_secs(retry_after_seconds.into()))
            }
            ScriptedEffect::SlowDrip => fault.slow_drip(),
        };
        Self { left: script.times, ..fault }
    }
}

/// The effect of the first fault for this request, counted as used.
pub(crate) fn take(faults: &mut Vec<Fault>, method: &Method, path: &str) -> Option<Effect> {
    let place = faults.iter().position(|fault| fault.is_for(method, path))?;
    let effect = faults[place].effect.clone();
    if let Some(left) = &mut faults[place].left {
        *left = left.saturating_sub(1);
    }
    faults.retain(|fault| fault.left != Some(0));
    Some(effect)
}

fn page(status: u16) -> Effect {
    let body = format!("<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>");
    Effect::Answer { status, content_type: "text/html".to_owned(), body: Bytes::from(body) }
}

/// Whether a path has the form that [`Fault::on`] describes.
pub(crate) fn fits(pattern: &str, path: &str) -> bool {
    let mut parts: Vec<&str> = pattern.split('/').collect();
    let mut segments: Vec<&str> = path.split('/').collect();
    if parts.last() == Some(&"*") {
        parts.pop();
        if segments.len() <= parts.len() {
            return false;
        }
        segments.truncate(parts.len());
    }
    let is_any = |part: &str, segment: &str| part.starts_with('{') && part.ends_with('}') && !segment.is_empty();
    parts.len() == segments.len()
        && parts.iter().zip(&segments).all(|(part, segment)| part == segment || is_any(part, segment))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_matched_by_segment() {
        for (pattern, path, expected) in [
            ("/v1/products/", "/v1/products/", true),
            ("/v1/products/", "/v1/products", false),
            ("/v1/products/{id}", "/v1/products/1", true),
            ("/v1/products/{id}", "/v1/products/", false),
            ("/v1/checkouts/client/{secret}/confirm", "/v1/checkouts/client/x/confirm", true),
            ("/v1/checkouts/*", "/v1/checkouts/client/x", true),
            ("/v1/checkouts/*", "/v1/products/", false),
            ("/v1/{id}/*", "/v1/products/1/2", true),
            ("*", "/v1/anything", true),
        ] {
            assert_eq!(fits(pattern, path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn a_fault_is_read_from_json_and_an_unknown_field_is_refused() {
        let faults = r#"[{"on": "GET /a", "times": 1, "effect": {"status": 503}}, {"on": "/b/*", "effect": "hang"}]"#;
        let mut faults: Vec<Fault> = serde_json::from_str(faults).expect("faults");
        assert!(matches!(take(&mut faults, &Method::GET, "/a"), Some(Effect::Answer { status: 503, .. })));
        assert!(take(&mut faults, &Method::GET, "/a").is_none());
        assert!(matches!(take(&mut faults, &Method::PUT, "/b/c"), Some(Effect::Hang)));
        let answer = r#"{"status": 200, "content_type": "text/plain", "body": "", "length": 0}"#;
        assert!(
            serde_json::from_str::<Fault>(&format!(r#"{{"on": "/a", "effect": {{"answer": {answer}}}}}"#)).is_err()
        );
    }

    #[test]
    fn a_fault_happens_as_often_as_it_says() {
        let mut faults = vec![Fault::on("GET /a").times(2).hang()];
        assert!(take(&mut faults, &Method::POST, "/a").is_none());
        assert!(take(&mut faults, &Method::GET, "/a").is_some());
        assert!(take(&mut faults, &Method::GET, "/a").is_some());
        assert!(take(&mut faults, &Method::GET, "/a").is_none());
    }
}
