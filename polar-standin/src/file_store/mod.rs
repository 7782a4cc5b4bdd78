//! The store behind the download links: signed, expiring addresses with ranges; and the public covers.

mod answers;
mod files;
mod invoices;
mod percent;
mod range;

use axum::Router;
use axum::routing::{any, get};

use self::files::{private, public};
use self::invoices::invoice;
use crate::links::{INVOICES, PRIVATE, PUBLIC};
use crate::world::World;

pub(crate) fn router(world: World) -> Router {
    Router::new()
        .route(&format!("{PRIVATE}/{{*path}}"), any(private))
        .route(&format!("{PUBLIC}/{{*path}}"), get(public))
        .route(&format!("{INVOICES}/{{order_id}}"), any(invoice))
        .with_state(world)
}
