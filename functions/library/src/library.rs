use std::{cmp::Reverse, num::NonZeroUsize};

use axum::extract::State;
use http_api::{ApiError, Json, Now, Path, Problem, Query, SignedIn};
use purchases::PurchaseId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

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
    #[param(inline)]
    status: Option<PurchaseStatus>,
    /// From 1 on.
    #[serde(default = "first_page")]
    #[param(value_type = usize, minimum = 1)]
    page: NonZeroUsize,
    /// Purchases on a page; all of them by default.
    #[param(value_type = Option<usize>, minimum = 1)]
    limit: Option<NonZeroUsize>,
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

const fn first_page() -> NonZeroUsize {
    NonZeroUsize::MIN
}

/// A page of the library.
#[derive(Serialize, ToSchema)]
pub(crate) struct Library {
    items: Vec<Purchase>,
    pagination: Pagination,
}

/// The length of a list.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Pagination {
    /// Items on all pages.
    total_count: usize,
    /// The number of the last page; 0 for an empty list.
    max_page: usize,
}

/// `GET /api/customer/downloadable-products`: one row per bought file.
#[utoipa::path(get, path = "/api/customer/downloadable-products", tag = "library", params(Filter),
    responses(
        (status = 200, body = Library),
        (status = 400, body = Problem, content_type = "application/problem+json", description = "`invalid_request`"),
        (status = 401, body = Problem, content_type = "application/problem+json", description = "`unauthenticated`"),
        (status = 503, body = Problem, content_type = "application/problem+json", description = "`polar_unavailable`"),
        (status = 504, body = Problem, content_type = "application/problem+json", description = "`polar_timeout`"),
    ))]
pub(crate) async fn list(
    State(shop): State<Shop>,
    Now(now): Now,
    SignedIn { session, .. }: SignedIn,
    Query(filter): Query<Filter>,
) -> Result<Json<Library>, ApiError> {
    let mut purchases = shop.purchases.list(&session, now).await?;
    purchases.retain(|purchase| filter.status.is_none_or(|status| status == purchase.status.into()));
    match filter.sorting {
        Sorting::Newest => purchases.sort_by_key(|purchase| Reverse(purchase.ordered_at)),
        Sorting::Oldest => purchases.sort_by_key(|purchase| purchase.ordered_at),
        Sorting::ProductName => purchases.sort_by_key(|purchase| purchase.product_name.to_lowercase()),
    }

    let total_count = purchases.len();
    let limit = filter.limit.map_or(total_count.max(1), usize::from);
    let first = (filter.page.get() - 1).saturating_mul(limit);
    let page = purchases.iter().skip(first).take(limit);
    Ok(Json(Library {
        items: page.map(|purchase| Purchase::new(purchase, session.customer_id)).collect(),
        pagination: Pagination { total_count, max_page: total_count.div_ceil(limit) },
    }))
}

/// `GET /api/customer/downloadable-products/{id}`: one row.
#[utoipa::path(get, path = "/api/customer/downloadable-products/{id}", tag = "library",
    params(("id" = String, Path, description = "A row's `id`")),
    responses(
        (status = 200, body = Purchase),
        (status = 401, body = Problem, content_type = "application/problem+json", description = "`unauthenticated`"),
        (status = 404, body = Problem, content_type = "application/problem+json", description = "`not_found`: no such row, or not this buyer's"),
    ))]
pub(crate) async fn get(
    State(shop): State<Shop>,
    Now(now): Now,
    SignedIn { session, .. }: SignedIn,
    Path(id): Path<String>,
) -> Result<Json<Purchase>, ApiError> {
    let id: PurchaseId = id.parse().map_err(|_| ApiError::NotFound)?;
    let purchases = shop.purchases.list(&session, now).await?;
    let purchase = purchases.iter().find(|purchase| purchase.id == id).ok_or(ApiError::NotFound)?;
    Ok(Json(Purchase::new(purchase, session.customer_id)))
}
