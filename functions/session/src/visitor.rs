use axum::{extract::FromRequestParts, http::request::Parts};
use http_api::{ApiError, Browser, ClientName, MaybeSignedIn};
use store::{NewSession, Scope, Session};
use uuid::Uuid;

use crate::Shop;

/// Who asks for a session: a browser of some kind, which may have one already.
pub(crate) struct Visitor {
    pub(crate) browser: Browser,
    pub(crate) session: Option<Session>,
    client: String,
}

impl Visitor {
    /// A session for this browser, in the place of the one that it has.
    pub(crate) fn new_session(&self, shop: &Shop, customer_id: Uuid, scope: Scope) -> NewSession {
        let replaces = self.session.as_ref().map(Session::reference);
        let lifetime = shop.access.lifetimes.of(scope);
        NewSession { replaces, ..NewSession::open(customer_id, scope, lifetime, &self.client) }
    }

    /// The session in which this browser has proven that it belongs to whoever reads the customer's mail.
    pub(crate) fn account_of(&self, customer_id: Uuid) -> Option<&Session> {
        self.session.as_ref().filter(|it| it.scope == Scope::Account && it.customer_id == customer_id)
    }
}

impl FromRequestParts<Shop> for Visitor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Self, ApiError> {
        let browser = Browser::from_request_parts(parts, shop).await?;
        let MaybeSignedIn(signed_in) = MaybeSignedIn::from_request_parts(parts, shop).await?;
        let Ok(ClientName(client)) = ClientName::from_request_parts(parts, shop).await;
        Ok(Self { browser, session: signed_in.map(|signed_in| signed_in.session), client })
    }
}
