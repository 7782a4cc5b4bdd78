use axum::{extract::State, http::HeaderMap, response::Response};
use http_api::{ApiError, Now, PageNumber, PageSize, Pagination, Path};
use polar::ProductId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    Shop,
    caching::cacheable,
    filter::{Filter, Sorting, WantedMetadata},
    product::{Product, ProductWithFiles},
};

/// A page of products.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProductList {
    items: Vec<Product>,
    pagination: Pagination,
}

/// Lists the products on sale.
///
/// Only includes products that are public and not archived. The list may be up to 15 minutes behind Polar; the `Age` header says how old it is.
/// Unknown parameters are ignored.
#[utoipa::path(get, path = "/api/products", operation_id = "listProducts", tag = "catalog", security(()),
    params(
        ("id" = Option<Vec<Uuid>>, Query, description = "Only these products"),
        ("query" = Option<String>, Query, description = "Part of the name; letter case does not matter"),
        ("isRecurring" = Option<bool>, Query, description = "Only subscriptions, or only one-time purchases"),
        ("benefitId" = Option<Vec<Uuid>>, Query, description = "Only products with one of these benefits"),
        ("metadata" = inline(Option<WantedMetadata>), Query, style = DeepObject, explode, description = "Only products with this metadata: `metadata[section]=brushes`. If you repeat a key, a product matches with any of its values"),
        ("sorting" = inline(Option<Vec<Sorting>>), Query, description = "What to sort by, the most important first. A leading `-` means descending. The default is `-created_at`"),
        ("page" = inline(Option<PageNumber>), Query, description = "The page number, starting at 1"),
        ("limit" = inline(Option<PageSize>), Query, description = "Products per page: 10 by default, at most 100"),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of the response that the caller already has"),
    ),
    responses(
        (status = 200, body = ProductList, description = "A page of products", headers(("ETag" = String, description = "Send it as `If-None-Match` next time"), ("Age" = u64, description = "Seconds since the products were fetched from Polar"))),
        (status = 304, description = "Not modified since the `ETag` in `If-None-Match`"),
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

/// Returns one product that is on sale, with the names and sizes of its files.
///
/// A product that was just created is found too, because Polar is asked if the catalog does not contain it.
#[utoipa::path(get, path = "/api/products/{id}", operation_id = "getProduct", tag = "catalog", security(()),
    params(("id" = Uuid, Path, description = "The product's id"), ("If-None-Match" = Option<String>, Header, description = "The `ETag` of the response that the caller already has")),
    responses(
        (status = 200, body = ProductWithFiles, description = "The product", headers(("ETag" = String, description = "Send it as `If-None-Match` next time"))),
        (status = 304, description = "Not modified since the `ETag` in `If-None-Match`"),
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
