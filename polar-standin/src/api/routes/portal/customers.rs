use axum::extract::State as Shared;
use serde_json::json;

use crate::answer::{Answer, Refusal, ok};
use crate::api::caller::Caller;
use crate::clock::written;
use crate::state::shape::{portal_customer_shape, user_shape};
use crate::world::World;

/// `GET /v1/customer-portal/customers/me`.
pub(super) async fn me(Shared(world): Shared<World>, caller: Caller) -> Answer {
    let customer = caller.customer()?;
    world.read(|state| {
        let customer = state.ledger.customer(customer).ok_or(Refusal::InvalidToken)?;
        Ok(ok(&portal_customer_shape(customer)))
    })
}

/// `GET /v1/customer-portal/customer-session/introspect`.
pub(super) async fn introspect(Shared(world): Shared<World>, caller: Caller) -> Answer {
    let token = caller.session_token()?;
    world.read(|state| {
        let (session, _) = state.session(token).ok_or(Refusal::InvalidToken)?;
        Ok(ok(&json!({"expires_at": written(session.expires_at), "return_url": session.return_url})))
    })
}

/// `GET /v1/customer-portal/customer-session/user`.
pub(super) async fn user(Shared(world): Shared<World>, caller: Caller) -> Answer {
    let token = caller.session_token()?;
    world.read(|state| {
        let (session, customer) = state.session(token).ok_or(Refusal::InvalidToken)?;
        Ok(ok(&user_shape(session, customer)))
    })
}
