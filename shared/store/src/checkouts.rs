use std::{collections::HashMap, time::Duration};

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, TransactWriteItem, Update},
};
use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    BrowserKey, Error, NewSession, Opened, Session, SessionRef, Sessions, TokenHash, item,
    item::Item,
    memory::Memory,
    transaction::{update, write_together},
};

/// Polar expires a checkout after 24 hours; the row stays two more days for claims and status requests.
const KEPT: Duration = Duration::from_hours(72);

/// A checkout that a browser just started.
#[derive(Clone, Debug)]
pub struct NewCheckout<'a> {
    /// The checkout's id at Polar.
    pub id: Uuid,
    /// The key of the browser.
    pub browser_key: &'a BrowserKey,
}

impl NewCheckout<'_> {
    pub(crate) fn attributes(&self, now: Timestamp) -> HashMap<String, AttributeValue> {
        let mut attributes = key(self.id);
        attributes.extend([
            ("browser_key_hash".to_owned(), item::text(self.browser_key.hash().as_str())),
            ("created_at".to_owned(), item::time(now)),
            ("purge_at".to_owned(), item::purge_time(now + KEPT)),
        ]);
        attributes
    }
}

/// Which browser started a checkout, and whether it claimed it.
#[derive(Clone, Debug)]
pub struct CheckoutRecord {
    /// The checkout's id at Polar.
    pub id: Uuid,
    /// How it was claimed, if it was.
    pub claimed: Option<Claimed>,
    browser_key: TokenHash,
    pub(crate) memory: Memory,
}

/// The claim of a checkout.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// When it was claimed.
    pub at: Timestamp,
    /// Until when the browser that claimed it can get the answer again; `None` if no new session was opened.
    pub repeatable_until: Option<Timestamp>,
    /// The sessions in the answer.
    opened: Vec<SessionRef>,
}

impl CheckoutRecord {
    /// The one of these keys that the checkout was started with, if any.
    #[must_use]
    pub fn key_among<'a>(&self, keys: &'a [BrowserKey]) -> Option<&'a BrowserKey> {
        keys.iter().find(|key| self.browser_key.matches(&key.hash()))
    }

    fn read(id: Uuid, item: &Item) -> Result<Self, Error> {
        let browser_key = TokenHash::from_stored(item.text("browser_key_hash")?.to_owned());
        let claimed = item.optional("claimed_at", Item::time)?.map(|at| Claimed::read(at, item)).transpose()?;
        Ok(Self { id, claimed, browser_key, memory: Memory::read(item)? })
    }
}

impl CheckoutRecord {
    /// Whether the claim opened this session, or its purchase was added to it later.
    #[must_use]
    pub fn is_shown_by(&self, session: &Session) -> bool {
        let was_opened =
            self.claimed.as_ref().is_some_and(|claimed| claimed.opened.first() == Some(&session.reference()));
        was_opened || session.scope.names(self.id)
    }
}

impl Claimed {
    fn read(at: Timestamp, item: &Item) -> Result<Self, Error> {
        let opened = item.optional("opened", Item::texts)?.unwrap_or_default().into_iter().map(SessionRef::parse);
        let opened = opened.collect::<Option<_>>().ok_or(Error::CorruptItem { attribute: "opened" })?;
        Ok(Self { at, repeatable_until: item.optional("repeatable_until", Item::time)?, opened })
    }
}

/// How a claim ended.
#[derive(Debug)]
pub enum Claim<T> {
    /// The checkout was claimed.
    Claimed(T),
    /// It was claimed before.
    AlreadyClaimed,
    /// One of the browser's other sessions ended meanwhile; the checkout is not claimed yet.
    SessionEnded,
}

impl<T> Claim<T> {
    /// The same result with another value.
    pub fn map<U>(self, hand_out: impl FnOnce(T) -> U) -> Claim<U> {
        match self {
            Self::Claimed(claimed) => Claim::Claimed(hand_out(claimed)),
            Self::AlreadyClaimed => Claim::AlreadyClaimed,
            Self::SessionEnded => Claim::SessionEnded,
        }
    }
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

    /// Stores which browser started a checkout.
    pub async fn create(&self, checkout: &NewCheckout<'_>, now: Timestamp) -> Result<(), Error> {
        let put = self.client.put_item().table_name(&self.table).set_item(Some(checkout.attributes(now)));
        put.send().await?;
        Ok(())
    }

    /// Finds a checkout that was started through this shop.
    pub async fn find(&self, id: Uuid) -> Result<Option<CheckoutRecord>, Error> {
        let get = self.client.get_item().table_name(&self.table).set_key(Some(key(id))).consistent_read(true);
        let item = get.send().await?.item.map(Item);
        item.map(|item| CheckoutRecord::read(id, &item)).transpose()
    }

    /// Claims a checkout, once: one transaction marks it as claimed and opens the session.
    ///
    /// Until `repeatable_until` the same browser can get the answer [again](Self::repeat_claim).
    ///
    /// # Errors
    /// [`Error::Conflict`] when others kept claiming the same checkout and none of them has won yet.
    pub async fn claim(
        &self,
        id: Uuid,
        sessions: &Sessions,
        session: &NewSession,
        repeatable_until: Timestamp,
        now: Timestamp,
    ) -> Result<Claim<Opened>, Error> {
        let (opened, mut writes) = sessions.opening(session, now);
        writes.push(self.mark_claimed(id, opened.references(), Some(repeatable_until), now));
        self.claim_by(id, writes, opened).await
    }

    /// Claims a checkout for a live session that already shows its purchase; the session stays as it is.
    pub async fn claim_within(
        &self,
        id: Uuid,
        sessions: &Sessions,
        session: &SessionRef,
        now: Timestamp,
    ) -> Result<Claim<()>, Error> {
        let mark = self.mark_claimed(id, vec![session.clone()], None, now);
        self.claim_by(id, vec![sessions.being_live(session), mark], ()).await
    }

    /// Returns the sessions of a claim again, under new tokens, because the answer to the claim was lost.
    ///
    /// `None` if they have ended, or if one is an account session: the browser key alone does not prove enough to open an account again.
    ///
    /// # Errors
    /// [`Error::Conflict`] when others kept asking for the same answer.
    pub async fn repeat_claim(
        &self,
        record: &CheckoutRecord,
        sessions: &Sessions,
        now: Timestamp,
    ) -> Result<Option<Opened>, Error> {
        let Some(claimed) = &record.claimed else { return Ok(None) };
        let (mut renamed, mut writes) = (Vec::new(), Vec::new());
        for old in &claimed.opened {
            let Some(session) = sessions.rename_order_session(old, now).await? else { continue };
            writes.extend(sessions.renaming(old, &session));
            renamed.push(session);
        }
        if renamed.is_empty() || !renamed[0].scope.names(record.id) {
            return Ok(None);
        }
        let opened = Opened { session: renamed.remove(0), kept: renamed };
        let mark = Update::builder().table_name(&self.table).set_key(Some(key(record.id)));
        writes.push(update(
            mark.condition_expression("opened = :before")
                .update_expression("SET opened = :opened")
                .expression_attribute_values(":before", references(claimed.opened.iter().cloned()))
                .expression_attribute_values(":opened", references(opened.references())),
        ));
        Ok(write_together(&self.client, &writes).await?.then_some(opened))
    }

    async fn claim_by<T>(&self, id: Uuid, writes: Vec<TransactWriteItem>, claimed: T) -> Result<Claim<T>, Error> {
        if write_together(&self.client, &writes).await? {
            return Ok(Claim::Claimed(claimed));
        }
        let is_claimed = self.find(id).await?.is_none_or(|checkout| checkout.claimed.is_some());
        Ok(if is_claimed { Claim::AlreadyClaimed } else { Claim::SessionEnded })
    }

    fn mark_claimed(
        &self,
        id: Uuid,
        opened: Vec<SessionRef>,
        repeatable_until: Option<Timestamp>,
        now: Timestamp,
    ) -> TransactWriteItem {
        let mark = Update::builder().table_name(&self.table).set_key(Some(key(id)));
        let mark = mark
            .condition_expression("attribute_exists(id) AND attribute_not_exists(claimed_at)")
            .expression_attribute_values(":now", item::time(now))
            .expression_attribute_values(":opened", references(opened));
        update(match repeatable_until {
            None => mark.update_expression("SET claimed_at = :now, opened = :opened"),
            Some(until) => mark
                .update_expression("SET claimed_at = :now, opened = :opened, repeatable_until = :until")
                .expression_attribute_values(":until", item::time(until)),
        })
    }
}

fn references(sessions: impl IntoIterator<Item = SessionRef>) -> AttributeValue {
    item::texts(sessions.into_iter().map(|session| session.to_string()))
}

pub(crate) fn key(id: Uuid) -> HashMap<String, AttributeValue> {
    item::key(&format!("checkout#{id}"))
}
