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

/// Lists what the shop sells.
///
/// Only products that are public and not archived. The list may be up to 15 minutes behind Polar, and says with `Age` how old it is.
/// Parameters that the route does not know are ignored.
#[utoipa::path(get, path = "/api/products", operation_id = "listProducts", tag = "catalog", security(()),
    params(
        ("id" = Option<Vec<Uuid>>, Query, description = "Only these products"),
        ("query" = Option<String>, Query, description = "Part of the name, in any letter case"),
        ("isRecurring" = Option<bool>, Query, description = "Only subscriptions, or only one-time purchases"),
        ("benefitId" = Option<Vec<Uuid>>, Query, description = "Only products with one of these benefits"),
        ("metadata" = inline(Option<WantedMetadata>), Query, style = DeepObject, explode, description = "Only products with this metadata: `metadata[section]=brushes`. Of a key that is repeated, one value has to fit"),
        ("sorting" = inline(Option<Vec<Sorting>>), Query, description = "What to sort by, the most important first, with `-` for descending; by default `-created_at`"),
        ("page" = inline(Option<PageNumber>), Query, description = "From 1 on"),
        ("limit" = inline(Option<PageSize>), Query, description = "Products on a page: 10 by default, at most 100"),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of the answer that the caller has"),
    ),
    responses(
        (status = 200, body = ProductList, description = "A page of products", headers(("ETag" = String, description = "For `If-None-Match`"), ("Age" = u64, description = "Seconds since Polar said so"))),
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

/// Finds one product that is for sale, with the names and sizes of its files.
///
/// A product that was made a moment ago is found too: Polar is asked for it.
#[utoipa::path(get, path = "/api/products/{id}", operation_id = "getProduct", tag = "catalog", security(()),
    params(("id" = Uuid, Path, description = "The product's id"), ("If-None-Match" = Option<String>, Header, description = "The `ETag` of the answer that the caller has")),
    responses(
        (status = 200, body = ProductWithFiles, description = "The product", headers(("ETag" = String, description = "For `If-None-Match`"))),
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
