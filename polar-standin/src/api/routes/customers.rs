use axum::extract::{Path, State as Shared};
use http::{StatusCode, Uri};

use crate::answer::{Answer, Refusal, ok};
use crate::api::caller::Caller;
use crate::api::query::{Query, SortKey, has_metadata, path_id, sort};
use crate::ledger::Customer;
use crate::state::State;
use crate::world::World;

const READ: &[&str] = &["customers:read", "customers:write"];
const SORTING: &[&str] = &["created_at", "email", "name"];

/// `GET /v1/customers/`.
pub(super) async fn list(Shared(world): Shared<World>, caller: Caller, uri: Uri) -> Answer {
    caller.organization(READ)?;
    let mut query = Query::of(&uri);
    let organizations = query.ids("organization_id");
    let email = query.text("email").map(|email| email.to_lowercase());
    let part = query.text("query").map(|text| text.to_lowercase());
    let metadata = query.metadata();
    let sorting = query.sorting(SORTING, "-created_at");
    let page = query.page();
    query.check()?;
    Ok(ok(&world.read(|state| {
        let has_part = |customer: &Customer, part: &String| {
            customer.email.to_lowercase().contains(part)
                || customer.name.as_ref().is_some_and(|name| name.to_lowercase().contains(part))
        };
        let is_wanted = |customer: &&Customer| {
            customer.deleted_at.is_none()
                && organizations.as_ref().is_none_or(|ids| ids.contains(&state.shop.organization.id))
                && email.as_ref().is_none_or(|email| customer.email.to_lowercase() == *email)
                && part.as_ref().is_none_or(|part| has_part(customer, part))
                && has_metadata(&customer.metadata, &metadata)
        };
        let mut customers: Vec<&Customer> = state.ledger.customers.iter().filter(is_wanted).collect();
        sort(&mut customers, &sorting, |customer, key| match key {
            "email" => SortKey::Text(customer.email.clone()),
            "name" => SortKey::Text(customer.name.clone().unwrap_or_default()),
            _ => SortKey::Time(customer.created_at),
        });
        page.of(&customers, |customer| state.customer_shape(customer))
    })))
}

/// `GET /v1/customers/{id}`.
pub(super) async fn find(Shared(world): Shared<World>, caller: Caller, Path(id): Path<String>) -> Answer {
    caller.organization(READ)?;
    let id = path_id(&id)?;
    world.read(|state| answer(state, state.ledger.customer(id), State::customer_shape))
}

/// `GET /v1/customers/{id}/state`.
pub(super) async fn state(Shared(world): Shared<World>, caller: Caller, Path(id): Path<String>) -> Answer {
    caller.organization(READ)?;
    let id = path_id(&id)?;
    world.read(|state| answer(state, state.ledger.customer(id), State::customer_state_shape))
}

/// `GET /v1/customers/external/{external_id}`.
pub(super) async fn find_external(Shared(world): Shared<World>, caller: Caller, Path(id): Path<String>) -> Answer {
    let id = addressable(id)?;
    caller.organization(READ)?;
    world.read(|state| answer(state, state.ledger.customer_by_external_id(&id), State::customer_shape))
}

/// `GET /v1/customers/external/{external_id}/state`.
pub(super) async fn state_external(Shared(world): Shared<World>, caller: Caller, Path(id): Path<String>) -> Answer {
    let id = addressable(id)?;
    caller.organization(READ)?;
    world.read(|state| answer(state, state.ledger.customer_by_external_id(&id), State::customer_state_shape))
}

/// An id with a slash never reaches the route: Polar decodes the path first (recording 424).
fn addressable(id: String) -> Result<String, Refusal> {
    if id.contains('/') { Err(Refusal::Plain(StatusCode::NOT_FOUND, "Not Found")) } else { Ok(id) }
}

fn answer(
    state: &State,
    customer: Option<&Customer>,
    shape: impl Fn(&State, &Customer) -> serde_json::Value,
) -> Answer {
    Ok(ok(&shape(state, customer.ok_or_else(Refusal::not_found)?)))
}
