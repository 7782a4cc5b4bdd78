use std::time::Duration;

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http_api::{ApiError, Pagination, Path, Problem};
use polar::ProductId;
use ring::digest;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    Shop,
    filter::Filter,
    product::{Product, ProductWithFiles},
};

/// Browsers and caches keep an answer for a minute, and may show it for ten more while they fetch a new one.
const CACHE_CONTROL: HeaderValue = HeaderValue::from_static("public, max-age=60, stale-while-revalidate=600");

/// A page of products.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProductList {
    items: Vec<Product>,
    pagination: Pagination,
}

/// `GET /api/products`: what the shop sells.
#[utoipa::path(get, path = "/api/products", operation_id = "listProducts", tag = "catalogue",
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
        (status = 400, body = Problem, content_type = "application/problem+json", description = "`invalid_request`"),
        (status = 503, body = Problem, content_type = "application/problem+json", description = "`polar_unavailable`"),
    ))]
pub(crate) async fn list(State(shop): State<Shop>, filter: Filter, headers: HeaderMap) -> Result<Response, ApiError> {
    let (catalogue, age) = shop.products.list_on_sale().await?;
    let selection = filter.apply(&catalogue);

    let items = selection.products.into_iter().map(Product::from).collect();
    Ok(cacheable(&ProductList { items, pagination: selection.pagination }, age, &headers))
}

/// `GET /api/products/{id}`: one product that is for sale, with the names and sizes of its files.
#[utoipa::path(get, path = "/api/products/{id}", operation_id = "getProduct", tag = "catalogue",
    params(("id" = Uuid, Path)),
    responses(
        (status = 200, body = ProductWithFiles),
        (status = 304, description = "Nothing new since the `ETag` in `If-None-Match`"),
        (status = 404, body = Problem, content_type = "application/problem+json", description = "`not_found`: unknown, archived, or not public"),
        (status = 503, body = Problem, content_type = "application/problem+json", description = "`polar_unavailable`"),
    ))]
pub(crate) async fn get(
    State(shop): State<Shop>,
    Path(id): Path<ProductId>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let product = shop.products.find_on_sale(id).await?.ok_or(ApiError::NotFound)?;
    let files = shop.products.list_files(&product).await?;
    Ok(cacheable(&ProductWithFiles::new(&product, &files), Duration::ZERO, &headers))
}

/// An answer that is the same for everybody, or 304 for somebody who has it.
fn cacheable(answer: &impl Serialize, age: Duration, headers: &HeaderMap) -> Response {
    let body = serde_json::to_vec(answer).expect("an answer is plain data");
    let etag = etag(&body);
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|known| names(known, &etag));
    let caching = [
        (header::ETAG, HeaderValue::try_from(etag).expect("base64url is plain ASCII")),
        (header::CACHE_CONTROL, CACHE_CONTROL),
        (header::AGE, HeaderValue::from(age.as_secs())),
    ];
    if known {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    (caching, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

fn etag(body: &[u8]) -> String {
    let digest = digest::digest(&digest::SHA256, body);
    format!("\"{}\"", URL_SAFE_NO_PAD.encode(digest))
}

/// Whether `If-None-Match` has this tag; caches on the way may have weakened it (RFC 9110, 13.1.2).
fn names(known: &HeaderValue, etag: &str) -> bool {
    let tags = known.to_str().unwrap_or_default().split(',');
    tags.map(str::trim).any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_tag_is_found_in_every_form() {
        let etag = etag(b"[]");
        for (known, found) in [
            (etag.clone(), true),
            (format!("W/{etag}"), true),
            (format!("\"other\", {etag}"), true),
            ("*".to_owned(), true),
            ("\"other\"".to_owned(), false),
        ] {
            assert_eq!(names(&HeaderValue::try_from(&known).unwrap(), &etag), found, "{known}");
        }
    }
}
