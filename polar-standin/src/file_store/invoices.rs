//! Invoices of orders, made when they are looked at.

use axum::extract::{Path, State as Shared};
use axum::response::Response;
use bytes::Bytes;
use http::{Method, StatusCode, Uri, header};
use uuid::Uuid;

use super::answers::{copy, over, trouble, unsigned, with_bytes};
use crate::answer::set;
use crate::ledger::Order;
use crate::links::SignedQuery;
use crate::pdf::pdf;
use crate::state::State;
use crate::world::World;

pub(super) async fn invoice(
    Shared(world): Shared<World>,
    method: Method,
    uri: Uri,
    Path(order_id): Path<Uuid>,
) -> Response {
    let Some(query) = SignedQuery::of(&method, &uri) else {
        return unsigned();
    };
    if world.read(|state| query.is_over(state.now())) {
        return over();
    }
    let Some(bytes) = world.read(|state| state.ledger.order(order_id).map(|order| content(state, order))) else {
        return trouble(StatusCode::NOT_FOUND, "<Code>NoSuchKey</Code>");
    };
    let mut response = with_bytes(StatusCode::OK, Bytes::from(bytes));
    set(&mut response, header::CONTENT_TYPE, "application/pdf");
    copy(&mut response, header::CONTENT_DISPOSITION, query.parameter("response-content-disposition"));
    response
}

fn content(state: &State, order: &Order) -> Vec<u8> {
    let product = state.shop.product(order.product_id).map_or("", |product| product.name.as_str());
    let part = |name: &str| {
        let address = order.billing_address.as_ref();
        address.and_then(|address| address[name].as_str()).unwrap_or_default().to_owned()
    };
    let total = order.net_amount();
    let lines = [
        format!("Number: {}", order.invoice_number),
        format!("From: {}", state.shop.organization.name),
        format!("To: {}", order.billing_name.as_deref().unwrap_or_default()),
        format!("{} {}", part("line1"), part("line2")),
        format!("{} {}", part("postal_code"), part("city")),
        part("country"),
        format!("Date: {}", order.created_at.strftime("%Y-%m-%d")),
        format!("{product}: {}.{:02} {}", total / 100, total % 100, order.currency.to_uppercase()),
    ];
    let lines: Vec<&str> = lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty()).collect();
    pdf("Invoice", &lines)
}
