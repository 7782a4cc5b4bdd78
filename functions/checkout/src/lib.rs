//! Checkout: from a product to Polar's payment page. It takes no money and opens no session; Polar does the one, the session function the other.

mod begun;
mod buyer;
mod checkout;
mod create;
mod state;
mod status;
mod update;
mod wanted;

use axum::Router;
use utoipa_axum::{router::OpenApiRouter, routes};

pub use state::Shop;

/// The routes with their OpenAPI description.
#[must_use]
pub fn routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::new().routes(routes!(create::create)).routes(routes!(status::get, update::update))
}

/// The routes, ready to answer.
pub fn router(shop: Shop) -> Router {
    routes().with_state(shop).into()
}
