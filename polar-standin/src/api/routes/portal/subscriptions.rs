use axum::extract::{Path, State as Shared};
use http::Uri;

use crate::answer::{Answer, Refusal, ok};
use crate::api::caller::Caller;
use crate::api::query::{Query, SortKey, path_id, sort};
use crate::ledger::Subscription;
use crate::world::World;

const SORTING: &[&str] = &["started_at", "amount", "status", "organization", "product"];

/// `GET /v1/customer-portal/subscriptions/`.
pub(super) async fn list(Shared(world): Shared<World>, caller: Caller, uri: Uri) -> Answer {
    let customer = caller.customer()?;
    let mut query = Query::of(&uri);
    let products = query.ids("product_id");
    let is_active = query.boolean("active");
    let sorting = query.sorting(SORTING, "-started_at");
    let page = query.page();
    query.check()?;
    Ok(ok(&world.read(|state| {
        let is_wanted = |held: &&Subscription| {
            held.customer_id == customer
                && products.as_ref().is_none_or(|ids| ids.contains(&held.product_id))
                && is_active.is_none_or(|wanted| held.is_active() == wanted)
        };
        let mut subscriptions: Vec<&Subscription> = state.ledger.subscriptions.iter().filter(is_wanted).collect();
        sort(&mut subscriptions, &sorting, |held, key| match key {
            "amount" => SortKey::Number(held.amount),
            "status" => SortKey::Number(i64::from(held.is_active())),
            "organization" | "product" => SortKey::Number(0),
            _ => SortKey::Time(held.created_at),
        });
        page.of(&subscriptions, |held| state.portal_subscription_shape(held))
    })))
}

/// `GET /v1/customer-portal/subscriptions/{id}`.
pub(super) async fn find(Shared(world): Shared<World>, caller: Caller, Path(id): Path<String>) -> Answer {
    let customer = caller.customer()?;
    let id = path_id(&id)?;
    world.read(|state| {
        let held = state.ledger.subscription(id).filter(|held| held.customer_id == customer);
        Ok(ok(&state.portal_subscription_shape(held.ok_or_else(Refusal::not_found)?)))
    })
}
