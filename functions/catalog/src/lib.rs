//! The catalogue: what the shop sells. It serves visitors who are nobody yet, and knows of no session and no purchase.

mod caching;
mod document;
mod filter;
mod links;
mod product;
mod products;
mod state;

use axum::Router;
use utoipa_axum::{router::OpenApiRouter, routes};

pub use state::Shop;

/// The routes with their OpenAPI description.
#[must_use]
pub fn routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::new()
        .routes(routes!(products::list))
        .routes(routes!(products::get))
        .routes(routes!(links::get))
        .routes(routes!(document::health))
        .routes(routes!(document::openapi))
}

/// The routes, ready to answer.
pub fn router(shop: Shop) -> Router {
    routes().with_state(shop).into()
}
