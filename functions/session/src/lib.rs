//! Sessions: from a paid checkout to a browser that belongs to a buyer. It hands out no files, and trusts nothing that stands in an address.

mod claim;
mod session;
mod state;

use axum::Router;
use utoipa_axum::{router::OpenApiRouter, routes};

pub use state::Shop;

/// The routes with their OpenAPI description.
#[must_use]
pub fn routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::new().routes(routes!(claim::create, session::get, session::delete))
}

/// The routes, ready to answer.
pub fn router(shop: Shop) -> Router {
    routes().with_state(shop).into()
}
