use axum::{extract::FromRequestParts, http::request::Parts};
use http_api::{ApiError, Browser, ClientIp, Code, MaybeSignedIn, Refuses};
use store::{IdempotencyKey, Repeatable, Scope, Session};
use uuid::Uuid;

use crate::Shop;

/// Who starts a checkout.
pub(crate) struct Buyer {
    pub(crate) ip: ClientIp,
    pub(crate) browser: Browser,
    /// An account session. A session from a checkout does not prove enough to buy in the customer's name.
    pub(crate) account: Option<Session>,
    /// The `Idempotency-Key` that the page sent.
    pub(crate) idempotency_key: Option<IdempotencyKey>,
}

impl Buyer {
    /// The customer, if that is known.
    pub(crate) fn customer_id(&self) -> Option<Uuid> {
        self.account.as_ref().map(|session| session.customer_id)
    }

    /// The request as one that may be a repeat, if the page sent an `Idempotency-Key`.
    pub(crate) fn repeatable<'a>(&'a self, content: &'a [u8]) -> Option<Repeatable<'a>> {
        let browser_keys = self.browser.keys();
        self.idempotency_key.as_ref().map(|key| Repeatable { key, content, browser_keys })
    }
}

impl Refuses for Buyer {
    fn refusals() -> Vec<Code> {
        vec![Code::InvalidRequest]
    }
}

impl FromRequestParts<Shop> for Buyer {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Self, ApiError> {
        let idempotency_key = idempotency_key(parts)?;
        let Ok(ip) = ClientIp::from_request_parts(parts, shop).await;
        let browser = Browser::from_request_parts(parts, shop).await?;
        let MaybeSignedIn(signed_in) = MaybeSignedIn::from_request_parts(parts, shop).await?;
        let account = signed_in.map(|signed_in| signed_in.session).filter(|session| session.scope == Scope::Account);
        Ok(Self { ip, browser, account, idempotency_key })
    }
}

fn idempotency_key(parts: &Parts) -> Result<Option<IdempotencyKey>, ApiError> {
    let Some(key) = parts.headers.get("idempotency-key") else { return Ok(None) };
    let key = key.to_str().ok().and_then(IdempotencyKey::parse);
    let malformed = || {
        ApiError::invalid(
            "Idempotency-Key",
            "Use 16 to 255 printable ASCII characters without spaces, such as a random UUID.",
        )
    };
    key.ok_or_else(malformed).map(Some)
}
