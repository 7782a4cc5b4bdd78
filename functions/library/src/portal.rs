use axum::extract::State;
use http_api::{ApiError, ClientIp, Json, Now, SignedIn};
use serde::Serialize;
use tracing::info;
use utoipa::ToSchema;

use crate::Shop;

/// Polar's own portal. Whoever has the address is the customer there for an hour.
#[derive(Serialize, ToSchema)]
pub(crate) struct PortalLink {
    #[schema(format = Uri)]
    url: String,
}

/// Opens a way into Polar's own portal.
///
/// There the buyer ends subscriptions and changes billing details. Only a session of the whole account gets in.
#[utoipa::path(post, path = "/api/customer/portal", operation_id = "createPortalLink", security(("cookie" = []), ("bearer" = [])), tag = "library",
    responses(
        (status = 200, body = PortalLink, description = "The portal"),
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
