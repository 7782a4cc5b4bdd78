//! The page that a checkout's `url` leads to.

use axum::Router;
use crate::world::World;
pub(crate) fn router(_world: World) -> Router { Router::new() }
