use aws_sdk_dynamodb::{
    Client,
    types::{ConditionCheck, Delete, Put, TransactWriteItem},
};
use jiff::Timestamp;
use secrecy::ExposeSecret;

use crate::{
    Error, Lifetime, NewSession, PortalToken, Scope, Session, SessionRef, SessionToken,
    error::if_condition_held,
    item,
    item::Item,
    transaction::{condition, delete, put, write_together},
};

/// The sessions of a browser after one was opened.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The new session.
    pub session: Session,
    /// The sessions of other customers that the browser keeps, under their new tokens.
    pub kept: Vec<Session>,
}

impl Opened {
    pub(crate) fn references(&self) -> Vec<SessionRef> {
        std::iter::once(&self.session).chain(&self.kept).map(Session::reference).collect()
    }
}

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

    /// Opens a session; the sessions that it replaces end in the same transaction.
    pub async fn create(&self, session: &NewSession, now: Timestamp) -> Result<Session, Error> {
        let (opened, writes) = self.opening(session, now);
        write_together(&self.client, &writes).await?;
        Ok(opened.session)
    }

    /// Finds the live session of a token, by one strongly consistent read, so that a session that just ended is not found.
    pub async fn find(&self, token: &SessionToken, now: Timestamp) -> Result<Option<Session>, Error> {
        let Some(item) = self.get(&SessionRef::of(token)).await? else { return Ok(None) };
        let session = Session::read(token, &item, now)?;
        Ok(Some(session).filter(|session| session.is_live(now)))
    }

    /// Extends a session's idle expiry; `None` if it ended meanwhile.
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

    /// Stores Polar's credential with the session, sealed with the session's token.
    pub async fn keep_portal_token(&self, session: &Session, portal_token: &PortalToken) -> Result<(), Error> {
        let update = self.client.update_item().table_name(&self.table).set_key(Some(session.reference().key()));
        let update = update
            .condition_expression("attribute_exists(token_hash)")
            .update_expression("SET portal_token = :sealed, portal_token_expires_at = :expires_at")
            .expression_attribute_values(
                ":sealed",
                item::bytes(session.token.seal().close(portal_token.secret.expose_secret())),
            )
            .expression_attribute_values(":expires_at", item::time(portal_token.expires_at));
        // A session that ended meanwhile needs no credential.
        if_condition_held(update.send().await).map(drop)
    }

    /// Ends a session, with effect on the very next request.
    pub async fn delete(&self, session: &SessionRef) -> Result<(), Error> {
        let delete = self.client.delete_item().table_name(&self.table).set_key(Some(session.key()));
        delete.send().await?;
        Ok(())
    }

    /// The writes that open a session, and end the ones that it adds to, replaces or keeps. Their condition is that the ones that it adds to or
    /// keeps still exist.
    pub(crate) fn opening(&self, new: &NewSession, now: Timestamp) -> (Opened, Vec<TransactWriteItem>) {
        let session = new.begun_at(now);
        let mut writes = vec![self.row(&session)];
        writes.extend(new.adds_to.iter().map(|session| self.end_live(&session.reference())));
        let end = |session: &SessionRef| Delete::builder().table_name(&self.table).set_key(Some(session.key()));
        writes.extend(new.replaces.iter().map(end).map(delete));
        let kept: Vec<_> = new.keeps.iter().map(Session::with_new_token).collect();
        for (old, new) in new.keeps.iter().zip(&kept) {
            writes.extend(self.renaming(&old.reference(), new));
        }
        (Opened { session, kept }, writes)
    }

    /// A live order session under a new token; `None` if it is an account session or has ended. Nothing is written.
    pub(crate) async fn rename_order_session(
        &self,
        session: &SessionRef,
        now: Timestamp,
    ) -> Result<Option<Session>, Error> {
        let Some(item) = self.get(session).await? else { return Ok(None) };
        let session = Session::read(&SessionToken::generate(session.customer_id), &item, now)?;
        Ok(Some(session).filter(|session| session.is_live(now) && session.scope != Scope::Account))
    }

    /// The writes that give a live session another token.
    pub(crate) fn renaming(&self, old: &SessionRef, new: &Session) -> [TransactWriteItem; 2] {
        [self.row(new), self.end_live(old)]
    }

    fn row(&self, session: &Session) -> TransactWriteItem {
        put(Put::builder().table_name(&self.table).set_item(Some(session.attributes())))
    }

    fn end_live(&self, session: &SessionRef) -> TransactWriteItem {
        let end = Delete::builder().table_name(&self.table).set_key(Some(session.key()));
        delete(end.condition_expression("attribute_exists(token_hash)"))
    }

    /// The condition that a session is still there.
    pub(crate) fn being_live(&self, session: &SessionRef) -> TransactWriteItem {
        let check = ConditionCheck::builder().table_name(&self.table).set_key(Some(session.key()));
        condition(check.condition_expression("attribute_exists(token_hash)"))
    }

    pub(crate) async fn get(&self, session: &SessionRef) -> Result<Option<Item>, Error> {
        let get = self.client.get_item().table_name(&self.table).set_key(Some(session.key())).consistent_read(true);
        Ok(get.send().await?.item.map(Item))
    }
}
