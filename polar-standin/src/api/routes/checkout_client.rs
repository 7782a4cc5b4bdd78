//! The buyer's own routes: whoever knows the client secret may use them.

use axum::extract::{Path, State as Shared};
use http::StatusCode;
use serde_json::json;

use super::checkout_body::{client_update, confirmation};
use crate::answer::{Answer, Refusal, ok};
use crate::api::body::JsonBody;
use crate::ledger::Checkout;
use crate::state::State;
use crate::state::check_open;
use crate::world::World;

/// `GET /v1/checkouts/client/{client_secret}`: 410 after the expiry, even if it succeeded.
pub(super) async fn find(Shared(world): Shared<World>, Path(secret): Path<String>) -> Answer {
    world.read(|state| Ok(ok(&state.client_checkout_shape(by_secret(state, &secret)?))))
}

/// `PATCH /v1/checkouts/client/{client_secret}`.
pub(super) async fn update(Shared(world): Shared<World>, Path(secret): Path<String>, body: JsonBody) -> Answer {
    let details = client_update(&body.object(&[])?)?;
    let id = world.read(|state| by_secret(state, &secret).map(|checkout| checkout.id))?;
    if world.is_locked(id) {
        return Err(locked());
    }
    world.change(|state| {
        let mut checkout = by_secret(state, &secret)?.clone();
        check_open(&checkout)?;
        state.apply(&mut checkout, &details)?;
        checkout.modified_at = Some(state.now());
        let answer = ok(&state.client_checkout_shape(&checkout));
        if let Some(kept) = state.ledger.checkout_mut(id) {
            *kept = checkout;
        }
        state.announce_checkout("checkout.updated", id);
        Ok(answer)
    })
}

/// `POST /v1/checkouts/client/{client_secret}/confirm`: one at a time (recording 2c8).
pub(super) async fn confirm(Shared(world): Shared<World>, Path(secret): Path<String>, body: JsonBody) -> Answer {
    let confirmation = confirmation(&body.object(&[])?)?;
    let id = world.read(|state| by_secret(state, &secret).map(|checkout| checkout.id))?;
    if !world.lock(id) {
        return Err(locked());
    }
    // From here on the checkout is unlocked whatever happens, also when the caller goes away.
    let _lock = Lock { world: &world, id };
    if !world.confirm_takes().is_zero() {
        tokio::time::sleep(world.confirm_takes()).await;
    }
    world.change(|state| {
        let token = state.confirm(id, &confirmation)?;
        let checkout = by_secret(state, &secret)?;
        let mut shape = state.client_checkout_shape(checkout);
        shape["customer_session_token"] = json!(token);
        Ok(ok(&shape))
    })
}

struct Lock<'a> {
    world: &'a World,
    id: uuid::Uuid,
}

impl Drop for Lock<'_> {
    fn drop(&mut self) {
        self.world.unlock(self.id);
    }
}

fn locked() -> Refusal {
    Refusal::conflict("CheckoutLocked", "Checkout is currently being processed. Please try again.")
}

fn by_secret<'a>(state: &'a State, secret: &str) -> Result<&'a Checkout, Refusal> {
    let checkout = state.ledger.checkout_by_secret(secret).ok_or_else(Refusal::not_found)?;
    if checkout.expires_at <= state.now() {
        return Err(Refusal::Error {
            status: StatusCode::GONE,
            class: "ExpiredCheckoutError",
            detail: "This checkout session has expired.".to_owned(),
        });
    }
    Ok(checkout)
}
