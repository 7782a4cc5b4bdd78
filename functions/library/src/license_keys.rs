use axum::extract::State;
use http_api::{ApiError, ClientIp, Json, LicenseKeyStatus, Now, SignedIn};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Shop, library::QUESTIONS};

/// The licence keys of a buyer, the newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct LicenseKeys {
    items: Vec<LicenseKey>,
}

/// One licence key.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct LicenseKey {
    id: Uuid,
    /// The whole key.
    key: String,
    /// The key with most of it hidden, for display.
    #[schema(example = "****-E304DA")]
    display_key: String,
    status: LicenseKeyStatus,
    /// How many times it has been used.
    usage: u64,
    /// How many times it may be used; `null` for no limit.
    limit_usage: Option<u64>,
    /// The most devices that it can be activated on; `null` if it needs no activation.
    limit_activations: Option<u32>,
    expires_at: Option<Timestamp>,
    last_validated_at: Option<Timestamp>,
    /// The name of the benefit that the key belongs to.
    name: Option<String>,
    product_id: Option<Uuid>,
    product_name: Option<String>,
    /// The order that it was bought with; `null` after it was revoked.
    order_id: Option<Uuid>,
    created_at: Timestamp,
}

impl From<purchases::LicenseKey> for LicenseKey {
    fn from(bought: purchases::LicenseKey) -> Self {
        let key = bought.key;
        Self {
            id: key.id.into(),
            key: key.key,
            display_key: key.display_key,
            status: (&key.status).into(),
            usage: key.usage,
            limit_usage: key.limit_usage,
            limit_activations: key.limit_activations,
            expires_at: key.expires_at,
            last_validated_at: key.last_validated_at,
            name: bought.name,
            product_id: bought.product_id.map(Uuid::from),
            product_name: bought.product_name,
            order_id: bought.order_id.map(Uuid::from),
            created_at: key.created_at,
        }
    }
}

/// Lists the buyer's licence keys.
///
/// A session with the scope `order` sees only the keys of its orders.
#[utoipa::path(get, path = "/api/customer/license-keys", operation_id = "listLicenseKeys", security(("cookie" = []), ("bearer" = [])), tag = "library",
    responses(
        (status = 200, body = LicenseKeys, description = "The keys, the newest first"),
    ))]
pub(crate) async fn list(
    State(shop): State<Shop>,
    Now(now): Now,
    signed_in: SignedIn,
    ip: ClientIp,
) -> Result<Json<LicenseKeys>, ApiError> {
    let mut keys = Vec::new();
    for session in signed_in.sessions() {
        shop.access.spend(QUESTIONS, Some(session), ip, now).await?;
        keys.extend(shop.purchases.license_keys(session, now).await?);
    }
    Ok(Json(LicenseKeys { items: keys.into_iter().map(LicenseKey::from).collect() }))
}
