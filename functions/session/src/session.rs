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
use serde::{Serialize, Serializer};
use store::{Opened, Scope, Session};
use tracing::info;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};
use uuid::Uuid;

use crate::Shop;

/// Whether this browser has a session.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum SessionState {
    SignedIn(LiveSession),
    SignedOut(NoSession),
}

/// A constant that tells two kinds of answers apart.
#[derive(Clone, Copy)]
pub(crate) struct Constant<const VALUE: bool>;

impl<const VALUE: bool> Serialize for Constant<VALUE> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bool(VALUE)
    }
}

impl<const VALUE: bool> ToSchema for Constant<VALUE> {}

impl<const VALUE: bool> PartialSchema for Constant<VALUE> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::Boolean).enum_values(Some([VALUE])).into()
    }
}

/// What a session may see.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SessionScope {
    /// The purchases that its browser has claimed.
    Order,
    /// All of the customer's purchases.
    Account,
}

impl From<&Scope> for SessionScope {
    fn from(scope: &Scope) -> Self {
        match scope {
            Scope::Orders(_) => Self::Order,
            Scope::Account => Self::Account,
        }
    }
}

/// A session that has not ended.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LiveSession {
    #[schema(inline)]
    active: Constant<true>,
    /// `order`: it sees only the purchases that this browser claimed. `account`: it sees all purchases of the customer.
    scope: SessionScope,
    customer: Customer,
    /// When it expires if it is not used again.
    expires_at: Timestamp,
    /// When it expires even if it is used.
    absolute_expires_at: Timestamp,
    /// With `"transport": "bearer"`: the token to send as `Authorization: Bearer`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 64)]
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
    #[schema(inline)]
    active: Constant<false>,
}

impl LiveSession {
    fn new(session: &Session, token: Option<String>) -> Self {
        Self {
            active: Constant,
            scope: (&session.scope).into(),
            customer: Customer { id: session.customer_id },
            expires_at: session.expires_at,
            absolute_expires_at: session.absolute_expires_at,
            token,
        }
    }
}

/// Returns the session of this browser.
///
/// Without a session, the response is `{"active": false}` rather than an error.
#[utoipa::path(get, path = "/api/session", operation_id = "getSession", security((), ("cookie" = []), ("bearer" = [])), tag = "session", responses((status = 200, body = SessionState, description = "The session, or `active: false` if there is none")))]
pub(crate) async fn get(MaybeSignedIn(signed_in): MaybeSignedIn) -> Json<SessionState> {
    Json(match signed_in {
        Some(signed_in) => SessionState::SignedIn(LiveSession::new(&signed_in.session, None)),
        None => SessionState::SignedOut(NoSession { active: Constant }),
    })
}

/// Signs out this browser.
///
/// All sessions of the browser have ended by the time of the response.
#[utoipa::path(delete, path = "/api/session", operation_id = "deleteSession", security(("cookie" = []), ("bearer" = [])), tag = "session",
    responses(
        (status = 204, description = "Signed out", headers(("Set-Cookie" = String, description = "Deletes `__Host-session`"))),
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

/// Removes the sessions, and the data that pages have stored, from the browser.
pub(crate) fn signed_out(browser: &Browser) -> Response {
    // What pages have cached and stored is the buyer's data too (OWASP ASVS 5.0, 14.3.1).
    let clear_data = (CLEAR_SITE_DATA, "\"cache\", \"storage\"".parse().expect("plain ASCII"));
    let headers = [clear_session_cookie(), clear_data].into_iter().chain(browser.change_key());
    (StatusCode::NO_CONTENT, AppendHeaders(headers)).into_response()
}

const CLEAR_SITE_DATA: axum::http::HeaderName = axum::http::HeaderName::from_static("clear-site-data");
