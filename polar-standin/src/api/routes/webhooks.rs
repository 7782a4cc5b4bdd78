use axum::extract::{Path, State as Shared};
use http::{StatusCode, Uri};
use serde_json::{Value, json};
use uuid::Uuid;

use super::webhook_body::{WantedEndpoint, endpoint as read_endpoint, is_acceptable};
use crate::answer::{Answer, Refusal, empty, json as answer, ok};
use crate::api::body::JsonBody;
use crate::api::caller::Caller;
use crate::api::query::{Query, path_id};
use crate::ledger::{Delivery, Endpoint, Event};
use crate::state::State;
use crate::state::shape::delivery_shape;
use crate::webhooks::{EVENT_TYPES, random_secret};
use crate::world::World;

const READ: &[&str] = &["webhooks:read", "webhooks:write"];
const WRITE: &[&str] = &["webhooks:write"];

/// `GET /v1/webhooks/endpoints`: a collection without a slash.
pub(super) async fn list(Shared(world): Shared<World>, caller: Caller, uri: Uri) -> Answer {
    caller.organization(READ)?;
    let mut query = Query::of(&uri);
    let organizations = query.ids("organization_id");
    let page = query.page();
    query.check()?;
    Ok(ok(&world.read(|state| {
        let is_wanted =
            |_: &&Endpoint| organizations.as_ref().is_none_or(|ids| ids.contains(&state.shop.organization.id));
        let endpoints: Vec<&Endpoint> = state.ledger.endpoints.iter().rev().filter(is_wanted).collect();
        page.of(&endpoints, |endpoint| state.endpoint_shape(endpoint))
    })))
}

/// `POST /v1/webhooks/endpoints`: for public https addresses, which the stand-in cannot reach; the ones that it delivers
/// to are added by [`add_webhook_endpoint`](crate::Standin::add_webhook_endpoint).
pub(super) async fn create(Shared(world): Shared<World>, caller: Caller, body: JsonBody) -> Answer {
    caller.organization(WRITE)?;
    let wanted = read_endpoint(&body.object(&[])?, &["url", "format", "events"])?;
    world.change(|state| {
        let created_at = state.now();
        let endpoint = Endpoint {
            id: Uuid::new_v4(),
            created_at,
            modified_at: None,
            url: wanted.url.unwrap_or_default(),
            name: wanted.name,
            format: wanted.format.unwrap_or_default(),
            secret: random_secret(),
            is_standard: false,
            events: wanted.events.unwrap_or_default(),
            is_enabled: true,
        };
        state.ledger.endpoints.push(endpoint.clone());
        Ok(answer(StatusCode::CREATED, &state.endpoint_shape(&endpoint)))
    })
}

/// `GET /v1/webhooks/endpoints/{id}`.
pub(super) async fn find(Shared(world): Shared<World>, caller: Caller, Path(id): Path<String>) -> Answer {
    caller.organization(READ)?;
    let id = path_id(&id)?;
    world.read(|state| shape(state, id))
}

/// `PATCH /v1/webhooks/endpoints/{id}`.
pub(super) async fn update(
    Shared(world): Shared<World>,
    caller: Caller,
    Path(id): Path<String>,
    body: JsonBody,
) -> Answer {
    caller.organization(WRITE)?;
    let id = path_id(&id)?;
    let wanted = read_endpoint(&body.object(&[])?, &[])?;
    world.change(|state| {
        alter(state, id, wanted)?;
        shape(state, id)
    })
}

/// `DELETE /v1/webhooks/endpoints/{id}`.
pub(super) async fn delete(Shared(world): Shared<World>, caller: Caller, Path(id): Path<String>) -> Answer {
    caller.organization(WRITE)?;
    let id = path_id(&id)?;
    if world.change(|state| state.delete_endpoint(id)) {
        Ok(empty(StatusCode::NO_CONTENT))
    } else {
        Err(Refusal::not_found())
    }
}

/// `PATCH /v1/webhooks/endpoints/{id}/secret`: the old one signs nothing any more.
pub(super) async fn reset_secret(Shared(world): Shared<World>, caller: Caller, Path(id): Path<String>) -> Answer {
    caller.organization(WRITE)?;
    let id = path_id(&id)?;
    world.change(|state| {
        let now = state.now();
        let endpoint = state.ledger.endpoint_mut(id).ok_or_else(Refusal::not_found)?;
        endpoint.secret = random_secret();
        endpoint.modified_at = Some(now);
        shape(state, id)
    })
}

/// `GET /v1/webhooks/deliveries`: attempts, the newest first.
pub(super) async fn deliveries(Shared(world): Shared<World>, caller: Caller, uri: Uri) -> Answer {
    caller.organization(READ)?;
    let mut query = Query::of(&uri);
    let endpoints = query.ids("endpoint_id");
    let succeeded = query.boolean("succeeded");
    let kinds = query.choices_or_one("event_type", "WebhookEventType", EVENT_TYPES);
    let page = query.page();
    query.check()?;
    Ok(ok(&world.read(|state| {
        let is_wanted = |(delivery, event): &(&Delivery, &Event)| {
            endpoints.as_ref().is_none_or(|ids| ids.contains(&event.endpoint_id))
                && succeeded.is_none_or(|wanted| delivery.succeeded == wanted)
                && kinds.as_ref().is_none_or(|kinds| kinds.contains(&event.kind))
        };
        let attempts = state.ledger.deliveries.iter().rev();
        let attempts = attempts.filter_map(|delivery| Some((delivery, state.ledger.event(delivery.event_id)?)));
        let attempts: Vec<(&Delivery, &Event)> = attempts.filter(is_wanted).collect();
        page.of(&attempts, |(delivery, event)| delivery_shape(delivery, event))
    })))
}

/// `POST /v1/webhooks/events/{id}/redeliver` (recordings 880, 881).
pub(super) async fn redeliver(Shared(world): Shared<World>, caller: Caller, Path(id): Path<String>) -> Answer {
    caller.organization(WRITE)?;
    let id = path_id(&id)?;
    if world.change(|state| state.redeliver(id)) {
        Ok(answer(StatusCode::ACCEPTED, &Value::Null))
    } else {
        Err(Refusal::not_found())
    }
}

fn alter(state: &mut State, id: Uuid, wanted: WantedEndpoint) -> Result<(), Refusal> {
    let now = state.now();
    let endpoint = state.ledger.endpoint_mut(id).ok_or_else(Refusal::not_found)?;
    let url = wanted.url.unwrap_or_else(|| endpoint.url.clone());
    if wanted.enabled == Some(true) && !is_acceptable(&url) {
        let message = "Cannot enable a webhook endpoint with an invalid URL. Please update the URL first.";
        return Err(Refusal::rejected("value_error", &[json!("enabled")], message, &json!(true)));
    }
    endpoint.url = url;
    endpoint.name = wanted.name.or_else(|| endpoint.name.take());
    endpoint.modified_at = Some(now);
    if let Some(format) = wanted.format {
        endpoint.format = format;
    }
    if let Some(events) = wanted.events {
        endpoint.events = events;
    }
    match wanted.enabled {
        Some(true) => endpoint.is_enabled = true,
        Some(false) => state.switch_off(id),
        None => {}
    }
    Ok(())
}

fn shape(state: &State, id: Uuid) -> Answer {
    Ok(ok(&state.endpoint_shape(state.ledger.endpoint(id).ok_or_else(Refusal::not_found)?)))
}
