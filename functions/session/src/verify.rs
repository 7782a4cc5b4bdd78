use axum::{
    extract::State,
    response::{AppendHeaders, IntoResponse, Response},
};
use http_api::{ApiError, Json, Now, Transport};
use jiff::Timestamp;
use serde::Deserialize;
use store::{BrowserKey, LoginCode, Proof, VerifiedLogin};
use tracing::info;
use utoipa::ToSchema;

use crate::{
    Shop,
    session::{LiveSession, hand_out},
    visitor::Visitor,
};

/// A code as the buyer typed it.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct TypedCode {
    /// Letter case and the dash do not matter.
    #[schema(example = "K7QF-2M9X")]
    code: String,
    /// The browser key from `POST /api/login`, for pages on another site. Default: the cookie.
    browser_key: Option<String>,
    /// How the page gets the session.
    #[serde(default)]
    transport: Transport,
}

/// Signs in with the code from the e-mail, in the browser that requested it.
///
/// A code is valid for 10 minutes and 5 attempts. The session has the scope `account`.
#[utoipa::path(post, path = "/api/login/verify", operation_id = "verifyLogin", security((), ("browserCookie" = [])), tag = "login", request_body = TypedCode,
    responses(
        (status = 201, body = LiveSession, description = "Signed in", headers(("Set-Cookie" = String, description = "`__Host-session`"))),
    ))]
pub(crate) async fn create(
    State(shop): State<Shop>,
    Now(now): Now,
    visitor: Visitor,
    Json(typed): Json<TypedCode>,
) -> Result<Response, ApiError> {
    let transport = shop.access.accept(typed.transport)?;
    let browser = visitor.browser.clone().with_key_in_body(typed.browser_key.as_deref())?;
    let browser_key = browser.key().ok_or(ApiError::Unauthenticated)?;
    let login = verify(&shop, browser_key, &typed.code, now).await?;

    let had = visitor.live_sessions(&shop, transport, now).await?;
    let session = visitor.new_session(&shop, login.customer_id, Proof::Mailbox, had);
    let opened = shop.logins.open_session(&login, &shop.access.sessions, &session, now).await?;
    let opened = opened.ok_or(ApiError::LoginCodeInvalid)?;

    info!(session.id = %opened.session.id(), "signed in");
    Ok((AppendHeaders(browser.change_key()), hand_out(&opened, transport)).into_response())
}

/// All invalid codes are refused alike, so that a refusal does not reveal who is a customer or which browser requested a code.
async fn verify(shop: &Shop, browser_key: &BrowserKey, code: &str, now: Timestamp) -> Result<VerifiedLogin, ApiError> {
    let code = LoginCode::parse(code).ok_or(ApiError::LoginCodeInvalid)?;
    shop.logins.verify(browser_key, &code, now).await?.ok_or(ApiError::LoginCodeInvalid)
}
