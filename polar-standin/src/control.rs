//! The routes below `/_standin`, by which a test in any language does what [`Standin`](crate::Standin) does in Rust. Polar
//! has none of them, and they take no token.

use std::time::Duration;

use axum::extract::State as Shared;
use axum::routing::{MethodRouter, get, post};
use axum::{Json, Router};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::clock::written;
use crate::deliver::deliver_due;
use crate::faults::Fault;
use crate::state::State;
use crate::world::World;

pub(crate) fn table() -> Vec<(&'static str, MethodRouter<World>)> {
    vec![
        ("/_standin/clock", get(clock).post(advance)),
        ("/_standin/faults", post(script).delete(clear_faults)),
        ("/_standin/requests", get(requests).delete(clear_requests)),
        ("/_standin/settle", post(settle)),
        ("/_standin/deliver", post(deliver)),
    ]
}

pub(crate) fn router(world: World) -> Router {
    let router = table().into_iter().fold(Router::new(), |router, (path, methods)| router.route(path, methods));
    router.with_state(world)
}

/// `GET /_standin/clock`: the stand-in's present.
async fn clock(Shared(world): Shared<World>) -> Json<Value> {
    Json(json!({"now": written(world.read(State::now))}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance_seconds: u32,
}

/// `POST /_standin/clock`: moves the clock forward; it does not go back.
async fn advance(world: Shared<World>, Json(wanted): Json<Advance>) -> Json<Value> {
    world.change(|state| state.clock.advance(Duration::from_secs(wanted.advance_seconds.into())));
    clock(world).await
}

/// `POST /_standin/faults`: scripts trouble, after what is scripted already.
async fn script(Shared(world): Shared<World>, Json(faults): Json<Vec<Fault>>) -> StatusCode {
    world.faults().extend(faults);
    StatusCode::NO_CONTENT
}

/// `DELETE /_standin/faults`: ends all scripted trouble.
async fn clear_faults(Shared(world): Shared<World>) -> StatusCode {
    world.faults().clear();
    StatusCode::NO_CONTENT
}

/// `GET /_standin/requests`: the latest requests of the API, in the order of arrival.
async fn requests(Shared(world): Shared<World>) -> Json<Value> {
    Json(json!({"items": *world.requests()}))
}

/// `DELETE /_standin/requests`: forgets the requests so far.
async fn clear_requests(Shared(world): Shared<World>) -> StatusCode {
    world.requests().clear();
    StatusCode::NO_CONTENT
}

/// `POST /_standin/settle`: does all pending steps of purchases at once.
async fn settle(Shared(world): Shared<World>) -> Json<Value> {
    Json(json!({"steps": world.settle(false)}))
}

/// `POST /_standin/deliver`: tries once each webhook that is due.
async fn deliver(Shared(world): Shared<World>) -> Json<Value> {
    Json(json!({"attempts": deliver_due(&world).await}))
}
