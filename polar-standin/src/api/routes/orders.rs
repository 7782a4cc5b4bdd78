use axum::extract::{Path, State as Shared};
use http::{StatusCode, Uri};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::answer::{Answer, Refusal, json as answer, ok};
use crate::api::caller::Caller;
use crate::api::query::{Query, SortKey, has_metadata, path_id, sort};
use crate::ledger::{Order, Work};
use crate::state::State;
use crate::world::World;

const READ: &[&str] = &["orders:read"];
const WRITE: &[&str] = &["orders:write"];
const SORTING: &[&str] = &[
    "created_at",
    "status",
    "invoice_number",
    "amount",
    "net_amount",
    "customer",
    "product",
    "discount",
    "subscription",
];
const STATUSES: &[&str] = &["draft", "pending", "paid", "refunded", "partially_refunded", "void"];

/// `GET /v1/orders/`.
pub(super) async fn list(Shared(world): Shared<World>, caller: Caller, uri: Uri) -> Answer {
    caller.organization(READ)?;
    let mut query = Query::of(&uri);
    let organizations = query.ids("organization_id");
    let products = query.ids("product_id");
    let billing_types = query.choices_or_one("product_billing_type", "ProductBillingType", &["one_time", "recurring"]);
    let customers = query.ids("customer_id");
    let external_ids = query.texts("external_customer_id");
    let checkouts = query.ids("checkout_id");
    let subscriptions = query.ids("subscription_id");
    let statuses = query.choices_or_one("status", "OrderStatus", STATUSES);
    let metadata = query.metadata();
    let sorting = query.sorting(SORTING, "-created_at");
    let page = query.page();
    query.check()?;
    Ok(ok(&world.read(|state| {
        let is_among = |wanted: &Option<Vec<Uuid>>, id: Option<Uuid>| {
            wanted.as_ref().is_none_or(|ids| id.is_some_and(|id| ids.contains(&id)))
        };
        let external_id = |order: &Order| {
            state.ledger.customer_ever(order.customer_id).and_then(|customer| customer.external_id.clone())
        };
        let is_wanted = |order: &&Order| {
            is_among(&organizations, Some(state.shop.organization.id))
                && is_among(&products, Some(order.product_id))
                && is_among(&customers, Some(order.customer_id))
                && is_among(&checkouts, order.checkout_id)
                && is_among(&subscriptions, order.subscription_id)
                && billing_types.as_ref().is_none_or(|wanted| wanted.iter().any(|one| one == billing_type(order)))
                && (external_ids.is_empty() || external_id(order).is_some_and(|id| external_ids.contains(&id)))
                && statuses.as_ref().is_none_or(|wanted| wanted.iter().any(|one| one == order.status()))
                && has_metadata(&order.metadata, &metadata)
        };
        let mut orders: Vec<&Order> = state.ledger.orders.iter().filter(is_wanted).collect();
        sort(&mut orders, &sorting, |order, key| sort_key(state, order, key));
        page.of(&orders, |order| state.order_shape(order))
    })))
}

/// `GET /v1/orders/{id}`.
pub(super) async fn find(Shared(world): Shared<World>, caller: Caller, Path(id): Path<String>) -> Answer {
    caller.organization(READ)?;
    let id = path_id(&id)?;
    world.read(|state| {
        let order = state.ledger.order(id).ok_or_else(Refusal::not_found)?;
        Ok(ok(&state.order_shape(order)))
    })
}

/// `GET /v1/orders/{id}/invoice`.
pub(super) async fn invoice(Shared(world): Shared<World>, caller: Caller, Path(id): Path<String>) -> Answer {
    caller.organization(READ)?;
    let id = path_id(&id)?;
    world.read(|state| invoice_of(state, state.ledger.order(id)))
}

/// `POST /v1/orders/{id}/invoice`: made after the answer.
pub(super) async fn make_invoice(Shared(world): Shared<World>, caller: Caller, Path(id): Path<String>) -> Answer {
    caller.organization(WRITE)?;
    let id = path_id(&id)?;
    world.change(|state| begin_invoice(state, id, None))
}

/// The address of an invoice, once it was made (recording 558).
pub(super) fn invoice_of(state: &State, order: Option<&Order>) -> Answer {
    let order = order.ok_or_else(Refusal::not_found)?;
    if order.is_invoice_generated {
        return Ok(ok(&json!({"url": state.invoice_url(order, state.now())})));
    }
    Err(Refusal::Error {
        status: StatusCode::NOT_FOUND,
        class: "InvoiceDoesNotExist",
        detail: format!("No invoice exists for order {}.", order.id),
    })
}

/// Begins an invoice; needs a billing name and address. A customer can have it made for its own orders only.
pub(super) fn begin_invoice(state: &mut State, id: Uuid, customer: Option<Uuid>) -> Answer {
    let is_theirs = |order: &&Order| customer.is_none_or(|customer| order.customer_id == customer);
    let order = state.ledger.order(id).filter(is_theirs).ok_or_else(Refusal::not_found)?;
    if order.billing_name.is_none() || order.billing_address.is_none() {
        return Err(Refusal::Error {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            class: "MissingInvoiceBillingDetails",
            detail: "Billing name and address are required to generate an invoice.".to_owned(),
        });
    }
    state.queue(Work::Invoice { order_id: id });
    Ok(answer(StatusCode::ACCEPTED, &Value::Null))
}

fn billing_type(order: &Order) -> &'static str {
    if order.subscription_id.is_some() { "recurring" } else { "one_time" }
}

/// What an order is compared by; keys that every order here has alike compare as equal.
pub(super) fn sort_key(state: &State, order: &Order, key: &str) -> SortKey {
    match key {
        "status" => SortKey::Text(order.status().to_owned()),
        "invoice_number" => SortKey::Text(order.invoice_number.clone()),
        "amount" | "net_amount" => SortKey::Number(order.net_amount()),
        "customer" => SortKey::Text(
            state.ledger.customer_ever(order.customer_id).map(|customer| customer.email.clone()).unwrap_or_default(),
        ),
        "product" => {
            SortKey::Text(state.shop.product(order.product_id).map(|product| product.name.clone()).unwrap_or_default())
        }
        "discount" | "subscription" => SortKey::Number(0),
        _ => SortKey::Time(order.created_at),
    }
}
