//! The webhook function: verifies Polar's signature, enqueues the event and acknowledges it. It does not process events;
//! the worker does, so Polar never waits for that.

mod receive;
mod state;

pub use state::Shop;

http_api::routes! {
    Shop:
    receive::receive => [
        InvalidRequest("a header is missing, or the body is not an event"),
        Unauthenticated("the signature is missing or wrong, or the timestamp is too far from the current time"),
    ],
}
