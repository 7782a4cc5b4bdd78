use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    AskedInvoice, Attempt, Counter, Downloads, Error, FileOfPurchase, SessionData, Sessions,
    downloads::COUNTER,
    history::{ATTEMPT, ORDER_ATTEMPT},
    invoices::INVOICE,
    item,
    item::Item,
    partition::{Partition, Standing},
};

/// Everything that our tables hold about one customer, for that customer to read: no secret, and no hash of one.
///
/// Rows of checkouts and logins have at most the customer's id, and are gone after three days. What was erased is not among it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomerData {
    /// The customer's id at Polar.
    pub customer_id: Uuid,
    /// The sessions, ended ones too as long as their rows are there.
    pub sessions: Vec<SessionData>,
    /// The download counters.
    pub counters: Vec<CounterData>,
    /// The attempts to download, the oldest first.
    pub attempts: Vec<Attempt>,
    /// The invoices that Polar was asked for a moment ago.
    pub invoices: Vec<AskedInvoice>,
}

/// What is held about a bought file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CounterData {
    /// The order, or the subscription that keeps granting the file.
    pub purchase_id: Uuid,
    /// The file.
    pub file_id: Uuid,
    /// Downloads taken.
    pub used: u32,
    /// Downloads that the merchant gave beyond the limit.
    pub granted: u32,
    /// The last download that was counted.
    pub last_downloaded_at: Timestamp,
    /// Until when a repeat of that download is free.
    pub free_until: Timestamp,
}

impl CounterData {
    fn read(item: &Item) -> Result<Self, Error> {
        let file = FileOfPurchase::from_counter_id(item.text("id")?).ok_or(UNKNOWN_ROW)?;
        let Counter { used, granted, last_downloaded_at, free_until } = Counter::read(item)?;
        let FileOfPurchase { purchase_id, file_id } = file;
        Ok(Self { purchase_id, file_id, used, granted, last_downloaded_at, free_until })
    }
}

/// A row that no export knows must not be left out in silence.
const UNKNOWN_ROW: Error = Error::CorruptItem { attribute: "id" };

/// How long an erased row can be brought back.
const RESTORABLE: Duration = Duration::from_hours(7 * 24);
/// Where an erased row keeps the time at which it would have been purged.
const KEPT_UNTIL: &str = "kept_until";

/// The partition of what was erased of a customer.
fn erased(customer_id: Uuid) -> String {
    format!("erased#{customer_id}")
}

/// Reads all that is held about a customer.
pub async fn export(sessions: &Sessions, downloads: &Downloads, customer_id: Uuid) -> Result<CustomerData, Error> {
    let (sessions, rows) = (sessions.of_customer(customer_id), downloads.of_customer(customer_id));
    let (sessions, rows) = tokio::try_join!(sessions.rows(), rows.rows())?;
    let sessions = sessions.iter().map(SessionData::read).collect::<Result<_, _>>()?;
    let (mut counters, mut attempts, mut invoices) = (Vec::new(), Vec::new(), Vec::new());
    for row in &rows {
        match row.text("id")? {
            id if id.starts_with(COUNTER) => counters.push(CounterData::read(row)?),
            id if id.starts_with(ATTEMPT) || id.starts_with(ORDER_ATTEMPT) => attempts.push(Attempt::read(row)?),
            id if id.starts_with(INVOICE) => invoices.push(AskedInvoice::read(row)?),
            _ => return Err(UNKNOWN_ROW),
        }
    }
    Ok(CustomerData { customer_id, sessions, counters, attempts, invoices })
}

impl Sessions {
    pub(crate) fn of_customer(&self, customer_id: Uuid) -> Partition<'_> {
        Partition {
            client: &self.client,
            table: &self.table,
            sort_key: "token_hash",
            customer_id: customer_id.to_string(),
        }
    }
}

impl Downloads {
    /// Erases a customer's counters, history and all else in this table: nobody reads them any more, and after seven days they are deleted.
    /// Until then [`Downloads::restore`] brings them back. Can be repeated.
    pub async fn erase(&self, customer_id: Uuid, now: Timestamp) -> Result<(), Error> {
        let erase = |Item(mut row): Item| {
            let purge_at = row.insert("purge_at".to_owned(), item::purge_time(now + RESTORABLE));
            if let Some(purge_at) = purge_at {
                row.insert(KEPT_UNTIL.to_owned(), purge_at);
            }
            row
        };
        let rows = self.of_customer(customer_id);
        rows.move_to(&erased(customer_id), Standing::IsReplaced, erase).await?;
        Ok(())
    }

    /// Brings back what was erased of a customer within the last seven days; answers how many rows. What the customer has begun anew since
    /// stays as it is.
    pub async fn restore(&self, customer_id: Uuid) -> Result<usize, Error> {
        let restore = |Item(mut row): Item| {
            row.remove("purge_at");
            if let Some(purge_at) = row.remove(KEPT_UNTIL) {
                row.insert("purge_at".to_owned(), purge_at);
            }
            row
        };
        let rows = self.partition(erased(customer_id));
        rows.move_to(&customer_id.to_string(), Standing::Stays, restore).await
    }

    fn of_customer(&self, customer_id: Uuid) -> Partition<'_> {
        self.partition(customer_id.to_string())
    }

    fn partition(&self, customer_id: String) -> Partition<'_> {
        Partition { client: &self.client, table: &self.table, sort_key: "id", customer_id }
    }
}
