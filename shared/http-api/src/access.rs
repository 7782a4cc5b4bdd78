use axum::{
    extract::{FromRef, FromRequestParts},
    http::{HeaderMap, header, request::Parts},
};
use serde::{Deserialize, Serialize};
use startup::{Clients, SettingError, Settings};
use store::{BrowserKey, Lifetime, Scope, Session, SessionToken, Sessions};
use utoipa::ToSchema;

use crate::{
    ApiError, Now, Origins,
    cookies::{BROWSER_COOKIE, SESSION_COOKIE, cookie},
};

/// How a browser proves who it is, and which pages may let it.
#[derive(Clone)]
pub struct Access {
    /// The sessions table.
    pub sessions: Sessions,
    /// Polar, which knows whether a customer still exists.
    pub polar: polar::Client,
    /// The storefront's pages.
    pub origins: Origins,
    /// How long sessions live.
    pub lifetimes: Lifetimes,
    /// Whether pages on another site may hold sessions and browser keys themselves.
    pub bearer_allowed: bool,
}

/// How long sessions live, by what they may see.
#[derive(Clone, Copy, Debug)]
pub struct Lifetimes {
    order: Lifetime,
    account: Lifetime,
}

impl Lifetimes {
    /// The lifetime of a session with this scope.
    #[must_use]
    pub const fn of(&self, scope: Scope) -> Lifetime {
        match scope {
            Scope::Order { .. } => self.order,
            Scope::Account => self.account,
        }
    }
}

const DAY: u32 = 24 * 60 * 60;

impl Access {
    /// Reads `SESSIONS_TABLE`, `STOREFRONT_ORIGINS`, `ALLOW_BEARER`, and the lifetimes of sessions.
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

    async fn find_session(&self, headers: &HeaderMap, now: Now) -> Result<Option<(Session, Transport)>, ApiError> {
        let Some((token, transport)) = self.credential(headers) else { return Ok(None) };
        let Some(session) = self.sessions.find(&token, now.0).await? else { return Ok(None) };
        let renewed = self.renew_if_due(session, now.0).await?;
        Ok(renewed.map(|session| (session, transport)))
    }

    fn credential(&self, headers: &HeaderMap) -> Option<(SessionToken, Transport)> {
        if let Some(authorization) = headers.get(header::AUTHORIZATION) {
            let token = authorization.to_str().ok()?.strip_prefix("Bearer ").filter(|_| self.bearer_allowed)?;
            return Some((SessionToken::parse(token)?, Transport::Bearer));
        }
        Some((SessionToken::parse(cookie(headers, SESSION_COOKIE)?)?, Transport::Cookie))
    }
}

/// How a secret travels between the shop and a browser.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// In a cookie that no script can read: for pages on the shop's own site.
    #[default]
    Cookie,
    /// In JSON and in headers: for pages on another site, where the shop allows it.
    Bearer,
}

/// The session of whoever asks; without one the request ends here.
pub struct SignedIn {
    /// The session.
    pub session: Session,
    /// How its token came.
    pub transport: Transport,
}

impl SignedIn {
    /// The session, if it may see the whole account: one that was claimed from a checkout has not proven the mailbox.
    pub fn of_account(self) -> Result<Session, ApiError> {
        if self.session.scope == Scope::Account { Ok(self.session) } else { Err(ApiError::OrderScope) }
    }

    /// Refuses a request that another site's page made with the buyer's cookie, for reads that cost something.
    pub fn refuse_other_sites(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        let cross_site = headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site");
        if cross_site && self.transport == Transport::Cookie { Err(ApiError::OriginNotAllowed) } else { Ok(()) }
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

/// The session of whoever asks, if there is one.
pub struct MaybeSignedIn(pub Option<SignedIn>);

impl<S> FromRequestParts<S> for MaybeSignedIn
where
    S: Send + Sync,
    Access: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Ok(now) = Now::from_request_parts(parts, state).await;
        let found = Access::from_ref(state).find_session(&parts.headers, now).await?;
        Ok(Self(found.map(|(session, transport)| SignedIn { session, transport })))
    }
}

/// The browser that asks, by the key that it was given when it began its first checkout or login.
pub struct Browser(pub Option<BrowserKey>);

impl Browser {
    /// The browser's key, which a page on another site sends in the body.
    #[must_use]
    pub fn or_in_body(&self, key: Option<&str>) -> Option<BrowserKey> {
        key.and_then(BrowserKey::parse).or_else(|| self.0.clone())
    }
}

impl<S> FromRequestParts<S> for Browser
where
    S: Send + Sync,
    Access: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let in_header = parts.headers.get("browser-key").filter(|_| Access::from_ref(state).bearer_allowed);
        let key = match in_header {
            Some(key) => key.to_str().ok(),
            None => cookie(&parts.headers, BROWSER_COOKIE),
        };
        Ok(Self(key.and_then(BrowserKey::parse)))
    }
}

/// Whether a browser sends one of our cookies along, and so acts in the buyer's name.
pub(crate) fn carries_cookie(headers: &HeaderMap) -> bool {
    [SESSION_COOKIE, BROWSER_COOKIE].iter().any(|name| cookie(headers, name).is_some())
}
