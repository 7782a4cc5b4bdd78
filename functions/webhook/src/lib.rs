//! Webhooks: believes Polar, queues what it says, answers. What an event does is the worker's business, so the answer never waits for it.

mod receive;
mod state;

use axum::Router;
use utoipa_axum::{router::OpenApiRouter, routes};

pub use state::Shop;

/// The routes with their OpenAPI description.
#[must_use]
pub fn routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::new().routes(routes!(receive::receive))
}

/// The routes, ready to answer.
pub fn router(shop: Shop) -> Router {
    routes().with_state(shop).into()
}
