use std::{collections::HashMap, time::Duration};

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, TransactWriteItem, Update},
};
use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    BrowserKey, Error, NewSession, Session, SessionRef, Sessions, TokenHash, item,
    item::Item,
    transaction::{update, write_together},
};

/// Polar ends a checkout after 24 hours; the row outlives it by two days of claiming and asking.
const KEPT: Duration = Duration::from_hours(72);

/// A checkout that a browser has just begun.
#[derive(Clone, Debug)]
pub struct NewCheckout<'a> {
    /// The checkout's id at Polar.
    pub id: Uuid,
    /// The key of the browser.
    pub browser_key: &'a BrowserKey,
    /// The session of the whole account that it was begun in: Polar knows whose checkout it is.
    pub begun_in: Option<SessionRef>,
}

impl NewCheckout<'_> {
    pub(crate) fn attributes(&self, now: Timestamp) -> HashMap<String, AttributeValue> {
        let mut attributes = key(self.id);
        attributes.extend([
            ("browser_key_hash".to_owned(), item::text(self.browser_key.hash().as_str())),
            ("created_at".to_owned(), item::time(now)),
            ("purge_at".to_owned(), item::purge_time(now + KEPT)),
        ]);
        attributes.extend(self.begun_in.iter().flat_map(SessionRef::key));
        attributes
    }
}

/// Which browser began a checkout, and whether it has claimed it.
#[derive(Clone, Debug)]
pub struct CheckoutRecord {
    /// The checkout's id at Polar.
    pub id: Uuid,
    /// The session of the whole account that it was begun in. It may have ended since.
    pub begun_in: Option<SessionRef>,
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

    fn read(id: Uuid, item: &Item) -> Result<Self, Error> {
        let customer_id = item.optional("customer_id", Item::uuid)?;
        let begun_in = customer_id.map(|customer_id| SessionRef::read(customer_id, item)).transpose()?;
        let browser_key = TokenHash::from_stored(item.text("browser_key_hash")?.to_owned());
        Ok(Self { id, begun_in, claimed_at: item.optional("claimed_at", Item::time)?, browser_key })
    }
}

/// How a claim ended.
#[derive(Debug)]
pub enum Claim {
    /// The checkout became this session.
    Opened(Box<Session>),
    /// It had become one before.
    AlreadyClaimed,
    /// The session that was to be continued has ended; the checkout is still to be claimed.
    ProofEnded,
}

/// The table of checkouts.
#[derive(Clone, Debug)]
pub struct Checkouts {
    pub(crate) client: Client,
    pub(crate) table: String,
}

impl Checkouts {
    /// The checkouts in a table of this name.
    #[must_use]
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// Remembers which browser began a checkout.
    pub async fn create(&self, checkout: &NewCheckout<'_>, now: Timestamp) -> Result<(), Error> {
        let put = self.client.put_item().table_name(&self.table).set_item(Some(checkout.attributes(now)));
        put.send().await?;
        Ok(())
    }

    /// Finds a checkout that was begun here.
    pub async fn find(&self, id: Uuid) -> Result<Option<CheckoutRecord>, Error> {
        let get = self.client.get_item().table_name(&self.table).set_key(Some(key(id))).consistent_read(true);
        let item = get.send().await?.item.map(Item);
        item.map(|item| CheckoutRecord::read(id, &item)).transpose()
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
        let (opened, mut writes) = sessions.opening(session, now);
        writes.push(self.mark_claimed(id, now));
        if write_together(&self.client, &writes).await? {
            return Ok(Claim::Opened(Box::new(opened)));
        }
        let is_claimed = self.find(id).await?.is_none_or(|checkout| checkout.claimed_at.is_some());
        Ok(if is_claimed { Claim::AlreadyClaimed } else { Claim::ProofEnded })
    }

    fn mark_claimed(&self, id: Uuid, now: Timestamp) -> TransactWriteItem {
        let mark = Update::builder().table_name(&self.table).set_key(Some(key(id)));
        update(
            mark.condition_expression("attribute_exists(id) AND attribute_not_exists(claimed_at)")
                .update_expression("SET claimed_at = :now")
                .expression_attribute_values(":now", item::time(now)),
        )
    }
}

fn key(id: Uuid) -> HashMap<String, AttributeValue> {
    item::key(&format!("checkout#{id}"))
}
