//! What handlers answer: JSON, or one of Polar's refusals in its exact form.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Value, json};

/// What every handler returns.
pub(crate) type Answer = Result<Response, Refusal>;

/// A refusal; each has its own body form (INDEX of the recordings, surprise 2).
#[derive(Debug)]
pub(crate) enum Refusal {
    /// `{"error": class, "detail": text}`.
    Error { status: StatusCode, class: &'static str, detail: String },
    /// 422 of the schema, before any business rule.
    Invalid(Vec<Value>),
    /// 422 of a business rule.
    Rejected(Vec<Value>),
    /// 401 without a token, or with one of the wrong kind.
    Unauthorized,
    /// 401 for a token that is unknown, expired or garbage.
    InvalidToken,
    /// 403 for a token that lacks one of these scopes.
    InsufficientScope(&'static [&'static str]),
    /// `{"detail": …}`, what the router and the body parser say.
    Plain(StatusCode, &'static str),
}

impl Refusal {
    pub(crate) fn not_found() -> Self {
        Self::missing("Not found")
    }

    /// A 404 with another text than usual.
    pub(crate) fn missing(detail: impl Into<String>) -> Self {
        Self::Error { status: StatusCode::NOT_FOUND, class: "ResourceNotFound", detail: detail.into() }
    }

    pub(crate) fn unavailable() -> Self {
        Self::Error { status: StatusCode::GONE, class: "ResourceUnavailable", detail: "Unavailable".into() }
    }

    pub(crate) fn not_permitted(detail: &str) -> Self {
        Self::Error { status: StatusCode::FORBIDDEN, class: "NotPermitted", detail: detail.into() }
    }

    pub(crate) fn conflict(class: &'static str, detail: &str) -> Self {
        Self::Error { status: StatusCode::CONFLICT, class, detail: detail.into() }
    }

    /// One entry of a business rule's 422.
    pub(crate) fn rejected(kind: &str, field: &[Value], message: &str, input: &Value) -> Self {
        let mut place = vec![json!("body")];
        place.extend_from_slice(field);
        Self::Rejected(vec![json!({"type": kind, "loc": place, "msg": message, "input": input})])
    }

    fn parts(&self) -> (StatusCode, Value) {
        match self {
            Self::Error { status, class, detail } => (*status, json!({"error": class, "detail": detail})),
            Self::Invalid(detail) => {
                (StatusCode::UNPROCESSABLE_ENTITY, json!({"error": "RequestValidationError", "detail": detail}))
            }
            Self::Rejected(detail) => {
                (StatusCode::UNPROCESSABLE_ENTITY, json!({"error": "PolarRequestValidationError", "detail": detail}))
            }
            Self::Unauthorized => {
                (StatusCode::UNAUTHORIZED, json!({"error": "Unauthorized", "detail": "Unauthorized"}))
            }
            Self::InvalidToken => {
                (StatusCode::UNAUTHORIZED, json!({"error": "invalid_token", "error_description": INVALID_TOKEN}))
            }
            Self::InsufficientScope(_) => {
                (StatusCode::FORBIDDEN, json!({"error": "insufficient_scope", "error_description": TOO_WEAK}))
            }
            Self::Plain(status, detail) => (*status, json!({"detail": detail})),
        }
    }

    fn challenge(&self) -> Option<String> {
        match self {
            Self::Unauthorized => Some(r#"Bearer realm="polar""#.to_owned()),
            Self::InvalidToken => {
                Some(format!(r#"Bearer realm="polar", error="invalid_token", error_description="{INVALID_TOKEN}""#))
            }
            Self::InsufficientScope(scopes) => Some(format!(
                r#"Bearer realm="polar", scope="{}", error="insufficient_scope", error_description="{TOO_WEAK}""#,
                scopes.join(" ")
            )),
            _ => None,
        }
    }
}

const INVALID_TOKEN: &str = "The access token provided is expired, revoked, malformed, or invalid for other reasons.";
const TOO_WEAK: &str = "The request requires higher privileges than provided by the access token.";

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, body) = self.parts();
        let mut response = json(status, &body);
        if let Some(challenge) = self.challenge().and_then(|text| HeaderValue::from_str(&text).ok()) {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        if matches!(self, Self::InvalidToken | Self::InsufficientScope(_)) {
            set(&mut response, header::CACHE_CONTROL, "no-store");
            set(&mut response, header::PRAGMA, "no-cache");
        }
        response
    }
}

pub(crate) fn json(status: StatusCode, body: &Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    set(&mut response, header::CONTENT_TYPE, "application/json");
    response
}

pub(crate) fn ok(body: &Value) -> Response {
    json(StatusCode::OK, body)
}

/// An answer without a body.
pub(crate) fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// A redirect without a body.
pub(crate) fn redirect(status: StatusCode, location: &str) -> Response {
    let mut response = empty(status);
    if let Ok(location) = HeaderValue::from_str(location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

pub(crate) fn set(response: &mut Response, name: HeaderName, value: &'static str) {
    response.headers_mut().insert(name, HeaderValue::from_static(value));
}
