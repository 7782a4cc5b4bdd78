//! The one server: API, file store and hosted checkout.

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use tokio::net::TcpListener;

use crate::connection::{Door, Switch};
use crate::entry::entry;
use crate::world::World;
use crate::{file_store, hosted_checkout, routes};

/// Serves until the task is ended.
pub(crate) async fn serve(listener: TcpListener, world: World) {
    let app = Router::new()
        .merge(file_store::router(world.clone()))
        .merge(hosted_checkout::router(world.clone()))
        .fallback_service(routes::router(world.clone()))
        .layer(from_fn(routes::first_allowed_only))
        .layer(from_fn_with_state(world, entry))
        .into_make_service_with_connect_info::<Switch>();
    if let Err(error) = axum::serve(Door(listener), app).await {
        tracing::error!("the stand-in stopped: {error}");
    }
}
