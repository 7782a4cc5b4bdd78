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
    /// In any case, with or without the dash.
    #[schema(example = "K7QF-2M9X")]
    code: String,
    /// For pages on another site; otherwise the cookie.
    browser_key: Option<String>,
    /// How the session travels.
    #[serde(default)]
    transport: Transport,
}

/// Signs in with the code from the mail, in the browser that asked for it.
///
/// A code works for 10 minutes and 5 tries. The session that it opens sees the whole account.
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

/// All codes that open nothing are refused alike: the refusal must not tell who is a customer, nor which browser asked for a code.
async fn verify(shop: &Shop, browser_key: &BrowserKey, code: &str, now: Timestamp) -> Result<VerifiedLogin, ApiError> {
    let code = LoginCode::parse(code).ok_or(ApiError::LoginCodeInvalid)?;
    shop.logins.verify(browser_key, &code, now).await?.ok_or(ApiError::LoginCodeInvalid)
}
