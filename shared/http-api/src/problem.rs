use std::borrow::Cow;

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Code, Refused};

/// Why a request was refused or failed, as a problem document (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// A URN for the kind of problem, made from its `code`.
    #[schema(format = Uri, example = "urn:polar-storefront:problem:download_limit_reached")]
    pub r#type: String,
    /// A short summary of the problem.
    #[schema(example = "No downloads left")]
    pub title: &'static str,
    /// The HTTP status of the answer.
    #[schema(minimum = 400, maximum = 599, example = 429)]
    pub status: u16,
    /// What happened and what to do next, in words for the buyer.
    #[schema(example = "You have used all 5 downloads of this file. Ask the shop for more.")]
    pub detail: Cow<'static, str>,
    /// The kind of problem, as a stable identifier for programs.
    pub code: Code,
    /// The id of the request in the shop's logs. Mention it when contacting the shop.
    pub request_id: String,
    /// The fields that were refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Refused>,
    /// For `file_required`: the files to choose from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileChoice>,
}

/// One of several files of a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FileChoice {
    /// The file's id.
    pub file_id: Uuid,
    /// The file's name.
    pub file_name: String,
    /// The file's size in bytes.
    pub size: Option<u64>,
}

impl From<purchases::Choice> for FileChoice {
    fn from(choice: purchases::Choice) -> Self {
        Self { file_id: choice.file_id, file_name: choice.name, size: choice.size }
    }
}

impl Problem {
    /// A problem of this kind, with these texts.
    #[must_use]
    pub fn new(code: Code, title: &'static str, detail: Cow<'static, str>, request_id: &str) -> Self {
        Self {
            r#type: format!("urn:polar-storefront:problem:{}", code.name()),
            title,
            status: code.status().as_u16(),
            detail,
            code,
            request_id: request_id.to_owned(),
            errors: Vec::new(),
            files: Vec::new(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self).expect("a problem is plain data");
        let content_type = HeaderValue::from_static("application/problem+json");
        (self.code.status(), [(header::CONTENT_TYPE, content_type)], body).into_response()
    }
}
