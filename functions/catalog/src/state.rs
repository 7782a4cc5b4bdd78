use products::Products;
use startup::{Clients, SettingError, Settings};

/// What a warm instance keeps.
#[derive(Clone)]
pub struct Shop {
    pub(crate) products: Products,
}

impl Shop {
    /// Needs nothing but Polar.
    pub fn from_settings(_settings: &Settings, clients: &Clients) -> Result<Self, SettingError> {
        Ok(Self { products: Products::new(clients.polar.clone()) })
    }
}
