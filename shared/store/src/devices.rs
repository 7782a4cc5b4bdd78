//! A customer's sessions as the customer sees them: one per browser.

use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    Error, Scope, SessionRef, Sessions,
    item::Item,
    session::{ID_LENGTH, is_live},
};

/// The data about a session, without secrets and their hashes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionData {
    /// The session's name in logs, in the history and in the list of devices.
    pub id: String,
    /// The checkouts that it was claimed from and is limited to; `null` for an account session.
    pub checkout_ids: Option<Vec<Uuid>>,
    /// The kind of browser; unknown for a session from before this was noted.
    pub client: Option<String>,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it was last extended.
    pub renewed_at: Timestamp,
    /// When it expires if it is not used again.
    pub expires_at: Timestamp,
    /// When it expires even if it is used.
    pub absolute_expires_at: Timestamp,
}

impl SessionData {
    pub(crate) fn read(item: &Item) -> Result<Self, Error> {
        let id = item.text("token_hash")?.get(..ID_LENGTH).ok_or(Error::CorruptItem { attribute: "token_hash" })?;
        Ok(Self {
            id: id.to_owned(),
            checkout_ids: Scope::read(item, Timestamp::MIN)?.checkout_ids(),
            client: item.optional("client", Item::text)?.map(str::to_owned),
            created_at: item.time("created_at")?,
            renewed_at: item.time("renewed_at")?,
            expires_at: item.time("expires_at")?,
            absolute_expires_at: item.time("absolute_expires_at")?,
        })
    }

    fn is_live(&self, now: Timestamp) -> bool {
        is_live(self.expires_at, self.absolute_expires_at, now)
    }
}

impl Sessions {
    /// Lists a customer's live sessions, the newest first.
    pub async fn list(&self, customer_id: Uuid, now: Timestamp) -> Result<Vec<SessionData>, Error> {
        let rows = self.of_customer(customer_id).rows().await?;
        let mut sessions: Vec<_> = rows.iter().map(SessionData::read).collect::<Result<_, _>>()?;
        sessions.retain(|session| session.is_live(now));
        sessions.sort_by_key(|session| std::cmp::Reverse(session.created_at));
        Ok(sessions)
    }

    /// Ends one of a customer's live sessions, with effect on the very next request; `false` if there is none with this id.
    pub async fn delete_by_id(&self, customer_id: Uuid, id: &str, now: Timestamp) -> Result<bool, Error> {
        for row in self.of_customer(customer_id).rows().await? {
            let session = SessionData::read(&row)?;
            if session.id == id && session.is_live(now) {
                self.delete(&SessionRef::read(customer_id, &row)?).await?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// When a live session expires even if it is used, by one strongly consistent read; `None` if it has ended.
    pub async fn live_until(&self, session: &SessionRef, now: Timestamp) -> Result<Option<Timestamp>, Error> {
        let row = self.get(session).await?.as_ref().map(SessionData::read).transpose()?;
        Ok(row.filter(|row| row.is_live(now)).map(|row| row.absolute_expires_at))
    }

    /// Deletes every session of a customer, with effect on the very next request. Can be repeated.
    pub async fn delete_all(&self, customer_id: Uuid) -> Result<(), Error> {
        self.of_customer(customer_id).delete().await
    }
}
