use axum::{extract::State, http::HeaderMap, response::Response};
use http_api::{ApiError, Now, Pagination, Path};
use polar::ProductId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    Shop,
    caching::cacheable,
    filter::Filter,
    product::{Product, ProductWithFiles},
};

/// A page of products.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProductList {
    items: Vec<Product>,
    pagination: Pagination,
}

/// `GET /api/products`: what the shop sells.
#[utoipa::path(get, path = "/api/products", operation_id = "listProducts", tag = "catalog",
    params(
        ("id" = Option<Vec<Uuid>>, Query, description = "Only these products"),
        ("query" = Option<String>, Query, description = "Part of the name, in any letter case"),
        ("isRecurring" = Option<bool>, Query, description = "Only subscriptions, or only one-time purchases"),
        ("benefitId" = Option<Vec<Uuid>>, Query, description = "Only products with one of these benefits"),
        ("metadata" = Option<std::collections::HashMap<String, String>>, Query, style = DeepObject, description = "Only products with this metadata"),
        ("sorting" = Option<Vec<String>>, Query, description = "`created_at`, `name`, `price_amount` or `price_amount_type`, with `-` for descending; default `-created_at`"),
        ("page" = Option<u32>, Query, description = "From 1 on"),
        ("limit" = Option<u32>, Query, description = "Products on a page: 10 by default, at most 100"),
    ),
    responses(
        (status = 200, body = ProductList, headers(("ETag" = String), ("Age" = u64, description = "Seconds since Polar said so"))),
        (status = 304, description = "Nothing new since the `ETag` in `If-None-Match`"),
    ))]
pub(crate) async fn list(
    State(shop): State<Shop>,
    Now(now): Now,
    filter: Filter,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let listing = shop.products.listing().await?;
    let selection = filter.apply(listing.on_sale());

    let items = selection.products.into_iter().map(Product::from).collect();
    Ok(cacheable(
        &ProductList { items, pagination: selection.pagination },
        now.duration_since(listing.true_at),
        &headers,
    ))
}

/// `GET /api/products/{id}`: one product that is for sale, with the names and sizes of its files.
#[utoipa::path(get, path = "/api/products/{id}", operation_id = "getProduct", tag = "catalog",
    params(("id" = Uuid, Path)),
    responses(
        (status = 200, body = ProductWithFiles),
        (status = 304, description = "Nothing new since the `ETag` in `If-None-Match`"),
    ))]
pub(crate) async fn get(
    State(shop): State<Shop>,
    Now(now): Now,
    Path(id): Path<ProductId>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let listing = shop.products.listing().await?;
    let product = shop.products.find_in(&listing, id).await?.filter(|product| product.is_on_sale());
    let product = product.ok_or(ApiError::NotFound)?;
    let product = ProductWithFiles::new(&product, &listing.files_of(&product));
    Ok(cacheable(&product, now.duration_since(listing.true_at), &headers))
}
