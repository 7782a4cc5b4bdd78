use aws_sdk_dynamodb::{
    Client,
    types::{Delete, Put, TransactWriteItem},
};
use jiff::Timestamp;

use crate::{
    Error, Lifetime, NewSession, PortalToken, Session, SessionRef, SessionToken,
    error::if_condition_held,
    item,
    item::Item,
    transaction::{delete, put, write_together},
};

/// The table of sessions.
#[derive(Clone, Debug)]
pub struct Sessions {
    pub(crate) client: Client,
    pub(crate) table: String,
}

impl Sessions {
    /// The sessions in a table of this name.
    #[must_use]
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// Opens a session; the one that it replaces ends in the same moment.
    pub async fn create(&self, session: &NewSession, now: Timestamp) -> Result<Session, Error> {
        let (session, writes) = self.opening(session, now);
        write_together(&self.client, &writes).await?;
        Ok(session)
    }

    /// Finds the live session that a token opens, by one strongly consistent read: a session ended a moment ago is not found.
    pub async fn find(&self, token: &SessionToken, now: Timestamp) -> Result<Option<Session>, Error> {
        let Some(item) = self.get(&SessionRef::of(token)).await? else { return Ok(None) };
        let session = Session::read(token, &item)?;
        Ok(Some(session).filter(|session| session.is_live(now)))
    }

    /// Extends a session's idle expiry; `None` if it was ended meanwhile.
    pub async fn renew(&self, session: Session, lifetime: Lifetime, now: Timestamp) -> Result<Option<Session>, Error> {
        let expires_at = session.absolute_expires_at.min(now + lifetime.idle);
        let update = self.client.update_item().table_name(&self.table).set_key(Some(session.reference().key()));
        let update = update
            .condition_expression("attribute_exists(token_hash)")
            .update_expression("SET renewed_at = :now, expires_at = :expires_at, purge_at = :purge_at")
            .expression_attribute_values(":now", item::time(now))
            .expression_attribute_values(":expires_at", item::time(expires_at))
            .expression_attribute_values(":purge_at", item::purge_time(expires_at));
        let renewed = if_condition_held(update.send().await)?;
        Ok(renewed.map(|_| Session { renewed_at: now, expires_at, ..session }))
    }

    /// Keeps Polar's credential with the session, sealed under the session's own token.
    pub async fn keep_portal_token(&self, session: &Session, portal_token: &PortalToken) -> Result<(), Error> {
        let update = self.client.update_item().table_name(&self.table).set_key(Some(session.reference().key()));
        let update = update
            .condition_expression("attribute_exists(token_hash)")
            .update_expression("SET portal_token = :sealed, portal_token_expires_at = :expires_at")
            .expression_attribute_values(":sealed", item::bytes(session.token.seal().close(&portal_token.secret)))
            .expression_attribute_values(":expires_at", item::time(portal_token.expires_at));
        // A session that was ended meanwhile needs no credential.
        if_condition_held(update.send().await).map(drop)
    }

    /// Ends a session, with effect on the very next request.
    pub async fn delete(&self, session: &SessionRef) -> Result<(), Error> {
        let delete = self.client.delete_item().table_name(&self.table).set_key(Some(session.key()));
        delete.send().await?;
        Ok(())
    }

    /// The writes that open a session and end those that it replaces and continues. Their one condition is that the latter is still there.
    pub(crate) fn opening(&self, new: &NewSession, now: Timestamp) -> (Session, Vec<TransactWriteItem>) {
        let session = new.begun_at(now);
        let row = Put::builder().table_name(&self.table).set_item(Some(session.attributes()));
        let row = row.item("client", item::text(&new.client));
        let end = |session: &SessionRef| Delete::builder().table_name(&self.table).set_key(Some(session.key()));
        let continued = new.continues.as_ref();
        let replaced = new.replaces.as_ref().filter(|replaced| Some(*replaced) != continued).map(end);
        let continued = continued.map(|it| end(it).condition_expression("attribute_exists(token_hash)"));
        let writes = [put(row)].into_iter().chain(replaced.into_iter().chain(continued).map(delete)).collect();
        (session, writes)
    }

    pub(crate) async fn get(&self, session: &SessionRef) -> Result<Option<Item>, Error> {
        let get = self.client.get_item().table_name(&self.table).set_key(Some(session.key())).consistent_read(true);
        Ok(get.send().await?.item.map(Item))
    }
}
