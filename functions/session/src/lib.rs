//! Sessions: from a paid checkout, or from a code in the mailbox, to a browser that belongs to a buyer. It hands out no files, and trusts nothing that
//! stands in an address.

mod claim;
mod devices;
mod login;
mod session;
mod state;
mod verify;
mod visitor;

use axum::Router;
use utoipa_axum::{router::OpenApiRouter, routes};

pub use state::Shop;

/// The routes with their OpenAPI description.
#[must_use]
pub fn routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::new()
        .routes(routes!(claim::create, session::get, session::delete))
        .routes(routes!(devices::list, devices::delete_all))
        .routes(routes!(devices::delete))
        .routes(routes!(login::create))
        .routes(routes!(verify::create))
}

/// The routes, ready to answer.
pub fn router(shop: Shop) -> Router {
    routes().with_state(shop).into()
}
