use std::time::Duration;

use axum::extract::FromRef;
use http_api::Access;
use startup::{Clients, SettingError, Settings};
use store::Checkouts;

/// What a warm instance keeps.
#[derive(Clone)]
pub struct Shop {
    pub(crate) access: Access,
    pub(crate) checkouts: Checkouts,
    pub(crate) polar: polar::Client,
    pub(crate) claim_window: Duration,
}

const QUARTER_OF_AN_HOUR: u32 = 15 * 60;

impl Shop {
    /// Reads `CHECKOUTS_TABLE`, `CLAIM_WINDOW_SECONDS`, and the settings of [`Access`].
    pub fn from_settings(settings: &Settings, clients: &Clients) -> Result<Self, SettingError> {
        Ok(Self {
            access: Access::from_settings(settings, clients)?,
            checkouts: Checkouts::new(clients.dynamodb.clone(), settings.required::<String>("CHECKOUTS_TABLE")?),
            polar: clients.polar.clone(),
            claim_window: settings.seconds("CLAIM_WINDOW_SECONDS", QUARTER_OF_AN_HOUR)?,
        })
    }
}

impl FromRef<Shop> for Access {
    fn from_ref(shop: &Shop) -> Self {
        shop.access.clone()
    }
}
