use axum::extract::{Path, State as Shared};
use axum::response::Response;
use http::{StatusCode, Uri};
use uuid::Uuid;

use super::checkout_body::{FORMS, new_checkout, update as read_update};
use crate::answer::{Answer, Refusal, json, ok};
use crate::api::body::JsonBody;
use crate::api::caller::Caller;
use crate::api::query::{Query, SortKey, path_id, sort};
use crate::ledger::{Checkout, Status};
use crate::state::State;
use crate::state::check_open;
use crate::world::World;

const READ: &[&str] = &["checkouts:read", "checkouts:write"];
const WRITE: &[&str] = &["checkouts:write"];
const SORTING: &[&str] = &["created_at", "expires_at", "status"];
const STATUSES: &[&str] = &["open", "expired", "confirmed", "succeeded", "failed"];

/// `POST /v1/checkouts/`.
pub(super) async fn create(Shared(world): Shared<World>, caller: Caller, body: JsonBody) -> Answer {
    caller.organization(WRITE)?;
    let body = body.object(&FORMS)?;
    let price_owner = |price_id: Uuid| {
        world.read(|state| {
            let mut products = state.shop.products.iter();
            products.find(|product| product.prices.iter().any(|price| price.id == price_id)).map(|product| product.id)
        })
    };
    let wanted = new_checkout(&body, price_owner)?;
    world.change(|state| {
        let id = state.begin(wanted)?;
        Ok(json(StatusCode::CREATED, &shape(state, id)?))
    })
}

/// `GET /v1/checkouts/`.
pub(super) async fn list(Shared(world): Shared<World>, caller: Caller, uri: Uri) -> Answer {
    caller.organization(READ)?;
    let mut query = Query::of(&uri);
    let organizations = query.ids("organization_id");
    let products = query.ids("product_id");
    let customers = query.ids("customer_id");
    let external_ids = query.texts("external_customer_id");
    let statuses = query.choices_or_one("status", "CheckoutStatus", STATUSES);
    let email = query.text("query").map(|text| text.to_lowercase());
    let sorting = query.sorting(SORTING, "-created_at");
    let page = query.page();
    query.check()?;
    Ok(ok(&world.read(|state| {
        let is_wanted = |checkout: &&Checkout| {
            organizations.as_ref().is_none_or(|ids| ids.contains(&state.shop.organization.id))
                && products.as_ref().is_none_or(|ids| ids.contains(&checkout.product_id))
                && customers.as_ref().is_none_or(|ids| checkout.customer_id.is_some_and(|id| ids.contains(&id)))
                && (external_ids.is_empty()
                    || checkout.external_customer_id.as_ref().is_some_and(|id| external_ids.contains(id)))
                && statuses.as_ref().is_none_or(|wanted| wanted.iter().any(|one| one == checkout.status.name()))
                && email.as_ref().is_none_or(|part| {
                    checkout.customer_email.as_ref().is_some_and(|email| email.to_lowercase().contains(part))
                })
        };
        let mut checkouts: Vec<&Checkout> = state.ledger.checkouts.iter().filter(is_wanted).collect();
        sort(&mut checkouts, &sorting, |checkout, key| match key {
            "expires_at" => SortKey::Time(checkout.expires_at),
            "status" => SortKey::Text(checkout.status.name().to_owned()),
            _ => SortKey::Time(checkout.created_at),
        });
        page.of(&checkouts, |checkout| state.checkout_shape(checkout))
    })))
}

/// `GET /v1/checkouts/{id}`: works after the expiry too.
pub(super) async fn find(Shared(world): Shared<World>, caller: Caller, Path(id): Path<String>) -> Answer {
    caller.organization(READ)?;
    let id = path_id(&id)?;
    world.read(|state| Ok(ok(&shape(state, id)?)))
}

/// `PATCH /v1/checkouts/{id}`: one that is over is not refused but becomes `expired` (recording 2a4).
pub(super) async fn update(
    Shared(world): Shared<World>,
    caller: Caller,
    Path(id): Path<String>,
    body: JsonBody,
) -> Answer {
    caller.organization(WRITE)?;
    let id = path_id(&id)?;
    let (details, metadata) = read_update(&body.object(&[])?)?;
    world.change(|state| -> Result<Response, Refusal> {
        let mut checkout = state.ledger.checkout(id).cloned().ok_or_else(Refusal::not_found)?;
        check_open(&checkout)?;
        state.apply(&mut checkout, &details)?;
        if let Some(metadata) = metadata {
            checkout.metadata = metadata;
        }
        let now = state.now();
        checkout.modified_at = Some(now);
        if checkout.expires_at <= now {
            checkout.status = Status::Expired;
        }
        let answer = ok(&state.checkout_shape(&checkout));
        if let Some(kept) = state.ledger.checkout_mut(id) {
            *kept = checkout;
        }
        state.announce_checkout("checkout.updated", id);
        Ok(answer)
    })
}

fn shape(state: &State, id: Uuid) -> Result<serde_json::Value, Refusal> {
    let checkout = state.ledger.checkout(id).ok_or_else(Refusal::not_found)?;
    Ok(state.checkout_shape(checkout))
}
