use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{ApiError, Code, Refused, Refuses};

/// Far more than any valid body needs.
const LARGEST_BODY: usize = 64 * 1024;

/// A JSON body, read or written.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        if !is_json(request.headers()) {
            return Err(ApiError::UnsupportedMediaType);
        }
        let body = read_body(request, LARGEST_BODY).await?;
        let mut json = serde_json::Deserializer::from_slice(&body);
        let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let field = Some(error.path().to_string()).filter(|path| path != ".").unwrap_or_default();
            invalid(field, error.inner())
        })?;
        json.end().map_err(|error| invalid(String::new(), &error))?;
        Ok(Self(value))
    }
}

impl<T> Refuses for Json<T> {
    fn refusals() -> Vec<Code> {
        vec![Code::InvalidRequest, Code::PayloadTooLarge, Code::UnsupportedMediaType]
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    content_type.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}

/// The raw bytes of a body, to verify signatures.
#[derive(Debug)]
pub struct RawBody(pub Bytes);

/// Polar's largest events have tens of kilobytes; long lists of custom fields can make them larger.
const LARGEST_RAW_BODY: usize = 1024 * 1024;

impl<S: Send + Sync> FromRequest<S> for RawBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        read_body(request, LARGEST_RAW_BODY).await.map(Self)
    }
}

impl Refuses for RawBody {
    fn refusals() -> Vec<Code> {
        vec![Code::InvalidRequest, Code::PayloadTooLarge]
    }
}

async fn read_body(request: Request, largest: usize) -> Result<Bytes, ApiError> {
    use http_body_util::{BodyExt, LengthLimitError, Limited};

    let limited = Limited::new(request.into_body(), largest).collect().await;
    limited.map(http_body_util::Collected::to_bytes).map_err(|error| {
        if error.is::<LengthLimitError>() { ApiError::PayloadTooLarge } else { ApiError::InvalidRequest(Vec::new()) }
    })
}

/// Leaves serde's own message out: it repeats the value, which may be a secret in the wrong field.
fn invalid(field: String, error: &serde_json::Error) -> ApiError {
    let message = match error.classify() {
        serde_json::error::Category::Data => "This field is missing, unknown or has the wrong type.",
        _ => "This is not valid JSON.",
    };
    ApiError::InvalidRequest(vec![Refused { field, message: message.to_owned() }])
}

/// The parameters of the query.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let pairs = url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
        let query = serde_urlencoded::Deserializer::new(pairs);
        serde_path_to_error::deserialize(query).map(Self).map_err(|error| {
            let field = error.path().to_string();
            let message = "This parameter is unknown or has an invalid value.".to_owned();
            ApiError::InvalidRequest(vec![Refused { field, message }])
        })
    }
}

impl<T> Refuses for Query<T> {
    fn refusals() -> Vec<Code> {
        vec![Code::InvalidRequest]
    }
}

/// A parameter in the path. A malformed one gets a 404, because nothing can have such an id.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<T: for<'de> Deserialize<'de> + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let path = axum::extract::Path::from_request_parts(parts, state).await;
        path.map(|axum::extract::Path(value)| Self(value)).map_err(|_| ApiError::NotFound)
    }
}

impl<T> Refuses for Path<T> {
    fn refusals() -> Vec<Code> {
        vec![Code::NotFound]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_currency_that_a_product_does_not_have_is_the_fields_fault() {
        for (place, message, field) in [
            ("products[0]", "Product is not available in the specified currency.", "currency"),
            ("currency", "Product is not available in the specified currency.", "currency"),
            ("products[0]", "Product is archived.", "products[0]"),
        ] {
            let refused = Refused::from(polar::FieldError { field: place.into(), message: message.into() });
            assert_eq!((refused.field.as_str(), refused.message.as_str()), (field, message));
        }
    }

    #[test]
    fn json_is_told_by_its_media_type() {
        for (content_type, json) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("text/plain", false),
            ("application/x-www-form-urlencoded", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, content_type.parse().unwrap())]);
            assert_eq!(is_json(&headers), json, "{content_type:?}");
        }
    }
}
