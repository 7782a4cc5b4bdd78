use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use http_api::{AccountSession, ApiError, Browser, Json, Now, Path};
use jiff::Timestamp;
use serde::Serialize;
use store::SessionData;
use tracing::info;
use utoipa::ToSchema;

use crate::{
    Shop,
    session::{SessionScope, signed_out},
};

/// Where the buyer is signed in.
#[derive(Serialize, ToSchema)]
pub(crate) struct Devices {
    /// The newest first.
    items: Vec<Device>,
}

/// A browser with a session.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Device {
    /// The session's id. It is not a credential.
    #[schema(pattern = "^[A-Za-z0-9_-]{16}$", example = "Zb3LxQ2mVt0aWc8R")]
    id: String,
    /// `order`: it sees only the purchases that were claimed with it. `account`: it sees all purchases.
    scope: SessionScope,
    /// The browser and system, if known.
    #[schema(example = "Firefox on Windows")]
    client: Option<String>,
    created_at: Timestamp,
    /// Accurate to the day.
    last_used_at: Timestamp,
    /// When it expires if it is not used again.
    expires_at: Timestamp,
    /// Whether it is the session of this browser.
    current: bool,
}

impl Device {
    fn new(session: SessionData, current_id: &str) -> Self {
        Self {
            scope: if session.checkout_ids.is_some() { SessionScope::Order } else { SessionScope::Account },
            current: session.id == current_id,
            id: session.id,
            client: session.client,
            created_at: session.created_at,
            last_used_at: session.renewed_at,
            expires_at: session.expires_at,
        }
    }
}

/// Lists the sessions of the buyer.
///
/// A page can show them as the buyer's devices, and end one with `DELETE /api/sessions/{id}`.
#[utoipa::path(get, path = "/api/sessions", operation_id = "listSessions", security(("cookie" = []), ("bearer" = [])), tag = "session",
    responses((status = 200, body = Devices, description = "The sessions, the newest first", links(("end" = (operation_id = "deleteOneSession", parameters(("id" = "$response.body#/items/0/id"))))))))]
pub(crate) async fn list(
    State(shop): State<Shop>,
    Now(now): Now,
    AccountSession(session): AccountSession,
) -> Result<Json<Devices>, ApiError> {
    let sessions = shop.access.sessions.list(session.customer_id, now).await?;
    let id = session.id();
    Ok(Json(Devices { items: sessions.into_iter().map(|session| Device::new(session, &id)).collect() }))
}

/// Signs out on all devices, including this one.
///
/// All sessions of the customer have ended by the time of the response.
#[utoipa::path(delete, path = "/api/sessions", operation_id = "deleteSessions", security(("cookie" = []), ("bearer" = [])), tag = "session",
    responses(
        (status = 204, description = "Signed out on all devices", headers(("Set-Cookie" = String, description = "Deletes `__Host-session`"))),
    ))]
pub(crate) async fn delete_all(
    State(shop): State<Shop>,
    AccountSession(session): AccountSession,
    browser: Browser,
) -> Result<Response, ApiError> {
    shop.access.sessions.delete_all(session.customer_id).await?;
    info!(session.id = %session.id(), "ended all sessions of a customer");
    Ok(signed_out(&browser))
}

/// Signs out on one device.
///
/// The session has ended by the time of the response.
#[utoipa::path(delete, path = "/api/sessions/{id}", operation_id = "deleteOneSession", security(("cookie" = []), ("bearer" = [])), tag = "session",
    params(("id" = String, Path, description = "The `id` of an item of `GET /api/sessions`")),
    responses(
        (status = 204, description = "Signed out on that device"),
    ))]
pub(crate) async fn delete(
    State(shop): State<Shop>,
    Now(now): Now,
    Path(id): Path<String>,
    AccountSession(session): AccountSession,
    browser: Browser,
) -> Result<Response, ApiError> {
    let was_there = shop.access.sessions.delete_by_id(session.customer_id, &id, now).await?;
    if !was_there {
        return Err(ApiError::NotFound);
    }
    info!(session.id = id, "ended session from another device");
    Ok(if id == session.id() { signed_out(&browser) } else { StatusCode::NO_CONTENT.into_response() })
}
