//! The one server: API, file store, hosted checkout, and the control routes beside them.

#[cfg(test)]
mod documented;
mod entry;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use tokio::net::TcpListener;

use self::entry::entry;
use crate::connection::{Door, Peer, Switch};
use crate::world::World;
use crate::{api, control, file_store, hosted_checkout};

/// Serves until the task is ended or everything is cut.
pub(crate) async fn serve(listener: TcpListener, world: World, everything: Switch) {
    let polar = Router::new()
        .merge(file_store::router(world.clone()))
        .merge(hosted_checkout::router(world.clone()))
        .fallback_service(api::router(world.clone()))
        .layer(from_fn(api::first_allowed_only))
        .layer(from_fn_with_state(world.clone(), entry));
    // Outside of all that is Polar's: no fault reaches the routes that script faults.
    let app = control::router(world).fallback_service(polar).into_make_service_with_connect_info::<Peer>();
    if let Err(error) = axum::serve(Door { listener, everything }, app).await {
        tracing::error!("the stand-in stopped: {error}");
    }
}
