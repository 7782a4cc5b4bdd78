use axum::extract::FromRef;
use http_api::Access;
use purchases::Purchases;
use startup::{Clients, SettingError, Settings};

/// What a warm instance keeps.
#[derive(Clone)]
pub struct Shop {
    pub(crate) access: Access,
    pub(crate) purchases: Purchases,
}

impl Shop {
    /// Reads the settings of [`Access`] and of [`Purchases`].
    pub fn from_settings(settings: &Settings, clients: &Clients) -> Result<Self, SettingError> {
        let access = Access::from_settings(settings, clients)?;
        let purchases = Purchases::from_settings(settings, clients, access.sessions.clone())?;
        Ok(Self { access, purchases })
    }
}

impl FromRef<Shop> for Access {
    fn from_ref(shop: &Shop) -> Self {
        shop.access.clone()
    }
}
