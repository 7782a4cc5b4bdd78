use axum::extract::{Path, State as Shared};
use http::{StatusCode, Uri};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::answer::{Answer, Refusal, empty, ok};
use crate::api::body::JsonBody;
use crate::api::caller::Caller;
use crate::api::fields::Fields;
use crate::api::query::{Query, path_id};
use crate::ledger::{Activation, LicenseKey};
use crate::state::State;
use crate::state::shape::bare_activation_shape;
use crate::world::World;

const READ: &[&str] = &["license_keys:read", "license_keys:write"];
const WRITE: &[&str] = &["license_keys:write"];

/// `GET /v1/license-keys/`.
pub(super) async fn list(Shared(world): Shared<World>, caller: Caller, uri: Uri) -> Answer {
    caller.organization(READ)?;
    let mut query = Query::of(&uri);
    let benefits = query.ids("benefit_id");
    let page = query.page();
    query.check()?;
    Ok(ok(&world.read(|state| {
        let is_wanted = |key: &&LicenseKey| benefits.as_ref().is_none_or(|ids| ids.contains(&key.benefit_id));
        let keys: Vec<&LicenseKey> = state.ledger.license_keys.iter().rev().filter(is_wanted).collect();
        page.of(&keys, |key| state.license_key_shape(key))
    })))
}

/// `GET /v1/license-keys/{id}`.
pub(super) async fn find(Shared(world): Shared<World>, caller: Caller, Path(id): Path<String>) -> Answer {
    caller.organization(READ)?;
    let id = path_id(&id)?;
    world.read(|state| {
        let key = state.ledger.license_keys.iter().find(|key| key.id == id).ok_or_else(Refusal::not_found)?;
        let mut shape = state.license_key_shape(key);
        let activations = key.activations.iter().map(|activation| bare_activation_shape(key, activation));
        shape["activations"] = json!(activations.collect::<Vec<_>>());
        Ok(ok(&shape))
    })
}

/// `POST /v1/license-keys/validate`.
pub(super) async fn validate(Shared(world): Shared<World>, caller: Caller, body: JsonBody) -> Answer {
    caller.organization(WRITE)?;
    validated(&world, &body.object(&[])?)
}

/// `POST /v1/license-keys/activate`.
pub(super) async fn activate(Shared(world): Shared<World>, caller: Caller, body: JsonBody) -> Answer {
    caller.organization(WRITE)?;
    activated(&world, &body.object(&[])?)
}

/// `POST /v1/license-keys/deactivate`.
pub(super) async fn deactivate(Shared(world): Shared<World>, caller: Caller, body: JsonBody) -> Answer {
    caller.organization(WRITE)?;
    deactivated(&world, &body.object(&[])?)
}

/// `POST /v1/customer-portal/license-keys/validate`: anyone may ask.
pub(super) async fn portal_validate(Shared(world): Shared<World>, body: JsonBody) -> Answer {
    validated(&world, &body.object(&[])?)
}

/// `POST /v1/customer-portal/license-keys/activate`.
pub(super) async fn portal_activate(Shared(world): Shared<World>, body: JsonBody) -> Answer {
    activated(&world, &body.object(&[])?)
}

/// `POST /v1/customer-portal/license-keys/deactivate`.
pub(super) async fn portal_deactivate(Shared(world): Shared<World>, body: JsonBody) -> Answer {
    deactivated(&world, &body.object(&[])?)
}

fn validated(world: &World, body: &Map<String, Value>) -> Answer {
    let mut fields = Fields::of(body);
    let which = Which::read(&mut fields);
    let activation_id = fields.id("activation_id");
    let benefit_id = fields.id("benefit_id");
    let customer_id = fields.id("customer_id");
    let increment = fields.amount("increment_usage").unwrap_or(0);
    fields.check()?;
    world.change(|state| {
        let now = state.now();
        let key = which.key(state)?;
        if !key.is_granted {
            return Err(Refusal::missing("License key is no longer active."));
        }
        if benefit_id.is_some_and(|id| id != key.benefit_id) {
            return Err(Refusal::missing("License key does not match given benefit."));
        }
        if customer_id.is_some_and(|id| id != key.customer_id) {
            return Err(Refusal::missing("License key does not match given user."));
        }
        let activation = match activation_id {
            None => None,
            Some(id) => Some(activation(key, id)?.clone()),
        };
        let left = key.limit_usage.map(|limit| limit - key.usage);
        if let Some(left) = left.filter(|left| increment > *left) {
            let detail = format!("License key only has {left} more usages.");
            return Err(Refusal::Error { status: StatusCode::BAD_REQUEST, class: "BadRequest", detail });
        }
        key.usage += increment;
        key.validations += 1;
        key.last_validated_at = Some(now);
        let key = key.clone();
        let mut shape = state.license_key_shape(&key);
        shape["activation"] = json!(activation.map(|activation| bare_activation_shape(&key, &activation)));
        Ok(ok(&shape))
    })
}

fn activated(world: &World, body: &Map<String, Value>) -> Answer {
    let mut fields = Fields::of(body);
    let which = Which::read(&mut fields);
    let label = fields.text("label", usize::MAX);
    if label.is_none() {
        fields.require("label");
    }
    let meta = fields.metadata("meta").unwrap_or_default();
    fields.check()?;
    world.change(|state| {
        let created_at = state.now();
        let key = which.key(state)?;
        if !key.is_granted {
            return Err(Refusal::not_permitted("License key is no longer active."));
        }
        let Some(limit) = key.limit_activations else {
            let detail = "This license key does not support activations. Use the /validate endpoint instead to check \
                          license validity.";
            return Err(Refusal::not_permitted(detail));
        };
        if i64::try_from(key.activations.len()).is_ok_and(|count| count >= limit) {
            return Err(Refusal::not_permitted("License key activation limit already reached"));
        }
        let label = label.unwrap_or_default();
        let activation = Activation { id: Uuid::new_v4(), created_at, label, meta: Value::Object(meta) };
        key.activations.push(activation.clone());
        let key = key.clone();
        Ok(ok(&state.activation_shape(&key, &activation)))
    })
}

fn deactivated(world: &World, body: &Map<String, Value>) -> Answer {
    let mut fields = Fields::of(body);
    let which = Which::read(&mut fields);
    let activation_id = fields.id("activation_id");
    if !fields.has("activation_id") {
        fields.require("activation_id");
    }
    fields.check()?;
    world.change(|state| {
        let key = which.key(state)?;
        let id = activation_id.unwrap_or_default();
        activation(key, id)?;
        key.activations.retain(|activation| activation.id != id);
        Ok(empty(StatusCode::NO_CONTENT))
    })
}

/// The key that a body names.
struct Which {
    key: String,
    organization_id: Option<Uuid>,
}

impl Which {
    fn read(fields: &mut Fields<'_>) -> Self {
        for name in ["key", "organization_id"] {
            if !fields.has(name) {
                fields.require(name);
            }
        }
        Self { key: fields.text("key", usize::MAX).unwrap_or_default(), organization_id: fields.id("organization_id") }
    }

    fn key<'a>(&self, state: &'a mut State) -> Result<&'a mut LicenseKey, Refusal> {
        let is_here = self.organization_id == Some(state.shop.organization.id);
        let found = state.ledger.license_keys.iter_mut().find(|known| is_here && known.key == self.key);
        found.ok_or_else(Refusal::not_found)
    }
}

fn activation(key: &LicenseKey, id: Uuid) -> Result<&Activation, Refusal> {
    key.activations.iter().find(|activation| activation.id == id).ok_or_else(Refusal::not_found)
}
