//! The page that a checkout's `url` leads to: an e-mail address, a test card, a button.

mod page;

use axum::Router;
use axum::extract::{Path, State as Shared};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;
use http::{StatusCode, header};

use crate::api::answer::{redirect, set};
use crate::ledger::{Checkout, Status};
use crate::world::World;

pub(crate) fn router(world: World) -> Router {
    Router::new()
        .route("/checkout/{client_secret}", get(show))
        .route("/checkout/{client_secret}/confirmation", get(confirmation))
        .with_state(world)
}

/// What is to be done with a checkout's page.
enum View {
    Page(StatusCode, String),
    /// One that is finished leads on, without any token (as Polar's page does).
    Leave(String),
}

/// `GET /checkout/{client_secret}`.
async fn show(Shared(world): Shared<World>, Path(secret): Path<String>) -> Response {
    answer(world.read(|state| {
        let Some(checkout) = state.ledger.checkout_by_secret(&secret) else {
            let text = "Please go back to the shop and begin again.";
            return View::Page(StatusCode::NOT_FOUND, page::message(state, None, "There is no such checkout", text));
        };
        match (checkout.status, is_over(checkout, state.now())) {
            (Status::Succeeded, _) => {
                View::Leave(checkout.success_url.clone().unwrap_or_else(|| format!("/checkout/{secret}/confirmation")))
            }
            (Status::Expired, _) | (Status::Open, true) => {
                let text = "A checkout is open for a day. Please begin again in the shop.";
                View::Page(StatusCode::GONE, page::message(state, Some(checkout), "This checkout is over", text))
            }
            (Status::Open | Status::Confirmed, _) => View::Page(StatusCode::OK, page::checkout(state, checkout)),
        }
    }))
}

/// `GET /checkout/{client_secret}/confirmation`: where the buyer of a checkout without `success_url` ends.
async fn confirmation(Shared(world): Shared<World>, Path(secret): Path<String>) -> Response {
    answer(world.read(|state| match state.ledger.checkout_by_secret(&secret) {
        Some(checkout) if checkout.status == Status::Succeeded => {
            let text = "The order is complete. You can close this page.";
            View::Page(StatusCode::OK, page::message(state, Some(checkout), "Thank you!", text))
        }
        Some(checkout) if checkout.status == Status::Confirmed => {
            View::Page(StatusCode::OK, page::waiting(state, checkout))
        }
        _ => View::Leave(format!("/checkout/{secret}")),
    }))
}

fn is_over(checkout: &Checkout, now: jiff::Timestamp) -> bool {
    checkout.expires_at <= now
}

fn answer(view: View) -> Response {
    let mut response = match view {
        View::Leave(location) => redirect(StatusCode::SEE_OTHER, &location),
        View::Page(status, html) => (status, Html(html)).into_response(),
    };
    set(&mut response, header::CACHE_CONTROL, "no-store");
    set(&mut response, header::REFERRER_POLICY, "no-referrer");
    response
}
