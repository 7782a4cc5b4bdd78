use std::{collections::HashMap, time::Duration};

use aws_sdk_dynamodb::{
    Client,
    operation::transact_write_items::TransactWriteItemsError,
    types::{AttributeValue, CancellationReason, TransactWriteItem, Update},
};
use jiff::Timestamp;
use uuid::Uuid;

use crate::{BrowserKey, Error, NewSession, Session, Sessions, TokenHash, item, item::Item};

/// Polar ends a checkout after 24 hours; the row outlives it by two days of claiming and asking.
const KEPT: Duration = Duration::from_hours(72);

/// Others may be claiming at the same moment; DynamoDB then cancels all but one of the transactions, and possibly every one.
const CLAIM_ATTEMPTS: u32 = 4;

/// Which browser began a checkout, and whether it has claimed it.
#[derive(Clone, Debug)]
pub struct CheckoutRecord {
    /// The checkout's id at Polar.
    pub id: Uuid,
    /// When the session that it was turned into was opened.
    pub claimed_at: Option<Timestamp>,
    browser_key: TokenHash,
}

impl CheckoutRecord {
    /// Whether this key's browser began the checkout.
    #[must_use]
    pub fn was_begun_by(&self, browser_key: &BrowserKey) -> bool {
        self.browser_key.matches(&browser_key.hash())
    }
}

/// How a claim ended.
#[derive(Debug)]
pub enum Claim {
    /// The checkout became this session.
    Opened(Box<Session>),
    /// It had become one before.
    AlreadyClaimed,
}

/// The table of checkouts.
#[derive(Clone, Debug)]
pub struct Checkouts {
    client: Client,
    table: String,
}

impl Checkouts {
    /// The checkouts in a table of this name.
    #[must_use]
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// Remembers which browser began a checkout.
    pub async fn create(&self, id: Uuid, browser_key: &BrowserKey, now: Timestamp) -> Result<(), Error> {
        let put = self.client.put_item().table_name(&self.table).set_item(Some(key(id)));
        let put = put
            .item("browser_key_hash", item::text(browser_key.hash().as_str()))
            .item("created_at", item::time(now))
            .item("purge_at", item::purge_time(now + KEPT));
        put.send().await?;
        Ok(())
    }

    /// Finds a checkout that was begun here.
    pub async fn find(&self, id: Uuid) -> Result<Option<CheckoutRecord>, Error> {
        let get = self.client.get_item().table_name(&self.table).set_key(Some(key(id))).consistent_read(true);
        let Some(item) = get.send().await?.item.map(Item) else { return Ok(None) };
        let browser_key = TokenHash::from_stored(item.text("browser_key_hash")?.to_owned());
        Ok(Some(CheckoutRecord { id, claimed_at: item.optional("claimed_at", Item::time)?, browser_key }))
    }

    /// Turns a checkout into a session, once: marking the one and opening the other happen together or not at all.
    ///
    /// # Errors
    /// [`Error::Conflict`] when others kept claiming the same checkout and none of them has won yet.
    pub async fn claim(
        &self,
        id: Uuid,
        sessions: &Sessions,
        session: &NewSession,
        now: Timestamp,
    ) -> Result<Claim, Error> {
        let (opened, put) = sessions.put(session, now);
        for attempt in 1..=CLAIM_ATTEMPTS {
            let writes = self.client.transact_write_items();
            let writes = writes.transact_items(TransactWriteItem::builder().update(self.mark_claimed(id, now)).build());
            let writes = writes.transact_items(TransactWriteItem::builder().put(put.clone()).build());
            let Err(error) = writes.send().await else { return Ok(Claim::Opened(Box::new(opened))) };
            match cancellation(error.as_service_error()) {
                Some("ConditionalCheckFailed") => return Ok(Claim::AlreadyClaimed),
                Some("TransactionConflict") => tokio::time::sleep(Duration::from_millis(20) * attempt).await,
                _ => return Err(error.into()),
            }
        }
        Err(Error::Conflict)
    }

    fn mark_claimed(&self, id: Uuid, now: Timestamp) -> Update {
        let update = Update::builder().table_name(&self.table).set_key(Some(key(id)));
        let update = update
            .condition_expression("attribute_exists(id) AND attribute_not_exists(claimed_at)")
            .update_expression("SET claimed_at = :now")
            .expression_attribute_values(":now", item::time(now));
        update.build().expect("table, key and expression are set")
    }
}

/// The first reason that DynamoDB gives for undoing a transaction.
fn cancellation(error: Option<&TransactWriteItemsError>) -> Option<&str> {
    let Some(TransactWriteItemsError::TransactionCanceledException(canceled)) = error else { return None };
    canceled.cancellation_reasons().iter().filter_map(CancellationReason::code).find(|code| *code != "None")
}

fn key(id: Uuid) -> HashMap<String, AttributeValue> {
    HashMap::from([("id".to_owned(), item::text(&format!("checkout#{id}")))])
}
