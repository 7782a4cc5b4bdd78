use std::{fs, sync::LazyLock};

use serde_json::Value;

use crate::workspace;

static DESCRIPTION: LazyLock<Value> = LazyLock::new(|| {
    let text = fs::read_to_string(workspace().join("openapi.json")).expect("openapi.json");
    serde_json::from_str(&text).expect("openapi.json is JSON")
});

/// Demands that `openapi.json` describes an answer: its status, and of a refusal its code.
///
/// Every answer that a test gets from the shop's routes is held to it, so no route can refuse with what its operation does not name.
///
/// # Panics
/// When the operation does not describe the answer.
pub fn demand_described(method: &str, path: &str, status: u16, body: &Value) {
    let Some(methods) = methods_of(path) else {
        assert_eq!(status, 404, "{method} {path} is described nowhere");
        return;
    };
    // A function answers `HEAD` as it would `GET`.
    let described = if method == "HEAD" { "get" } else { &method.to_lowercase() };
    let Some(operation) = methods.get(described) else {
        assert_eq!(status, 405, "{method} {path} is no operation");
        return;
    };
    let response = resolve(&operation["responses"][status.to_string()]);
    assert!(response.is_object(), "{method} {path} answers {status}, which openapi.json does not name: {body}");
    let schema = &response["content"]["application/problem+json"]["schema"]["allOf"][1];
    if let (Some(codes), Some(code)) = (schema["properties"]["code"]["enum"].as_array(), body.get("code")) {
        assert!(codes.contains(code), "{method} {path} answers {code}, of which openapi.json names only {codes:?}");
    }
}

fn methods_of(path: &str) -> Option<&'static Value> {
    let path = path.split('?').next().unwrap_or_default();
    let paths = DESCRIPTION["paths"].as_object().expect("paths");
    paths.get(path).or_else(|| paths.iter().find(|(pattern, _)| matches(pattern, path)).map(|(_, methods)| methods))
}

fn matches(pattern: &str, path: &str) -> bool {
    let (mut expected, mut segments) = (pattern.split('/'), path.split('/'));
    loop {
        match (expected.next(), segments.next()) {
            (None, None) => return true,
            (Some(expected), Some(segment))
                if expected == segment || (expected.starts_with('{') && !segment.is_empty()) => {}
            _ => return false,
        }
    }
}

fn resolve(part: &'static Value) -> &'static Value {
    match part["$ref"].as_str() {
        Some(reference) => DESCRIPTION.pointer(reference.trim_start_matches('#')).expect("a reference leads somewhere"),
        None => part,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_that_is_described_is_accepted() {
        let problem = |code: &str| json!({ "code": code });
        for (method, path, status, body) in [
            ("GET", "/api/products?page=1", 200, Value::Null),
            ("HEAD", "/api/products", 200, Value::Null),
            ("GET", "/api/products/1", 404, problem("not_found")),
            ("GET", "/api/customer/download/1", 403, problem("look_ahead")),
            ("PUT", "/api/products", 405, problem("method_not_allowed")),
            ("GET", "/api/nothing", 404, problem("not_found")),
        ] {
            demand_described(method, path, status, &body);
        }
    }

    #[test]
    #[should_panic(expected = "which openapi.json does not name")]
    fn a_status_that_the_operation_does_not_name_is_not() {
        demand_described("GET", "/api/health", 401, &Value::Null);
    }

    #[test]
    #[should_panic(expected = "names only")]
    fn a_code_that_the_operation_does_not_name_is_not() {
        demand_described("POST", "/api/session", 410, &json!({ "code": "access_expired" }));
    }
}
