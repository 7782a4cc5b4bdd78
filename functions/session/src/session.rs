use axum::{
    extract::State,
    http::StatusCode,
    response::{AppendHeaders, IntoResponse, Response},
};
use http_api::{
    ApiError, Browser, Json, MaybeSignedIn, SignedIn, Transport, clear_session_cookie, credential_of,
    set_session_cookie,
};
use jiff::Timestamp;
use serde::Serialize;
use store::{Opened, Session};
use tracing::info;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Shop;

/// Whether this browser belongs to a buyer.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum SessionState {
    SignedIn(LiveSession),
    SignedOut(NoSession),
}

/// A live session.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LiveSession {
    #[schema(example = true)]
    active: bool,
    /// `order`: the purchases that this browser has claimed. `account`: all of the customer's purchases.
    #[schema(example = "order")]
    scope: &'static str,
    customer: Customer,
    /// When it ends if it is not used again.
    expires_at: Timestamp,
    /// When it ends in any case.
    absolute_expires_at: Timestamp,
    /// With `"transport": "bearer"`: what to send as `Authorization: Bearer`.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

/// The buyer.
#[derive(Serialize, ToSchema)]
struct Customer {
    id: Uuid,
}

/// No session, or one that has ended.
#[derive(Serialize, ToSchema)]
pub(crate) struct NoSession {
    #[schema(example = false)]
    active: bool,
}

impl LiveSession {
    fn new(session: &Session, token: Option<String>) -> Self {
        Self {
            active: true,
            scope: session.scope.name(),
            customer: Customer { id: session.customer_id },
            expires_at: session.expires_at,
            absolute_expires_at: session.absolute_expires_at,
            token,
        }
    }
}

/// `GET /api/session`: who this browser belongs to. To have no session is an answer, not an error.
#[utoipa::path(get, path = "/api/session", operation_id = "getSession", security(("cookie" = []), ("bearer" = [])), tag = "session", responses((status = 200, body = SessionState)))]
pub(crate) async fn get(MaybeSignedIn(signed_in): MaybeSignedIn) -> Json<SessionState> {
    Json(match signed_in {
        Some(signed_in) => SessionState::SignedIn(LiveSession::new(&signed_in.session, None)),
        None => SessionState::SignedOut(NoSession { active: false }),
    })
}

/// `DELETE /api/session`: signs out. All sessions of this browser are gone before the answer is written.
#[utoipa::path(delete, path = "/api/session", operation_id = "deleteSession", security(("cookie" = []), ("bearer" = [])), tag = "session",
    responses(
        (status = 204, description = "Signed out", headers(("Set-Cookie" = String, description = "Takes `__Host-session` away"))),
    ))]
pub(crate) async fn delete(
    State(shop): State<Shop>,
    signed_in: SignedIn,
    browser: Browser,
) -> Result<Response, ApiError> {
    for session in signed_in.sessions() {
        shop.access.sessions.delete(&session.reference()).await?;
        info!(session.id = %session.id(), "ended session");
    }
    Ok(signed_out(&browser))
}

/// Gives a browser its new session, and those that it keeps.
pub(crate) fn hand_out(opened: &Opened, transport: Transport) -> Response {
    let sessions = || std::iter::once(&opened.session).chain(&opened.kept);
    let credential = credential_of(sessions());
    let last = sessions().map(|session| session.absolute_expires_at.duration_since(session.created_at)).max();
    let lifetime = last.unwrap_or_default().unsigned_abs();
    let cookie = (transport == Transport::Cookie).then(|| set_session_cookie(&credential, lifetime));
    let token = (transport == Transport::Bearer).then_some(credential);
    (StatusCode::CREATED, AppendHeaders(cookie), Json(LiveSession::new(&opened.session, token))).into_response()
}

/// Takes the sessions, and what the page has shown of them, out of the browser.
pub(crate) fn signed_out(browser: &Browser) -> Response {
    // The files that the page shows are the buyer's too (OWASP ASVS 5.0, 14.3.1).
    let clear_data = (CLEAR_SITE_DATA, "\"cache\", \"storage\"".parse().expect("plain ASCII"));
    let headers = [clear_session_cookie(), clear_data].into_iter().chain(browser.change_key());
    (StatusCode::NO_CONTENT, AppendHeaders(headers)).into_response()
}

const CLEAR_SITE_DATA: axum::http::HeaderName = axum::http::HeaderName::from_static("clear-site-data");
