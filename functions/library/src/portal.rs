use axum::extract::State;
use http_api::{ApiError, ClientIp, Json, Now, SignedIn};
use serde::Serialize;
use tracing::info;
use utoipa::ToSchema;

use crate::Shop;

/// The address of Polar's customer portal. Anyone who has it can act as the customer there for an hour.
#[derive(Serialize, ToSchema)]
pub(crate) struct PortalLink {
    #[schema(format = Uri)]
    url: String,
}

/// Creates a link to Polar's customer portal.
///
/// Buyers can cancel subscriptions and change billing details there. Requires a session with the scope `account`.
#[utoipa::path(post, path = "/api/customer/portal", operation_id = "createPortalLink", security(("cookie" = []), ("bearer" = [])), tag = "library",
    responses(
        (status = 200, body = PortalLink, description = "The link"),
    ))]
pub(crate) async fn create(
    State(shop): State<Shop>,
    Now(now): Now,
    SignedIn { session, .. }: SignedIn,
    ip: ClientIp,
) -> Result<Json<PortalLink>, ApiError> {
    shop.access.spend(1, Some(&session), ip, now).await?;
    let url = shop.purchases.portal_url(&session).await?;
    info!(session.id = %session.id(), "opened the customer portal");
    Ok(Json(PortalLink { url: url.expose().to_owned() }))
}
