use std::{collections::HashMap, fmt, time::Duration};

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use uuid::Uuid;

use crate::{Error, SessionToken, TokenHash, item, item::Item};

/// A session is extended at most once a day, so that asking who somebody is stays a single read.
const RENEWAL: Duration = Duration::from_hours(24);

/// So much of its token's hash names a session.
pub(crate) const ID_LENGTH: usize = 16;

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
    /// The scope of a session that was claimed from this checkout, or from none.
    pub(crate) fn of_checkout(checkout_id: Option<Uuid>) -> Self {
        checkout_id.map_or(Self::Account, |checkout_id| Self::Order { checkout_id })
    }

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
    /// The kind of browser, as in "Firefox on Windows".
    pub client: String,
    /// The session that the browser had until now: it ends in the same moment (OWASP ASVS 5.0, 7.2.4).
    pub replaces: Option<SessionRef>,
    /// The live session that proves what this one may see. It ends in the same moment; if it has ended before, nothing is opened.
    pub continues: Option<SessionRef>,
}

impl NewSession {
    /// A session for a customer, with a token of its own.
    #[must_use]
    pub fn open(customer_id: Uuid, scope: Scope, lifetime: Lifetime, client: impl Into<String>) -> Self {
        Self {
            token: SessionToken::generate(customer_id),
            scope,
            lifetime,
            client: client.into(),
            replaces: None,
            continues: None,
        }
    }

    /// The same, going on with what another session proves, and ending when that would have ended: a proof must not live on.
    #[must_use]
    pub fn continuing(mut self, session: SessionRef, end: Timestamp, now: Timestamp) -> Self {
        let left = end.duration_since(now).try_into().unwrap_or_default();
        self.lifetime.absolute = self.lifetime.absolute.min(left);
        self.continues = Some(session);
        self
    }

    pub(crate) fn begun_at(&self, now: Timestamp) -> Session {
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

/// Names a session without opening it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRef {
    /// The customer's id at Polar.
    pub customer_id: Uuid,
    pub(crate) token_hash: TokenHash,
}

impl SessionRef {
    pub(crate) fn of(token: &SessionToken) -> Self {
        Self { customer_id: token.customer_id(), token_hash: token.hash() }
    }

    /// Reads the reference out of a row that names a session of this customer.
    pub(crate) fn read(customer_id: Uuid, item: &Item) -> Result<Self, Error> {
        Ok(Self { customer_id, token_hash: TokenHash::from_stored(item.text("token_hash")?.to_owned()) })
    }

    pub(crate) fn key(&self) -> HashMap<String, AttributeValue> {
        HashMap::from([
            ("customer_id".to_owned(), item::text(&self.customer_id)),
            ("token_hash".to_owned(), item::text(self.token_hash.as_str())),
        ])
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
        self.token.hash().as_str()[..ID_LENGTH].to_owned()
    }

    /// Names this session without opening it.
    #[must_use]
    pub fn reference(&self) -> SessionRef {
        SessionRef::of(&self.token)
    }

    /// Whether its idle expiry is to be extended: once a day, or half-way through a shorter idle time.
    #[must_use]
    pub fn is_due(&self, lifetime: Lifetime, now: Timestamp) -> bool {
        self.renewed_at + RENEWAL.min(lifetime.idle / 2) <= now
    }

    pub(crate) fn is_live(&self, now: Timestamp) -> bool {
        is_live(self.expires_at, self.absolute_expires_at, now)
    }

    pub(crate) fn read(token: &SessionToken, item: &Item) -> Result<Self, Error> {
        Ok(Self {
            token: token.clone(),
            customer_id: token.customer_id(),
            scope: Scope::of_checkout(item.optional("checkout_id", Item::uuid)?),
            created_at: item.time("created_at")?,
            renewed_at: item.time("renewed_at")?,
            expires_at: item.time("expires_at")?,
            absolute_expires_at: item.time("absolute_expires_at")?,
            portal_token: read_portal_token(token, item)?,
        })
    }

    pub(crate) fn attributes(&self) -> HashMap<String, AttributeValue> {
        let mut attributes = self.reference().key();
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

/// Whether neither end of a session has come, whatever has become of its row.
pub(crate) fn is_live(expires_at: Timestamp, absolute_expires_at: Timestamp, now: Timestamp) -> bool {
    now < expires_at && now < absolute_expires_at
}

fn read_portal_token(token: &SessionToken, item: &Item) -> Result<Option<PortalToken>, Error> {
    let Some(sealed) = item.optional("portal_token", Item::bytes)? else { return Ok(None) };
    let expires_at = item.time("portal_token_expires_at")?;
    Ok(token.seal().open(sealed).map(|secret| PortalToken { secret, expires_at }))
}
