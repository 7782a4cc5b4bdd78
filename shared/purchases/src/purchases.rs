use std::time::Duration;

use jiff::Timestamp;
use products::Products;
use startup::{Clients, SettingError, Settings};
use store::{Downloads, Invoices, Session, Sessions};

use crate::{Error, Purchase, Terms};

/// What buyers have, and how they get at it.
#[derive(Clone)]
pub struct Purchases {
    pub(crate) polar: polar::Client,
    pub(crate) products: Products,
    pub(crate) sessions: Sessions,
    pub(crate) downloads: Downloads,
    pub(crate) invoices: Invoices,
    pub(crate) default_terms: Terms,
    pub(crate) grace: Duration,
    pub(crate) resolve_links: bool,
}

const HOUR: u32 = 60 * 60;

impl Purchases {
    /// Reads `DOWNLOADS_TABLE`, `DOWNLOAD_LIMIT`, `DOWNLOAD_DAYS`, `DOWNLOAD_GRACE_SECONDS` and `RESOLVE_LINKS`.
    ///
    /// The grace time is by default as long as Polar's links live.
    pub fn from_settings(settings: &Settings, clients: &Clients, sessions: Sessions) -> Result<Self, SettingError> {
        let table: String = settings.required("DOWNLOADS_TABLE")?;
        Ok(Self {
            polar: clients.polar.clone(),
            products: Products::from_settings(settings, clients)?,
            sessions,
            downloads: Downloads::new(clients.dynamodb.clone(), &table),
            invoices: Invoices::new(clients.dynamodb.clone(), &table),
            default_terms: Terms {
                limit: settings.optional("DOWNLOAD_LIMIT")?,
                days: settings.optional("DOWNLOAD_DAYS")?,
            },
            grace: settings.seconds("DOWNLOAD_GRACE_SECONDS", HOUR)?,
            resolve_links: settings.or_default("RESOLVE_LINKS", "false")?,
        })
    }

    /// Lists the library of a session's buyer, the newest purchase first.
    pub async fn list(&self, session: &Session, now: Timestamp) -> Result<Vec<Purchase>, Error> {
        let (bought, counters) =
            tokio::join!(self.library(session, now), self.downloads.list_counters(session.customer_id));
        Ok(bought?.purchases(&counters?, now))
    }
}
