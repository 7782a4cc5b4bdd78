//! The page that a checkout's `url` leads to: an e-mail address, a test card, a button.

mod frame;
mod page;
mod template;

use axum::Router;
use axum::extract::{Path, State as Shared};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;
use http::{StatusCode, Uri, header};

use self::frame::Frame;
use self::page::Message;
use crate::answer::{redirect, set};
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
async fn show(Shared(world): Shared<World>, Path(secret): Path<String>, uri: Uri) -> Response {
    world.read(|state| {
        let Some(checkout) = state.ledger.checkout_by_secret(&secret) else {
            let (title, text) = ("There is no such checkout", "Please go back to the shop and begin again.");
            let page = Message { title, text, ..Message::default() };
            return answer(View::Page(StatusCode::NOT_FOUND, page.html(state)), None);
        };
        let frame = Frame::of(checkout, &uri);
        let frame = frame.as_ref();
        let view = match (checkout.status, is_over(checkout, state.now())) {
            (Status::Succeeded, _) => View::Leave(checkout.success_url.clone().unwrap_or_else(|| {
                let query = if frame.is_some() { "?embed=true" } else { "" };
                format!("/checkout/{secret}/confirmation{query}")
            })),
            (Status::Expired, _) | (Status::Open, true) => {
                let text = "A checkout is open for a day. Please begin again in the shop.";
                let page = Message { title: "This checkout is over", text, ..Message::of(checkout, frame) };
                View::Page(StatusCode::GONE, page.html(state))
            }
            (Status::Open | Status::Confirmed, _) => View::Page(StatusCode::OK, page::checkout(state, checkout, frame)),
        };
        answer(view, frame)
    })
}

/// `GET /checkout/{client_secret}/confirmation`: where the buyer of a checkout without `success_url` ends.
async fn confirmation(Shared(world): Shared<World>, Path(secret): Path<String>, uri: Uri) -> Response {
    world.read(|state| {
        let checkout = state.ledger.checkout_by_secret(&secret);
        let Some(checkout) = checkout.filter(|found| matches!(found.status, Status::Confirmed | Status::Succeeded))
        else {
            return answer(View::Leave(format!("/checkout/{secret}")), None);
        };
        let frame = Frame::of(checkout, &uri);
        let is_waiting = checkout.status == Status::Confirmed;
        let (title, text) = if is_waiting {
            ("One moment …", "Your order is being made.")
        } else {
            ("Thank you!", "The order is complete. You can close this page.")
        };
        let page = Message { title, text, is_waiting, ..Message::of(checkout, frame.as_ref()) };
        answer(View::Page(StatusCode::OK, page.html(state)), frame.as_ref())
    })
}

fn is_over(checkout: &Checkout, now: jiff::Timestamp) -> bool {
    checkout.expires_at <= now
}

fn answer(view: View, frame: Option<&Frame>) -> Response {
    let mut response = match view {
        View::Leave(location) => redirect(StatusCode::SEE_OTHER, &location),
        View::Page(status, html) => (status, Html(html)).into_response(),
    };
    set(&mut response, header::CACHE_CONTROL, "no-store");
    set(&mut response, header::REFERRER_POLICY, "no-referrer");
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, Frame::policy(frame));
    response
}
