use std::sync::Arc;

use axum::extract::FromRef;
use http_api::Access;
use payments::Payments;
use products::Products;
use startup::{Clients, SettingError, Settings};
use store::Checkouts;
use uuid::Uuid;

/// What a warm instance keeps.
#[derive(Clone)]
pub struct Shop {
    pub(crate) access: Access,
    pub(crate) checkouts: Checkouts,
    pub(crate) polar: polar::Client,
    pub(crate) payments: Payments,
    pub(crate) products: Products,
    /// Discounts that a page may apply by id. Discount codes that the buyer types are always allowed.
    pub(crate) discount_ids: Arc<[Uuid]>,
    /// Metadata keys that a page may set on the order.
    pub(crate) metadata_keys: Arc<[String]>,
}

impl Shop {
    /// Reads `CHECKOUTS_TABLE`, `CHECKOUT_DISCOUNT_IDS`, `CHECKOUT_METADATA_KEYS`, and the settings of [`Access`] and [`Products`].
    pub fn from_settings(settings: &Settings, clients: &Clients) -> Result<Self, SettingError> {
        let access = Access::from_settings(settings, clients)?;
        let checkouts = Checkouts::new(clients.dynamodb.clone(), settings.required::<String>("CHECKOUTS_TABLE")?);
        Ok(Self {
            payments: Payments::new(clients.polar.clone(), checkouts.clone(), access.limits.clone()),
            access,
            checkouts,
            polar: clients.polar.clone(),
            products: Products::from_settings(settings, clients)?,
            discount_ids: settings.list("CHECKOUT_DISCOUNT_IDS")?.into(),
            metadata_keys: settings.list("CHECKOUT_METADATA_KEYS")?.into(),
        })
    }
}

impl FromRef<Shop> for Access {
    fn from_ref(shop: &Shop) -> Self {
        shop.access.clone()
    }
}
