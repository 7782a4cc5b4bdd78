use std::{collections::HashMap, fmt, time::Duration};

use aws_sdk_dynamodb::{
    Client,
    operation::update_item::UpdateItemError,
    types::{AttributeValue, Put},
};
use jiff::Timestamp;
use uuid::Uuid;

use crate::{Error, SessionToken, item, item::Item, seal};

/// A session is extended at most once a day, so that asking who somebody is stays a single read.
const RENEWAL: Duration = Duration::from_hours(24);

/// What a session may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The one purchase of the checkout that it was claimed from: the mailbox was not proven.
    Order {
        /// That checkout's id.
        checkout_id: Uuid,
    },
    /// Everything that the customer bought.
    Account,
}

impl Scope {
    /// The scope's public name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Order { .. } => "order",
            Self::Account => "account",
        }
    }
}

/// How long a session lives: without use (`idle`) and at all (`absolute`), as OWASP ASVS 5.0 (7.3.1, 7.3.2) wants both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime {
    /// Time without use after which the session ends.
    pub idle: Duration,
    /// Time after which the session ends however it is used.
    pub absolute: Duration,
}

/// A session to be opened.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// The secret that the browser will hold; it names the customer too.
    pub token: SessionToken,
    /// What the session may see.
    pub scope: Scope,
    /// How long it lives.
    pub lifetime: Lifetime,
}

impl NewSession {
    /// A session for a customer, with a token of its own.
    #[must_use]
    pub fn open(customer_id: Uuid, scope: Scope, lifetime: Lifetime) -> Self {
        Self { token: SessionToken::generate(customer_id), scope, lifetime }
    }

    fn begun_at(&self, now: Timestamp) -> Session {
        let absolute_expires_at = now + self.lifetime.absolute;
        Session {
            token: self.token.clone(),
            customer_id: self.token.customer_id(),
            scope: self.scope,
            created_at: now,
            renewed_at: now,
            expires_at: absolute_expires_at.min(now + self.lifetime.idle),
            absolute_expires_at,
            portal_token: None,
        }
    }
}

/// Polar's credential to act as a customer for an hour, kept with the session.
#[derive(Clone)]
pub struct PortalToken {
    /// The credential itself.
    pub secret: String,
    /// When Polar stops taking it.
    pub expires_at: Timestamp,
}

impl fmt::Debug for PortalToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PortalToken").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

/// Our record that this browser belongs to this customer.
#[derive(Clone, Debug)]
pub struct Session {
    /// The secret that opened this record.
    pub token: SessionToken,
    /// The customer's id at Polar.
    pub customer_id: Uuid,
    /// What the session may see.
    pub scope: Scope,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When its idle expiry was last extended.
    pub renewed_at: Timestamp,
    /// When it ends if it is not used again.
    pub expires_at: Timestamp,
    /// When it ends in any case.
    pub absolute_expires_at: Timestamp,
    /// Polar's credential, if one was kept and this token opens it.
    pub portal_token: Option<PortalToken>,
}

impl Session {
    /// A name for logs: it leads to the record, and opens nothing.
    #[must_use]
    pub fn id(&self) -> String {
        self.token.hash().as_str()[..16].to_owned()
    }

    fn is_live(&self, now: Timestamp) -> bool {
        now < self.expires_at && now < self.absolute_expires_at
    }

    fn read(token: &SessionToken, item: &Item) -> Result<Self, Error> {
        let scope = match item.optional("checkout_id", Item::uuid)? {
            Some(checkout_id) => Scope::Order { checkout_id },
            None => Scope::Account,
        };
        Ok(Self {
            token: token.clone(),
            customer_id: token.customer_id(),
            scope,
            created_at: item.time("created_at")?,
            renewed_at: item.time("renewed_at")?,
            expires_at: item.time("expires_at")?,
            absolute_expires_at: item.time("absolute_expires_at")?,
            portal_token: read_portal_token(token, item)?,
        })
    }

    fn attributes(&self) -> HashMap<String, AttributeValue> {
        let mut attributes = key(&self.token);
        attributes.extend([
            ("created_at".to_owned(), item::time(self.created_at)),
            ("renewed_at".to_owned(), item::time(self.renewed_at)),
            ("expires_at".to_owned(), item::time(self.expires_at)),
            ("absolute_expires_at".to_owned(), item::time(self.absolute_expires_at)),
            ("purge_at".to_owned(), item::purge_time(self.expires_at)),
        ]);
        if let Scope::Order { checkout_id } = self.scope {
            attributes.insert("checkout_id".to_owned(), item::text(&checkout_id));
        }
        attributes
    }
}

fn read_portal_token(token: &SessionToken, item: &Item) -> Result<Option<PortalToken>, Error> {
    let Some(sealed) = item.optional("portal_token", Item::bytes)? else { return Ok(None) };
    let expires_at = item.time("portal_token_expires_at")?;
    Ok(seal::open(token, sealed).map(|secret| PortalToken { secret, expires_at }))
}

fn key(token: &SessionToken) -> HashMap<String, AttributeValue> {
    HashMap::from([
        ("customer_id".to_owned(), item::text(&token.customer_id())),
        ("token_hash".to_owned(), item::text(token.hash().as_str())),
    ])
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

    /// Opens a session.
    pub async fn create(&self, session: &NewSession, now: Timestamp) -> Result<Session, Error> {
        let session = session.begun_at(now);
        let put = self.client.put_item().table_name(&self.table).set_item(Some(session.attributes()));
        put.send().await?;
        Ok(session)
    }

    /// Finds the live session that a token opens, by one strongly consistent read: a session ended a moment ago is not found.
    pub async fn find(&self, token: &SessionToken, now: Timestamp) -> Result<Option<Session>, Error> {
        let get = self.client.get_item().table_name(&self.table).set_key(Some(key(token))).consistent_read(true);
        let Some(item) = get.send().await?.item else { return Ok(None) };
        let session = Session::read(token, &Item(item))?;
        Ok(Some(session).filter(|session| session.is_live(now)))
    }

    /// Extends a session's idle expiry if that is due: once a day, or half-way through a shorter idle time.
    ///
    /// A session that was ended meanwhile stays ended.
    pub async fn renew(&self, session: Session, lifetime: Lifetime, now: Timestamp) -> Result<Session, Error> {
        if now < session.renewed_at + RENEWAL.min(lifetime.idle / 2) {
            return Ok(session);
        }
        let expires_at = session.absolute_expires_at.min(now + lifetime.idle);
        let update = self.client.update_item().table_name(&self.table).set_key(Some(key(&session.token)));
        let update = update
            .condition_expression("attribute_exists(token_hash)")
            .update_expression("SET renewed_at = :now, expires_at = :expires_at, purge_at = :purge_at")
            .expression_attribute_values(":now", item::time(now))
            .expression_attribute_values(":expires_at", item::time(expires_at))
            .expression_attribute_values(":purge_at", item::purge_time(expires_at));
        unless_gone(update.send().await)?;
        Ok(Session { renewed_at: now, expires_at, ..session })
    }

    /// Keeps Polar's credential with the session, sealed under the session's own token.
    pub async fn keep_portal_token(&self, session: &Session, portal_token: &PortalToken) -> Result<(), Error> {
        let update = self.client.update_item().table_name(&self.table).set_key(Some(key(&session.token)));
        let update = update
            .condition_expression("attribute_exists(token_hash)")
            .update_expression("SET portal_token = :sealed, portal_token_expires_at = :expires_at")
            .expression_attribute_values(":sealed", item::bytes(seal::seal(&session.token, &portal_token.secret)))
            .expression_attribute_values(":expires_at", item::time(portal_token.expires_at));
        unless_gone(update.send().await)
    }

    /// Ends a session, with effect on the very next request.
    pub async fn delete(&self, session: &Session) -> Result<(), Error> {
        let delete = self.client.delete_item().table_name(&self.table).set_key(Some(key(&session.token)));
        delete.send().await?;
        Ok(())
    }

    /// The write that opens a session as part of a transaction.
    pub(crate) fn put(&self, session: &NewSession, now: Timestamp) -> (Session, Put) {
        let session = session.begun_at(now);
        let put = Put::builder().table_name(&self.table).set_item(Some(session.attributes()));
        (session, put.build().expect("table and item are set"))
    }
}

/// A row that is gone needs no update: the session was ended meanwhile.
pub(crate) fn unless_gone<T>(
    result: Result<
        T,
        aws_sdk_dynamodb::error::SdkError<UpdateItemError, aws_smithy_runtime_api::client::orchestrator::HttpResponse>,
    >,
) -> Result<(), Error> {
    match result {
        Err(error) if error.as_service_error().is_some_and(UpdateItemError::is_conditional_check_failed_exception) => {
            Ok(())
        }
        result => Ok(result.map(|_| ())?),
    }
}
