//! Webhooks: believes Polar, queues what it says, answers. What an event does is the worker's business, so the answer never waits for it.

mod receive;
mod state;

pub use state::Shop;

http_api::routes! {
    Shop:
    receive::receive => [
        InvalidRequest("a header is missing, or the body is no event"),
        Unauthenticated("there is no signature, none fits, or the time is too far off"),
    ],
}
