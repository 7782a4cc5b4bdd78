use products::Products;
use startup::{Clients, SettingError, Settings};

/// What a warm instance keeps.
#[derive(Clone)]
pub struct Shop {
    pub(crate) products: Products,
}

impl Shop {
    /// Reads the settings of [`Products`].
    pub fn from_settings(settings: &Settings, clients: &Clients) -> Result<Self, SettingError> {
        Ok(Self { products: Products::from_settings(settings, clients)? })
    }
}
