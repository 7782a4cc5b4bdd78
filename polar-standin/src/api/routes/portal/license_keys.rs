use axum::extract::{Path, State as Shared};
use http::Uri;
use serde_json::{Value, json};

use crate::answer::{Answer, Refusal, ok};
use crate::api::caller::Caller;
use crate::api::query::{Query, path_id};
use crate::ledger::LicenseKey;
use crate::state::shape::bare_activation_shape;
use crate::world::World;

/// `GET /v1/customer-portal/license-keys/`.
pub(super) async fn list(Shared(world): Shared<World>, caller: Caller, uri: Uri) -> Answer {
    let customer = caller.customer()?;
    let mut query = Query::of(&uri);
    let benefits = query.ids("benefit_id");
    let page = query.page();
    query.check()?;
    Ok(ok(&world.read(|state| {
        let is_wanted = |key: &&LicenseKey| {
            key.customer_id == customer && benefits.as_ref().is_none_or(|ids| ids.contains(&key.benefit_id))
        };
        let keys: Vec<&LicenseKey> = state.ledger.license_keys.iter().rev().filter(is_wanted).collect();
        page.of(&keys, |key| state.license_key_shape(key))
    })))
}

/// `GET /v1/customer-portal/license-keys/{id}`.
pub(super) async fn find(Shared(world): Shared<World>, caller: Caller, Path(id): Path<String>) -> Answer {
    let customer = caller.customer()?;
    let id = path_id(&id)?;
    world.read(|state| {
        let key = state.ledger.license_keys.iter().find(|key| key.id == id && key.customer_id == customer);
        let key = key.ok_or_else(Refusal::not_found)?;
        let activations: Vec<Value> =
            key.activations.iter().map(|activation| bare_activation_shape(key, activation)).collect();
        let mut shape = state.license_key_shape(key);
        shape["activations"] = json!(activations);
        Ok(ok(&shape))
    })
}
