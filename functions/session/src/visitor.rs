use axum::{extract::FromRequestParts, http::request::Parts};
use http_api::{ApiError, Browser, ClientIp, ClientName, MaybeSignedIn, Refuses, SignedIn, Transport};
use jiff::Timestamp;
use store::{NewSession, Proof, Scope, Session};
use uuid::Uuid;

use crate::Shop;

/// The most sessions of other customers that a browser keeps beside a new one.
const MOST_KEPT: usize = 4;

/// The browser that requests a session, and the sessions that it already has.
pub(crate) struct Visitor {
    pub(crate) browser: Browser,
    pub(crate) ip: ClientIp,
    signed_in: Option<SignedIn>,
    client: String,
}

impl Visitor {
    /// The browser's sessions for this transport. Those for the other transport stay as they are.
    pub(crate) fn sessions(&self, transport: Transport) -> Vec<Session> {
        let signed_in = self.signed_in.iter().filter(|signed_in| signed_in.transport == transport);
        signed_in.flat_map(SignedIn::sessions).cloned().collect()
    }

    /// Those of them that have not ended.
    pub(crate) async fn live_sessions(
        &self,
        shop: &Shop,
        transport: Transport,
        now: Timestamp,
    ) -> Result<Vec<Session>, ApiError> {
        let mut live = Vec::new();
        for session in self.sessions(transport) {
            live.extend(shop.access.sessions.find(&session.token, now).await?);
        }
        Ok(live)
    }

    /// A session for this browser, in addition to or in place of those that it has.
    ///
    /// A claim adds an order to the browser's session for the same customer. A sign-in replaces that session, and any other account session.
    pub(crate) fn new_session(&self, shop: &Shop, customer_id: Uuid, proof: Proof, had: Vec<Session>) -> NewSession {
        let is_of_customer = |session: &Session| session.customer_id == customer_id;
        let is_account = |session: &Session| session.scope == Scope::Account;
        match proof {
            Proof::Checkout(_) => {
                let mut keeps = had;
                let same = keeps.iter().position(|session| is_of_customer(session) && !is_account(session));
                let adds_to = same.map(|place| keeps.remove(place));
                keeps.truncate(MOST_KEPT);
                let lifetime = shop.access.lifetimes.order;
                NewSession { adds_to, keeps, ..NewSession::open(customer_id, proof, lifetime, &self.client) }
            }
            Proof::Mailbox => {
                let (ended, mut keeps): (Vec<_>, Vec<_>) =
                    had.into_iter().partition(|session| is_of_customer(session) || is_account(session));
                keeps.truncate(MOST_KEPT);
                let replaces = ended.iter().map(Session::reference).collect();
                let lifetime = shop.access.lifetimes.account;
                NewSession { replaces, keeps, ..NewSession::open(customer_id, proof, lifetime, &self.client) }
            }
        }
    }
}

impl Refuses for Visitor {}

impl FromRequestParts<Shop> for Visitor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Self, ApiError> {
        let browser = Browser::from_request_parts(parts, shop).await?;
        let Ok(ip) = ClientIp::from_request_parts(parts, shop).await;
        let MaybeSignedIn(signed_in) = MaybeSignedIn::from_request_parts(parts, shop).await?;
        let Ok(ClientName(client)) = ClientName::from_request_parts(parts, shop).await;
        Ok(Self { browser, ip, signed_in, client })
    }
}
