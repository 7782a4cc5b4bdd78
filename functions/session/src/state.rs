use std::time::Duration;

use axum::extract::FromRef;
use http_api::Access;
use queue::Queue;
use startup::{Clients, SettingError, Settings};
use store::{Checkouts, LoginLimits, Logins};

/// What a warm instance keeps.
#[derive(Clone)]
pub struct Shop {
    pub(crate) access: Access,
    pub(crate) checkouts: Checkouts,
    pub(crate) logins: Logins,
    pub(crate) login_limits: LoginLimits,
    pub(crate) queue: Queue,
    pub(crate) polar: polar::Client,
    pub(crate) claim_window: Duration,
}

const QUARTER_OF_AN_HOUR: u32 = 15 * 60;

impl Shop {
    /// Reads `CHECKOUTS_TABLE`, `LOGINS_TABLE`, `CLAIM_WINDOW_SECONDS`, and the settings of [`Access`]. Mails with codes go through this queue.
    pub fn from_settings(settings: &Settings, clients: &Clients, queue: Queue) -> Result<Self, SettingError> {
        let logins: String = settings.required("LOGINS_TABLE")?;
        Ok(Self {
            access: Access::from_settings(settings, clients)?,
            checkouts: Checkouts::new(clients.dynamodb.clone(), settings.required::<String>("CHECKOUTS_TABLE")?),
            logins: Logins::new(clients.dynamodb.clone(), &logins),
            login_limits: LoginLimits::new(clients.dynamodb.clone(), logins),
            queue,
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
