use axum::{
    extract::{FromRef, FromRequestParts},
    http::{HeaderMap, HeaderName, HeaderValue, header, request::Parts},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use startup::{Clients, SettingError, Settings};
use store::{
    BrowserKey, Caller, CheckoutRecord, Checkouts, Lifetime, Limits, Scope, Session, SessionToken, Sessions, Share,
};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    ApiError, ClientIp, Code, Now, Origins, Refuses,
    cookies::{SESSION_COOKIE, browser_keys, cookie, set_browser_cookie, set_other_browser_cookie, tokens_in},
};

/// Authenticates browsers: sessions, browser keys, allowed pages and rate limits.
#[derive(Clone)]
pub struct Access {
    /// The sessions table.
    pub sessions: Sessions,
    /// Polar, to check whether a customer still exists.
    pub polar: polar::Client,
    /// The storefront's pages.
    pub origins: Origins,
    /// How long sessions live.
    pub lifetimes: Lifetimes,
    /// How many requests callers have made.
    pub limits: Limits,
    /// How many requests they may make.
    pub shares: Shares,
    /// Whether pages may hold session tokens and browser keys themselves, instead of cookies.
    pub bearer_allowed: bool,
}

/// How long sessions live, by their scope.
#[derive(Clone, Copy, Debug)]
pub struct Lifetimes {
    /// For sessions that were claimed from checkouts.
    pub order: Lifetime,
    /// For account sessions.
    pub account: Lifetime,
}

/// How many requests to Polar a caller may cause per minute. Polar allows the whole shop 500; once they are used up, every buyer waits.
#[derive(Clone, Copy, Debug)]
pub struct Shares {
    session: u32,
    network: u32,
}

const DAY: u32 = 24 * 60 * 60;

impl Access {
    /// Reads `SESSIONS_TABLE`, `LIMITS_TABLE`, `STOREFRONT_ORIGINS`, `ALLOW_BEARER`, the lifetimes of sessions, and the shares of callers.
    pub fn from_settings(settings: &Settings, clients: &Clients) -> Result<Self, SettingError> {
        let lifetime = |idle, idle_default, absolute, absolute_default| {
            Ok(Lifetime {
                idle: settings.seconds(idle, idle_default)?,
                absolute: settings.seconds(absolute, absolute_default)?,
            })
        };
        Ok(Self {
            sessions: Sessions::new(clients.dynamodb.clone(), settings.required::<String>("SESSIONS_TABLE")?),
            polar: clients.polar.clone(),
            origins: Origins::from_settings(settings)?,
            lifetimes: Lifetimes {
                order: lifetime("ORDER_SESSION_IDLE_SECONDS", DAY, "ORDER_SESSION_ABSOLUTE_SECONDS", 7 * DAY)?,
                account: lifetime(
                    "ACCOUNT_SESSION_IDLE_SECONDS",
                    30 * DAY,
                    "ACCOUNT_SESSION_ABSOLUTE_SECONDS",
                    180 * DAY,
                )?,
            },
            limits: Limits::new(clients.dynamodb.clone(), settings.required::<String>("LIMITS_TABLE")?),
            shares: Shares {
                session: settings.or_default("POLAR_CALLS_PER_SESSION", "60")?,
                network: settings.or_default("POLAR_CALLS_PER_NETWORK", "100")?,
            },
            bearer_allowed: settings.or_default("ALLOW_BEARER", "false")?,
        })
    }

    /// Accepts the transport that a page asks for, or refuses it where the shop does not allow it.
    pub fn accept(&self, transport: Transport) -> Result<Transport, ApiError> {
        match transport {
            Transport::Bearer if !self.bearer_allowed => {
                Err(ApiError::rejected("transport", "This shop hands out cookies only."))
            }
            transport => Ok(transport),
        }
    }

    /// The callers that a request counts against, and how many requests to Polar each may cause per minute.
    ///
    /// Anyone can get any number of order sessions by buying free products, so those also count against their network address.
    #[must_use]
    pub fn shares_of(&self, session: Option<&Session>, ClientIp(ip): ClientIp) -> Vec<Share> {
        let of_session = session
            .map(|session| Share { caller: Caller::Session(session.reference()), questions: self.shares.session });
        let is_anybody = session.is_none_or(|session| session.scope != Scope::Account);
        let of_network = is_anybody.then_some(Share { caller: Caller::Network(ip), questions: self.shares.network });
        of_session.into_iter().chain(of_network).collect()
    }

    /// Counts requests to Polar before they are sent; a caller with none left is refused until the minute is over.
    pub async fn spend(
        &self,
        questions: u32,
        session: Option<&Session>,
        ip: ClientIp,
        now: Timestamp,
    ) -> Result<(), ApiError> {
        let admission = self.limits.spend(questions, &self.shares_of(session, ip), now).await?;
        ApiError::refuse_until(admission, now)
    }

    async fn find_sessions(&self, headers: &HeaderMap, now: Now) -> Result<Option<SignedIn>, ApiError> {
        let (tokens, transport) = self.credential(headers);
        let mut sessions = Vec::new();
        for token in tokens {
            if let Some(session) = self.sessions.find(&token, now.0).await? {
                sessions.extend(self.renew_if_due(session, now.0).await?);
            }
        }
        // The account session comes first.
        sessions.sort_by_key(|session| session.scope != Scope::Account);
        let mut sessions = sessions.into_iter();
        let session = sessions.next();
        Ok(session.map(|session| SignedIn { session, others: sessions.collect(), transport }))
    }

    fn credential(&self, headers: &HeaderMap) -> (Vec<SessionToken>, Transport) {
        // Other schemes, and bearer tokens that the shop does not allow, are ignored; there may still be a cookie.
        if let Some(bearer) = bearer(headers).filter(|_| self.bearer_allowed) {
            return (tokens_in(bearer), Transport::Bearer);
        }
        (cookie(headers, SESSION_COOKIE).map(tokens_in).unwrap_or_default(), Transport::Cookie)
    }
}

/// The credential of an `Authorization` header with the scheme `Bearer`, in any case (RFC 9110, 11.1).
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, credential) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(credential.trim_start())
}

/// How a secret is passed between the shop and a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// In a cookie that scripts cannot read, for pages on the same site as the API.
    #[default]
    Cookie,
    /// In JSON and in headers, for pages on another site. The shop must allow it.
    Bearer,
}

/// The caller's session. A request without one is refused.
#[derive(Clone)]
pub struct SignedIn {
    /// The account session, if there is one, or else the session that was opened last.
    pub session: Session,
    /// Order sessions for what the same browser bought as other customers.
    pub others: Vec<Session>,
    /// How the token was sent.
    pub transport: Transport,
}

impl SignedIn {
    /// All sessions of the browser.
    pub fn sessions(&self) -> impl Iterator<Item = &Session> {
        std::iter::once(&self.session).chain(&self.others)
    }
}

impl Refuses for SignedIn {
    fn refusals() -> Vec<Code> {
        vec![Code::Unauthenticated]
    }
}

impl<S> FromRequestParts<S> for SignedIn
where
    S: Send + Sync,
    Access: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let MaybeSignedIn(signed_in) = MaybeSignedIn::from_request_parts(parts, state).await?;
        signed_in.ok_or(ApiError::Unauthenticated)
    }
}

/// The caller's account session. An order session is refused, because a checkout does not prove who reads the mailbox.
pub struct AccountSession(pub Session);

impl Refuses for AccountSession {
    fn refusals() -> Vec<Code> {
        vec![Code::Unauthenticated, Code::OrderScope]
    }
}

impl<S> FromRequestParts<S> for AccountSession
where
    S: Send + Sync,
    Access: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let SignedIn { session, .. } = SignedIn::from_request_parts(parts, state).await?;
        if session.scope == Scope::Account { Ok(Self(session)) } else { Err(ApiError::OrderScope) }
    }
}

/// The caller's session, if there is one.
pub struct MaybeSignedIn(pub Option<SignedIn>);

impl Refuses for MaybeSignedIn {}

impl<S> FromRequestParts<S> for MaybeSignedIn
where
    S: Send + Sync,
    Access: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Ok(now) = Now::from_request_parts(parts, state).await;
        Ok(Self(Access::from_ref(state).find_sessions(&parts.headers, now).await?))
    }
}

/// The browser that sent the request, identified by the keys that it got when it started checkouts or a login.
#[derive(Clone)]
pub struct Browser {
    /// Its current key.
    current: Option<BrowserKey>,
    /// The keys that its earlier checkouts were started with.
    others: Vec<BrowserKey>,
    /// How the keys were sent.
    transport: Transport,
    bearer_allowed: bool,
}

impl Browser {
    /// The browser with the key that a page on another site sends in the body.
    pub fn with_key_in_body(self, key: Option<&str>) -> Result<Self, ApiError> {
        let Some(key) = key else { return Ok(self) };
        if !self.bearer_allowed {
            return Err(ApiError::rejected("browserKey", "This shop accepts cookies only. Leave this field out."));
        }
        Ok(Self { current: BrowserKey::parse(key), others: Vec::new(), transport: Transport::Bearer, ..self })
    }

    /// The current key of the browser.
    #[must_use]
    pub const fn key(&self) -> Option<&BrowserKey> {
        self.current.as_ref()
    }

    /// All keys that can prove that the browser started something.
    #[must_use]
    pub fn keys(&self) -> Vec<BrowserKey> {
        self.current.iter().chain(&self.others).cloned().collect()
    }

    /// Finds a checkout that this browser started, and its key. A checkout of another browser is treated as unknown.
    pub async fn find_own(&self, checkouts: &Checkouts, id: Uuid) -> Result<(CheckoutRecord, BrowserKey), ApiError> {
        let keys = self.keys();
        if keys.is_empty() {
            return Err(ApiError::Unauthenticated);
        }
        let record = checkouts.find(id).await?.ok_or(ApiError::NotFound)?;
        let key = record.key_among(&keys).ok_or(ApiError::NotFound)?.clone();
        Ok((record, key))
    }

    /// The key to start something with, if the browser has one for this transport: a key from a cookie is never given to a script.
    #[must_use]
    pub fn key_for(&self, transport: Transport) -> Option<BrowserKey> {
        self.current.clone().filter(|_| self.transport == transport)
    }

    /// The headers that store the key of a checkout in the browser.
    ///
    /// If two tabs without a cookie start checkouts at the same time, each gets a key and the second cookie overwrites the first. So such a key
    /// is also stored in a cookie named after its checkout.
    #[must_use]
    pub fn keep_key_of(&self, key: &BrowserKey, checkout_id: Uuid) -> Vec<(HeaderName, HeaderValue)> {
        let is_current = self.current.as_ref().is_some_and(|current| current.hash().matches(&key.hash()));
        let name = checkout_id.simple().to_string();
        let of_checkout = (!is_current).then(|| set_other_browser_cookie(&name[..8], key));
        let current = (is_current || self.current.is_none()).then(|| set_browser_cookie(key));
        current.into_iter().chain(of_checkout).collect()
    }

    /// The headers that replace the browser's key when it signs in or out, so that a leaked key cannot claim later checkouts. The old key can
    /// still claim the checkouts that were started with it.
    #[must_use]
    pub fn change_key(&self) -> Vec<(HeaderName, HeaderValue)> {
        let Some(old) = self.key_for(Transport::Cookie) else { return Vec::new() };
        vec![set_browser_cookie(&BrowserKey::generate()), set_other_browser_cookie("before", &old)]
    }
}

impl Refuses for Browser {}

impl<S> FromRequestParts<S> for Browser
where
    S: Send + Sync,
    Access: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let bearer_allowed = Access::from_ref(state).bearer_allowed;
        let in_header = parts.headers.get("browser-key").filter(|_| bearer_allowed);
        let (current, others, transport) = match in_header {
            Some(key) => (key.to_str().ok().and_then(BrowserKey::parse), Vec::new(), Transport::Bearer),
            None => {
                let (current, others) = browser_keys(&parts.headers);
                (current, others, Transport::Cookie)
            }
        };
        Ok(Self { current, others, transport, bearer_allowed })
    }
}
