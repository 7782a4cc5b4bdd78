use std::cmp::Reverse;

use axum::extract::State;
use http_api::{ApiError, ClientIp, Json, Now, PageNumber, Pagination, Path, Query, SignedIn, page_of};
use jiff::Timestamp;
use purchases::PurchaseId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    Shop,
    purchase::{Purchase, PurchaseStatus},
};

/// Which purchases to show.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// Only purchases with this status.
    status: Option<PurchaseStatus>,
    /// The page number, starting at 1.
    #[param(inline)]
    page: Option<PageNumber>,
    /// Purchases per page. Default: all of them.
    #[param(inline)]
    limit: Option<PageNumber>,
    /// The order of the rows.
    #[serde(default)]
    #[param(inline)]
    sorting: Sorting,
}

/// The order of the rows.
#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
pub(crate) enum Sorting {
    /// The newest purchase first.
    #[default]
    #[serde(rename = "-created_at")]
    Newest,
    /// The oldest purchase first.
    #[serde(rename = "created_at")]
    Oldest,
    /// By the product's name.
    #[serde(rename = "product_name")]
    ProductName,
}

/// A page of the library.
#[derive(Serialize, ToSchema)]
pub(crate) struct Library {
    items: Vec<Purchase>,
    pagination: Pagination,
}

/// Lists what the buyer has bought, with one row per file.
///
/// A session with the scope `order` sees only the purchases that were claimed with it. For a customer with more than a hundred orders, the list
/// covers the newest hundred, all that were paid for, all subscriptions, and the newest order of every other product.
#[utoipa::path(get, path = "/api/customer/downloadable-products", operation_id = "listPurchases", security(("cookie" = []), ("bearer" = [])), tag = "library", params(Filter),
    responses(
        (status = 200, body = Library, description = "A page of the library", links(
            ("row" = (operation_id = "getPurchase", parameters(("id" = "$response.body#/items/0/id")))),
            ("download" = (operation_id = "followDownloadLink", parameters(("fileId" = "$response.body#/items/0/fileId")))),
        )),
    ))]
pub(crate) async fn list(
    State(shop): State<Shop>,
    Now(now): Now,
    signed_in: SignedIn,
    ip: ClientIp,
    Query(filter): Query<Filter>,
) -> Result<Json<Library>, ApiError> {
    let mut purchases = list_all(&shop, &signed_in, ip, now).await?;
    purchases.retain(|(purchase, _)| filter.status.is_none_or(|status| status == purchase.status.into()));
    match filter.sorting {
        Sorting::Newest => purchases.sort_by_key(|(purchase, _)| Reverse(purchase.ordered_at)),
        Sorting::Oldest => purchases.sort_by_key(|(purchase, _)| purchase.ordered_at),
        Sorting::ProductName => purchases.sort_by_key(|(purchase, _)| purchase.product_name.to_lowercase()),
    }

    let limit = filter.limit.map_or(usize::MAX, PageNumber::get);
    let page = page_of(&purchases, filter.page.unwrap_or(PageNumber::ONE), limit);
    Ok(Json(Library {
        items: page.map(|(purchase, customer_id)| Purchase::new(purchase, *customer_id)).collect(),
        pagination: Pagination::of(purchases.len(), limit),
    }))
}

/// Returns one row of the library.
///
/// Use it to wait until a `pending` purchase can be downloaded.
#[utoipa::path(get, path = "/api/customer/downloadable-products/{id}", operation_id = "getPurchase", security(("cookie" = []), ("bearer" = [])), tag = "library",
    params(("id" = String, Path, pattern = "^[0-9a-f-]{36}_[0-9a-f-]{36}$", description = "The `id` of a row of the library")),
    responses(
        (status = 200, body = Purchase, description = "The row"),
    ))]
pub(crate) async fn get(
    State(shop): State<Shop>,
    Now(now): Now,
    signed_in: SignedIn,
    ip: ClientIp,
    Path(id): Path<String>,
) -> Result<Json<Purchase>, ApiError> {
    let id: PurchaseId = id.parse().map_err(|_| ApiError::NotFound)?;
    let purchases = list_all(&shop, &signed_in, ip, now).await?;
    let (purchase, customer_id) = purchases.iter().find(|(purchase, _)| purchase.id == id).ok_or(ApiError::NotFound)?;
    Ok(Json(Purchase::new(purchase, *customer_id)))
}

/// Requests to Polar for one library: orders, grants and files.
pub(crate) const QUESTIONS: u32 = 3;

/// The purchases of all sessions of a browser, each with its customer.
async fn list_all(
    shop: &Shop,
    signed_in: &SignedIn,
    ip: ClientIp,
    now: Timestamp,
) -> Result<Vec<(purchases::Purchase, Uuid)>, ApiError> {
    let mut all = Vec::new();
    for session in signed_in.sessions() {
        shop.access.spend(QUESTIONS, Some(session), ip, now).await?;
        let purchases = shop.purchases.list(session, now).await?;
        all.extend(purchases.into_iter().map(|purchase| (purchase, session.customer_id)));
    }
    Ok(all)
}
