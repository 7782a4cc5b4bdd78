use axum::extract::FromRef;
use http_api::Access;
use purchases::Purchases;
use startup::{Clients, SettingError, Settings};
use store::History;

/// What a warm instance keeps.
#[derive(Clone)]
pub struct Shop {
    pub(crate) access: Access,
    pub(crate) purchases: Purchases,
    pub(crate) history: History,
}

impl Shop {
    /// Reads the settings of [`Access`] and of [`Purchases`].
    pub fn from_settings(settings: &Settings, clients: &Clients) -> Result<Self, SettingError> {
        let access = Access::from_settings(settings, clients)?;
        let purchases = Purchases::from_settings(settings, clients, access.sessions.clone())?;
        let history = History::new(clients.dynamodb.clone(), settings.required::<String>("DOWNLOADS_TABLE")?);
        Ok(Self { access, purchases, history })
    }
}

impl FromRef<Shop> for Access {
    fn from_ref(shop: &Shop) -> Self {
        shop.access.clone()
    }
}
