use std::time::Duration;

use axum::extract::FromRef;
use http_api::Access;
use payments::Payments;
use queue::Queue;
use startup::{Clients, SettingError, Settings};
use store::{Checkouts, Logins};

/// What a warm instance keeps.
#[derive(Clone)]
pub struct Shop {
    pub(crate) access: Access,
    pub(crate) checkouts: Checkouts,
    pub(crate) logins: Logins,
    pub(crate) queue: Queue,
    pub(crate) payments: Payments,
    pub(crate) claim_window: Duration,
}

const QUARTER_OF_AN_HOUR: u32 = 15 * 60;

impl Shop {
    /// Reads `CHECKOUTS_TABLE`, `LOGINS_TABLE`, `CLAIM_WINDOW_SECONDS`, and the settings of [`Access`]. Mails with codes go through this queue.
    pub fn from_settings(settings: &Settings, clients: &Clients, queue: Queue) -> Result<Self, SettingError> {
        let access = Access::from_settings(settings, clients)?;
        let checkouts = Checkouts::new(clients.dynamodb.clone(), settings.required::<String>("CHECKOUTS_TABLE")?);
        Ok(Self {
            payments: Payments::new(clients.polar.clone(), checkouts.clone(), access.limits.clone()),
            access,
            checkouts,
            logins: Logins::new(clients.dynamodb.clone(), settings.required::<String>("LOGINS_TABLE")?),
            queue,
            claim_window: settings.seconds("CLAIM_WINDOW_SECONDS", QUARTER_OF_AN_HOUR)?,
        })
    }
}

impl FromRef<Shop> for Access {
    fn from_ref(shop: &Shop) -> Self {
        shop.access.clone()
    }
}
