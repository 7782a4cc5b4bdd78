use axum::{
    extract::State,
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use http_api::{
    ApiError, ClientIp, Json, Now, OrderStatus, PageNumber, PageSize, Pagination, Path, Pending, Query, SignedIn,
};
use jiff::Timestamp;
use polar::{ListPortalOrders, OrderItem, PortalOrder};
use purchases::Invoice;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::Shop;

const DEFAULT_LIMIT: u32 = 50;

/// Which orders to show.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct Part {
    /// The page number, starting at 1.
    #[param(inline)]
    page: Option<PageNumber>,
    /// Orders per page: 50 by default, at most 100.
    #[param(inline)]
    limit: Option<PageSize>,
}

impl From<Part> for ListPortalOrders {
    fn from(part: Part) -> Self {
        Self {
            page: part.page.map(u32::from),
            limit: Some(part.limit.map_or(DEFAULT_LIMIT, u32::from)),
            ..Self::default()
        }
    }
}

/// A page of the orders, the newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct Orders {
    items: Vec<BoughtOrder>,
    pagination: Pagination,
}

/// One order. Amounts are in the currency's minor unit.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct BoughtOrder {
    id: Uuid,
    status: OrderStatus,
    /// Whether the order was paid; stays `true` after a refund.
    paid: bool,
    /// A one-line description.
    description: String,
    product_id: Option<Uuid>,
    product_name: Option<String>,
    subscription_id: Option<Uuid>,
    /// ISO 4217, lower case.
    #[schema(pattern = "^[a-z]{3}$", example = "usd")]
    currency: String,
    /// Before discount and tax.
    subtotal_amount: i64,
    discount_amount: i64,
    /// After the discount, before tax.
    net_amount: i64,
    tax_amount: i64,
    total_amount: i64,
    /// The refunded amount, before tax.
    refunded_amount: i64,
    items: Vec<OrderLine>,
    invoice_number: Option<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// One line of an order.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct OrderLine {
    label: String,
    /// Before discount and tax.
    amount: i64,
    tax_amount: i64,
}

impl From<OrderItem> for OrderLine {
    fn from(item: OrderItem) -> Self {
        Self { label: item.label, amount: item.amount, tax_amount: item.tax_amount }
    }
}

impl From<PortalOrder> for BoughtOrder {
    fn from(order: PortalOrder) -> Self {
        Self {
            id: order.id.into(),
            status: (&order.status).into(),
            paid: order.paid,
            description: order.description,
            product_id: order.product_id.map(Uuid::from),
            product_name: order.product.map(|product| product.name),
            subscription_id: order.subscription_id.map(Uuid::from),
            currency: order.currency.to_string(),
            subtotal_amount: order.subtotal_amount,
            discount_amount: order.discount_amount,
            net_amount: order.net_amount,
            tax_amount: order.tax_amount,
            total_amount: order.total_amount,
            refunded_amount: order.refunded_amount,
            items: order.items.into_iter().map(OrderLine::from).collect(),
            invoice_number: order.invoice_number,
            created_at: order.created_at,
            updated_at: order.modified_at.unwrap_or(order.created_at),
        }
    }
}

/// Lists all orders of the buyer, including subscription renewals.
///
/// Requires a session with the scope `account`.
#[utoipa::path(get, path = "/api/customer/orders", operation_id = "listOrders", security(("cookie" = []), ("bearer" = [])), tag = "library", params(Part),
    responses(
        (status = 200, body = Orders, description = "A page of the orders, the newest first", links(("invoice" = (operation_id = "getInvoice", parameters(("id" = "$response.body#/items/0/id")))))),
    ))]
pub(crate) async fn list(
    State(shop): State<Shop>,
    Now(now): Now,
    SignedIn { session, .. }: SignedIn,
    ip: ClientIp,
    Query(part): Query<Part>,
) -> Result<Json<Orders>, ApiError> {
    shop.access.spend(1, Some(&session), ip, now).await?;
    let list = ListPortalOrders::from(part);
    let page = shop.purchases.orders(&session, &list, now).await?;
    let total_count = usize::try_from(page.pagination.total_count).unwrap_or(usize::MAX);
    let limit = list.limit.map_or(usize::MAX, |limit| limit as usize);
    Ok(Json(Orders {
        items: page.items.into_iter().map(BoughtOrder::from).collect(),
        pagination: Pagination::of(total_count, limit),
    }))
}

/// The address of an invoice. Anyone who has it can read the invoice for a few minutes.
#[derive(Serialize, ToSchema)]
pub(crate) struct InvoiceLink {
    #[schema(format = Uri)]
    url: String,
}

/// An invoice that is still being generated.
#[derive(Serialize, ToSchema)]
pub(crate) struct PendingInvoice {
    status: Pending,
}

/// Polar generates an invoice within seconds.
const RETRY_AFTER: (header::HeaderName, &str) = (header::RETRY_AFTER, "2");

/// Returns the address of an order's invoice.
///
/// The first call makes Polar generate the invoice; its billing name and address cannot be changed afterwards. If the response is 202, repeat the
/// request after `Retry-After`.
#[utoipa::path(get, path = "/api/customer/orders/{id}/invoice", operation_id = "getInvoice", security(("cookie" = []), ("bearer" = [])), tag = "library",
    params(("id" = Uuid, Path, description = "The `id` of an order")),
    responses(
        (status = 200, body = InvoiceLink, description = "The invoice, as a PDF"),
        (status = 202, body = PendingInvoice, description = "The invoice is being generated: repeat the request after `Retry-After`", headers(("Retry-After" = u64, description = "Seconds to wait before the next request"))),
    ))]
pub(crate) async fn invoice(
    State(shop): State<Shop>,
    Now(now): Now,
    signed_in: SignedIn,
    ip: ClientIp,
    method: Method,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
) -> Result<Response, ApiError> {
    // Once generated, an invoice cannot be changed.
    signed_in.demand_intent(&method, &headers, &shop.access.origins)?;
    let session = signed_in.session;
    // One request to look for it, one to generate it.
    shop.access.spend(2, Some(&session), ip, now).await?;
    Ok(match shop.purchases.invoice(&session, id.into(), now).await? {
        Invoice::Ready(url) => Json(InvoiceLink { url: url.expose().to_owned() }).into_response(),
        Invoice::Pending => {
            (StatusCode::ACCEPTED, [RETRY_AFTER], Json(PendingInvoice { status: Pending::Pending })).into_response()
        }
    })
}
