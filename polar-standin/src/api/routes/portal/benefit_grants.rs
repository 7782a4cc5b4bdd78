use axum::extract::{Path, State as Shared};
use http::Uri;
use uuid::Uuid;

use super::super::benefits::TYPES;
use crate::answer::{Answer, Refusal, ok};
use crate::api::caller::Caller;
use crate::api::query::{Query, SortKey, path_id, sort};
use crate::ledger::Grant;
use crate::shop::Benefit;
use crate::state::State;
use crate::world::World;

const SORTING: &[&str] = &["product_benefit", "granted_at", "type", "organization"];

/// `GET /v1/customer-portal/benefit-grants/`: not revoked, of public benefits.
pub(super) async fn list(Shared(world): Shared<World>, caller: Caller, uri: Uri) -> Answer {
    let customer = caller.customer()?;
    let mut query = Query::of(&uri);
    let types = query.choices_or_one("type", "BenefitType", TYPES);
    let benefits = query.ids("benefit_id");
    let checkouts = query.ids("checkout_id");
    let orders = query.ids("order_id");
    let subscriptions = query.ids("subscription_id");
    let members = query.ids("member_id");
    let part = query.text("query").map(|text| text.to_lowercase());
    let sorting = query.sorting(SORTING, "-granted_at");
    let page = query.page();
    query.check()?;
    Ok(ok(&world.read(|state| {
        let is_among = |wanted: &Option<Vec<Uuid>>, id: Option<Uuid>| {
            wanted.as_ref().is_none_or(|ids| id.is_some_and(|id| ids.contains(&id)))
        };
        let member = state.ledger.customer(customer).map(crate::ledger::Customer::member_id);
        let is_wanted = |(grant, benefit): &(&Grant, &Benefit)| {
            types.as_ref().is_none_or(|wanted| wanted.iter().any(|one| one == benefit.type_name()))
                && is_among(&benefits, Some(benefit.id))
                && is_among(&checkouts, checkout_of(state, grant))
                && is_among(&orders, grant.order_id)
                && is_among(&subscriptions, grant.subscription_id)
                && is_among(&members, member)
                && part.as_ref().is_none_or(|part| benefit.description.to_lowercase().contains(part))
        };
        let mut grants: Vec<(&Grant, &Benefit)> = visible(state, customer).filter(is_wanted).collect();
        sort(&mut grants, &sorting, |(grant, benefit), key| match key {
            "product_benefit" => SortKey::Text(benefit.description.to_lowercase()),
            "type" => SortKey::Text(benefit.type_name().to_owned()),
            "organization" => SortKey::Number(0),
            _ => SortKey::Time(grant.granted_at),
        });
        page.of(&grants, |(grant, _)| state.portal_grant_shape(grant).unwrap_or_default())
    })))
}

/// `GET /v1/customer-portal/benefit-grants/{id}`.
pub(super) async fn find(Shared(world): Shared<World>, caller: Caller, Path(id): Path<String>) -> Answer {
    let customer = caller.customer()?;
    let id = path_id(&id)?;
    world.read(|state| {
        let found = visible(state, customer).find(|(grant, _)| grant.id == id);
        let shape = found.and_then(|(grant, _)| state.portal_grant_shape(grant));
        Ok(ok(&shape.ok_or_else(Refusal::not_found)?))
    })
}

fn visible(state: &State, customer: Uuid) -> impl Iterator<Item = (&Grant, &Benefit)> {
    let grants = state.ledger.grants.iter().filter(move |grant| grant.customer_id == customer && grant.is_granted());
    grants
        .filter_map(|grant| Some((grant, state.shop.benefit(grant.benefit_id)?)))
        .filter(|(_, benefit)| benefit.visibility == "public")
}

/// The checkout that a grant comes from, by its order or its subscription.
fn checkout_of(state: &State, grant: &Grant) -> Option<Uuid> {
    match (grant.order_id, grant.subscription_id) {
        (Some(order), _) => state.ledger.order(order)?.checkout_id,
        (None, Some(held)) => state.ledger.subscription(held)?.checkout_id,
        (None, None) => None,
    }
}
