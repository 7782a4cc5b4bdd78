//! Who asks, by the token that was shown.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, header};
use uuid::Uuid;

use crate::answer::Refusal;
use crate::ledger::OrganizationToken;
use crate::state::State;
use crate::tokens::ACCESS_TOKEN;

/// The caller of a request; the gate has refused unknown tokens before.
#[derive(Debug, Clone, Default)]
pub(crate) enum Caller {
    /// Showed no token.
    #[default]
    Anonymous,
    /// Showed an organization token; `None` may do everything.
    Organization { scopes: Option<Vec<String>> },
    /// Showed a customer's token.
    Customer { customer_id: Uuid, token: String },
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

impl Caller {
    /// The owner of the bearer token, if there is one at all.
    pub(crate) fn of(headers: &HeaderMap, state: &State) -> Result<Self, Refusal> {
        let Some(token) = bearer(headers) else {
            return Ok(Self::Anonymous);
        };
        if token == ACCESS_TOKEN {
            return Ok(Self::Organization { scopes: None });
        }
        let is_it = |known: &&OrganizationToken| known.token == token;
        if let Some(known) = state.ledger.tokens.iter().find(is_it) {
            return Ok(Self::Organization { scopes: Some(known.scopes.clone()) });
        }
        match state.session(token) {
            Some((_, customer)) => Ok(Self::Customer { customer_id: customer.id, token: token.to_owned() }),
            None => Err(Refusal::InvalidToken),
        }
    }

    /// Demands an organization token with one of these scopes.
    pub(crate) fn organization(&self, any_of: &'static [&'static str]) -> Result<(), Refusal> {
        match self {
            Self::Organization { scopes: None } => Ok(()),
            Self::Organization { scopes: Some(held) }
                if any_of.iter().any(|scope| held.iter().any(|one| one == scope)) =>
            {
                Ok(())
            }
            Self::Organization { .. } => Err(Refusal::InsufficientScope(any_of)),
            _ => Err(Refusal::Unauthorized),
        }
    }

    /// Demands a customer's token; gives the customer.
    pub(crate) fn customer(&self) -> Result<Uuid, Refusal> {
        match self {
            Self::Customer { customer_id, .. } => Ok(*customer_id),
            _ => Err(Refusal::Unauthorized),
        }
    }

    /// Demands a customer's token; gives the token.
    pub(crate) fn session_token(&self) -> Result<&str, Refusal> {
        match self {
            Self::Customer { token, .. } => Ok(token),
            _ => Err(Refusal::Unauthorized),
        }
    }
}

/// The token of `Authorization: Bearer`; anything else counts as none (recordings 154, 156).
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty()).then_some(token.trim())
}
