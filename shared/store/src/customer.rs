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

/// All data in our tables about one customer, in a form that the customer may read: without secrets and their hashes.
///
/// Rows of checkouts and logins are left out: they contain at most the customer's id, and expire within three days. So is erased data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomerData {
    /// The customer's id at Polar.
    pub customer_id: Uuid,
    /// The sessions, including ended ones whose rows still exist.
    pub sessions: Vec<SessionData>,
    /// The download counters.
    pub counters: Vec<CounterData>,
    /// The attempts to download, the oldest first.
    pub attempts: Vec<Attempt>,
    /// The invoices that Polar is generating.
    pub invoices: Vec<AskedInvoice>,
}

/// The data about a bought file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CounterData {
    /// The order, or the subscription that keeps granting the file.
    pub purchase_id: Uuid,
    /// The file.
    pub file_id: Uuid,
    /// Downloads taken.
    pub used: u32,
    /// Downloads that the merchant granted beyond the limit.
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

/// A kind of row that the export does not know must be an error, not left out silently.
const UNKNOWN_ROW: Error = Error::CorruptItem { attribute: "id" };

/// How long an erased row can be restored.
const RESTORABLE: Duration = Duration::from_hours(7 * 24);
/// Where an erased row keeps the time at which it would have been purged.
const KEPT_UNTIL: &str = "kept_until";

/// The partition with the erased rows of a customer.
fn erased(customer_id: Uuid) -> String {
    format!("erased#{customer_id}")
}

/// Reads all data about a customer.
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
    /// Erases a customer's rows in this table, such as counters and history. They are no longer read, and are deleted after seven days; until then
    /// [`Downloads::restore`] can restore them. Can be repeated.
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

    /// Restores the rows of a customer that were erased within the last seven days, and returns their number. Rows that the customer has created
    /// since then stay as they are.
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
