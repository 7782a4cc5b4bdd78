use axum::extract::{Path, State as Shared};
use http::Uri;

use super::super::orders::{begin_invoice, invoice_of, sort_key};
use crate::answer::{Answer, Refusal, ok};
use crate::api::body::JsonBody;
use crate::api::caller::Caller;
use crate::api::fields::Fields;
use crate::api::query::{Query, path_id, sort};
use crate::ledger::Order;
use crate::world::World;

const SORTING: &[&str] = &["created_at", "amount", "net_amount", "product", "subscription"];

/// `GET /v1/customer-portal/orders/`.
pub(super) async fn list(Shared(world): Shared<World>, caller: Caller, uri: Uri) -> Answer {
    let customer = caller.customer()?;
    let mut query = Query::of(&uri);
    let products = query.ids("product_id");
    let billing_types = query.choices_or_one("product_billing_type", "ProductBillingType", &["one_time", "recurring"]);
    let subscriptions = query.ids("subscription_id");
    let part = query.text("query").map(|text| text.to_lowercase());
    let sorting = query.sorting(SORTING, "-created_at");
    let page = query.page();
    query.check()?;
    Ok(ok(&world.read(|state| {
        let name = |order: &Order| state.shop.product(order.product_id).map(|product| product.name.to_lowercase());
        let billing_type = |order: &Order| if order.subscription_id.is_some() { "recurring" } else { "one_time" };
        let is_wanted = |order: &&Order| {
            order.customer_id == customer
                && products.as_ref().is_none_or(|ids| ids.contains(&order.product_id))
                && billing_types.as_ref().is_none_or(|wanted| wanted.iter().any(|one| one == billing_type(order)))
                && subscriptions.as_ref().is_none_or(|ids| order.subscription_id.is_some_and(|id| ids.contains(&id)))
                && part.as_ref().is_none_or(|part| name(order).is_some_and(|name| name.contains(part)))
        };
        let mut orders: Vec<&Order> = state.ledger.orders.iter().filter(is_wanted).collect();
        sort(&mut orders, &sorting, |order, key| sort_key(state, order, key));
        page.of(&orders, |order| state.portal_order_shape(order))
    })))
}

/// `GET /v1/customer-portal/orders/{id}`.
pub(super) async fn find(Shared(world): Shared<World>, caller: Caller, Path(id): Path<String>) -> Answer {
    let customer = caller.customer()?;
    let id = path_id(&id)?;
    world.read(|state| {
        let order = state.ledger.order(id).filter(|order| order.customer_id == customer);
        Ok(ok(&state.portal_order_shape(order.ok_or_else(Refusal::not_found)?)))
    })
}

/// `PATCH /v1/customer-portal/orders/{id}`: the billing details that an invoice needs.
pub(super) async fn update(
    Shared(world): Shared<World>,
    caller: Caller,
    Path(id): Path<String>,
    body: JsonBody,
) -> Answer {
    let customer = caller.customer()?;
    let id = path_id(&id)?;
    let body = body.object(&[])?;
    let mut fields = Fields::of(&body);
    let name = fields.text("billing_name", usize::MAX);
    let address = fields.billing_address("billing_address");
    fields.check()?;
    world.change(|state| {
        let now = state.now();
        let order = state.ledger.order_mut(id).filter(|order| order.customer_id == customer);
        let order = order.ok_or_else(Refusal::not_found)?;
        order.billing_name = name.or_else(|| order.billing_name.take());
        order.billing_address = address.or_else(|| order.billing_address.take());
        order.modified_at = Some(now);
        state.announce_order("order.updated", id);
        let order = state.ledger.order(id).ok_or_else(Refusal::not_found)?;
        Ok(ok(&state.portal_order_shape(order)))
    })
}

/// `GET /v1/customer-portal/orders/{id}/invoice`.
pub(super) async fn invoice(Shared(world): Shared<World>, caller: Caller, Path(id): Path<String>) -> Answer {
    let customer = caller.customer()?;
    let id = path_id(&id)?;
    world.read(|state| invoice_of(state, state.ledger.order(id).filter(|order| order.customer_id == customer)))
}

/// `POST /v1/customer-portal/orders/{id}/invoice`.
pub(super) async fn make_invoice(Shared(world): Shared<World>, caller: Caller, Path(id): Path<String>) -> Answer {
    let customer = caller.customer()?;
    let id = path_id(&id)?;
    world.change(|state| begin_invoice(state, id, Some(customer)))
}
