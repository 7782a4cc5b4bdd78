use axum::{http::HeaderMap, response::Response};
use http_api::{ApiError, Path};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::file::{File, built};

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

static CLIENT: File = built!("client.js", JAVASCRIPT);
static ELEMENTS: File = built!("elements.js", JAVASCRIPT);
static ACCOUNT: File = built!("account.js", JAVASCRIPT);
static DE: File = built!("de.js", JAVASCRIPT);
static DIAGNOSE: File = built!("diagnose.js", JAVASCRIPT);
static OVERLAY: File = built!("overlay.js", JAVASCRIPT);
static SIGN_IN: File = built!("sign-in.js", JAVASCRIPT);

/// A part that the elements load when a page needs it.
#[derive(Clone, Copy, Deserialize, ToSchema)]
pub(crate) enum ElementsPart {
    #[serde(rename = "account.js")]
    Account,
    /// German.
    #[serde(rename = "de.js")]
    De,
    #[serde(rename = "diagnose.js")]
    Diagnose,
    #[serde(rename = "overlay.js")]
    Overlay,
    #[serde(rename = "sign-in.js")]
    SignIn,
}

impl ElementsPart {
    fn file(self) -> &'static File {
        match self {
            Self::Account => &ACCOUNT,
            Self::De => &DE,
            Self::Diagnose => &DIAGNOSE,
            Self::Overlay => &OVERLAY,
            Self::SignIn => &SIGN_IN,
        }
    }
}

/// Returns the JavaScript client, for scripts of a page.
///
/// It is a module that derives the shop's address from its own.
#[utoipa::path(get, path = "/api/client.js", operation_id = "getClient", tag = "page", security(()),
    params(("If-None-Match" = Option<String>, Header, description = "The `ETag` of the response that the caller already has")),
    responses(
        (status = 200, body = String, content_type = "text/javascript", description = "The module", headers(("ETag" = String, description = "Send it as `If-None-Match` next time"))),
        (status = 304, description = "Not modified since the `ETag` in `If-None-Match`"),
    ))]
pub(crate) async fn client(headers: HeaderMap) -> Response {
    CLIENT.answer(&headers)
}

/// Returns the custom elements that turn a page into a shop.
///
/// It is a JavaScript module that defines `<shop-products>`, `<shop-library>` and others, and derives the shop's address from its own.
#[utoipa::path(get, path = "/api/elements.js", operation_id = "getElements", tag = "page", security(()),
    params(("If-None-Match" = Option<String>, Header, description = "The `ETag` of the response that the caller already has")),
    responses(
        (status = 200, body = String, content_type = "text/javascript", description = "The module", headers(("ETag" = String, description = "Send it as `If-None-Match` next time"))),
        (status = 304, description = "Not modified since the `ETag` in `If-None-Match`"),
    ))]
pub(crate) async fn elements(headers: HeaderMap) -> Response {
    ELEMENTS.answer(&headers)
}

/// Returns a part of the elements.
///
/// The elements load their parts themselves: a language other than English, or features that few pages need.
#[utoipa::path(get, path = "/api/elements/{part}", operation_id = "getElementsPart", tag = "page", security(()),
    params(("part" = inline(ElementsPart), Path, description = "The file name of the part"), ("If-None-Match" = Option<String>, Header, description = "The `ETag` of the response that the caller already has")),
    responses(
        (status = 200, body = String, content_type = "text/javascript", description = "The module", headers(("ETag" = String, description = "Send it as `If-None-Match` next time"))),
        (status = 304, description = "Not modified since the `ETag` in `If-None-Match`"),
    ))]
pub(crate) async fn part(Path(part): Path<ElementsPart>, headers: HeaderMap) -> Result<Response, ApiError> {
    Ok(part.file().answer(&headers))
}
