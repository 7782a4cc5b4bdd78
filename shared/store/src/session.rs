use std::{collections::HashMap, fmt, time::Duration};

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use secrecy::SecretString;
use uuid::Uuid;

use crate::{Error, HistoryOf, Orders, SessionToken, TokenHash, item, item::Item};

/// A session is extended at most once a day, so that validating it usually needs a single read.
const RENEWAL: Duration = Duration::from_hours(24);

/// How much of the token's hash is used as the session's id.
pub(crate) const ID_LENGTH: usize = 16;

/// The most orders in one session. A further claim removes the order that would expire first.
const MOST_ORDERS: usize = 20;

/// What a browser proved to get a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// It started this checkout, which was paid. This does not prove that the buyer reads the mailbox of the typed address.
    Checkout(Uuid),
    /// Its user can read the customer's e-mail.
    Mailbox,
}

/// What a session may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Only the purchases of the claimed checkouts, because the mailbox was not proven.
    Orders(Orders),
    /// Everything that the customer bought.
    Account,
}

impl Scope {
    /// The scope's public name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Orders(_) => "order",
            Self::Account => "account",
        }
    }

    /// The checkouts that it is limited to; `None` for an account session.
    #[must_use]
    pub fn checkout_ids(&self) -> Option<Vec<Uuid>> {
        match self {
            Self::Orders(orders) => Some(orders.keys().copied().collect()),
            Self::Account => None,
        }
    }

    /// The part of the customer's history that it sees. For an order session with several claims, that of its first checkout.
    #[must_use]
    pub fn history(&self) -> HistoryOf {
        match self {
            Self::Orders(orders) => {
                let first = orders.iter().min_by_key(|(_, end)| **end).map(|(id, _)| *id);
                HistoryOf::Checkout(first.unwrap_or_default())
            }
            Self::Account => HistoryOf::Account,
        }
    }

    /// Whether this checkout is one of those that it is limited to.
    #[must_use]
    pub fn names(&self, checkout_id: Uuid) -> bool {
        matches!(self, Self::Orders(orders) if orders.contains_key(&checkout_id))
    }

    /// Reads the scope of a row at this time.
    ///
    /// Older versions stored a single `checkout_id`. Current rows still contain it, so that older versions do not mistake them for account
    /// sessions.
    pub(crate) fn read(item: &Item, now: Timestamp) -> Result<Self, Error> {
        let Some(checkout_id) = item.optional("checkout_id", Item::uuid)? else { return Ok(Self::Account) };
        let orders = match item.optional("orders", Item::orders)? {
            Some(orders) => orders,
            None => Orders::from([(checkout_id, item.time("absolute_expires_at")?)]),
        };
        Ok(Self::Orders(orders.into_iter().filter(|(_, end)| now < *end).collect()))
    }

    fn attributes(&self) -> Vec<(String, AttributeValue)> {
        let Self::Orders(orders) = self else { return Vec::new() };
        let newest = orders.iter().max_by_key(|(_, end)| **end).map(|(id, _)| item::text(id));
        let newest = newest.map(|id| ("checkout_id".to_owned(), id));
        newest.into_iter().chain([("orders".to_owned(), item::orders(orders))]).collect()
    }
}

/// How long a session lives without use (`idle`) and in total (`absolute`); OWASP ASVS 5.0 (7.3.1, 7.3.2) requires both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime {
    /// The time without use after which the session expires.
    pub idle: Duration,
    /// The time after which the session expires even if it is used.
    pub absolute: Duration,
}

/// A session to be opened.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// The token for the browser; it contains the customer's id.
    pub token: SessionToken,
    /// What the browser proved.
    pub proof: Proof,
    /// How long it lives.
    pub lifetime: Lifetime,
    /// The kind of browser, as in "Firefox on Windows".
    pub client: String,
    /// A live session of the same customer whose orders this one takes over, each until its own expiry. It ends in the same transaction; if it
    /// has already ended, nothing is opened.
    pub adds_to: Option<Session>,
    /// Earlier sessions of the browser, which end in the same transaction (OWASP ASVS 5.0, 7.2.4).
    pub replaces: Vec<SessionRef>,
    /// Live sessions of other customers that the browser keeps. Each gets a new token in the same transaction; if one has already ended, nothing is
    /// opened.
    pub keeps: Vec<Session>,
}

impl NewSession {
    /// A session for a customer, with a new token.
    #[must_use]
    pub fn open(customer_id: Uuid, proof: Proof, lifetime: Lifetime, client: impl Into<String>) -> Self {
        Self {
            token: SessionToken::generate(customer_id),
            proof,
            lifetime,
            client: client.into(),
            adds_to: None,
            replaces: Vec::new(),
            keeps: Vec::new(),
        }
    }

    pub(crate) fn begun_at(&self, now: Timestamp) -> Session {
        let absolute_expires_at = now + self.lifetime.absolute;
        Session {
            token: self.token.clone(),
            customer_id: self.token.customer_id(),
            scope: self.scope(absolute_expires_at),
            client: Some(self.client.clone()),
            created_at: now,
            renewed_at: now,
            expires_at: absolute_expires_at.min(now + self.lifetime.idle),
            absolute_expires_at,
            portal_token: None,
        }
    }

    fn scope(&self, end: Timestamp) -> Scope {
        let Proof::Checkout(checkout_id) = self.proof else { return Scope::Account };
        let mut orders = match self.adds_to.as_ref().map(|session| &session.scope) {
            Some(Scope::Orders(orders)) => orders.clone(),
            Some(Scope::Account) | None => Orders::new(),
        };
        orders.insert(checkout_id, end);
        while orders.len() > MOST_ORDERS {
            let first = orders.iter().min_by_key(|(_, end)| **end).map(|(id, _)| *id);
            orders.remove(&first.expect("it has more than none"));
        }
        Scope::Orders(orders)
    }
}

/// Identifies a session. It is not a credential.
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

    /// Reads what [`Display`](fmt::Display) has written.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (customer_id, token_hash) = text.split_once('/')?;
        Some(Self { customer_id: customer_id.parse().ok()?, token_hash: TokenHash::from_stored(token_hash.to_owned()) })
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

impl fmt::Display for SessionRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.customer_id, self.token_hash.as_str())
    }
}

/// Polar's credential to act as a customer for an hour, kept with the session.
#[derive(Clone, Debug)]
pub struct PortalToken {
    /// The credential itself.
    pub secret: SecretString,
    /// When Polar stops accepting it.
    pub expires_at: Timestamp,
}

/// Our record that this browser belongs to this customer.
#[derive(Clone, Debug)]
pub struct Session {
    /// The token that the session was found with.
    pub token: SessionToken,
    /// The customer's id at Polar.
    pub customer_id: Uuid,
    /// What the session may see.
    pub scope: Scope,
    /// The kind of browser; unknown for a session from before this was noted.
    pub client: Option<String>,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When its idle expiry was last extended.
    pub renewed_at: Timestamp,
    /// When it expires if it is not used again.
    pub expires_at: Timestamp,
    /// When it expires even if it is used.
    pub absolute_expires_at: Timestamp,
    /// Polar's credential, if one is stored and this token can decrypt it.
    pub portal_token: Option<PortalToken>,
}

impl Session {
    /// An id for logs, to find the row with. It is not a credential.
    #[must_use]
    pub fn id(&self) -> String {
        self.token.hash().as_str()[..ID_LENGTH].to_owned()
    }

    /// A reference to this session, which is not a credential.
    #[must_use]
    pub fn reference(&self) -> SessionRef {
        SessionRef::of(&self.token)
    }

    /// Whether its idle expiry should be extended: once a day, or after half of a shorter idle time.
    #[must_use]
    pub fn is_due(&self, lifetime: Lifetime, now: Timestamp) -> bool {
        self.renewed_at + RENEWAL.min(lifetime.idle / 2) <= now
    }

    /// The same session under a new token, so that the old one is worthless.
    #[must_use]
    pub(crate) fn with_new_token(&self) -> Self {
        // Polar's credential is sealed under the old token; the next request that needs one gets a new one.
        Self { token: SessionToken::generate(self.customer_id), portal_token: None, ..self.clone() }
    }

    pub(crate) fn is_live(&self, now: Timestamp) -> bool {
        is_live(self.expires_at, self.absolute_expires_at, now)
    }

    pub(crate) fn read(token: &SessionToken, item: &Item, now: Timestamp) -> Result<Self, Error> {
        Ok(Self {
            token: token.clone(),
            customer_id: token.customer_id(),
            scope: Scope::read(item, now)?,
            client: item.optional("client", Item::text)?.map(str::to_owned),
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
        attributes.extend(self.scope.attributes());
        attributes.extend(self.client.iter().map(|client| ("client".to_owned(), item::text(client))));
        attributes
    }
}

/// Whether a session has neither expired by idle time nor in total, even if its row still exists.
pub(crate) fn is_live(expires_at: Timestamp, absolute_expires_at: Timestamp, now: Timestamp) -> bool {
    now < expires_at && now < absolute_expires_at
}

fn read_portal_token(token: &SessionToken, item: &Item) -> Result<Option<PortalToken>, Error> {
    let Some(sealed) = item.optional("portal_token", Item::bytes)? else { return Ok(None) };
    let expires_at = item.time("portal_token_expires_at")?;
    Ok(token.seal().open(sealed).map(|secret| PortalToken { secret: secret.into(), expires_at }))
}
