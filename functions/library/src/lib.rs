//! The library: what a buyer has bought. It shows, and hands out no file.

mod library;
mod license_keys;
mod orders;
mod portal;
mod purchase;
mod state;

use axum::Router;
use utoipa_axum::{router::OpenApiRouter, routes};

pub use state::Shop;

/// The routes with their OpenAPI description.
#[must_use]
pub fn routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::new()
        .routes(routes!(library::list))
        .routes(routes!(library::get))
        .routes(routes!(orders::list))
        .routes(routes!(orders::invoice))
        .routes(routes!(license_keys::list))
        .routes(routes!(portal::create))
}

/// The routes, ready to answer.
pub fn router(shop: Shop) -> Router {
    routes().with_state(shop).into()
}
