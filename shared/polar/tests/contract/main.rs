//! Contract tests: the real client against recorded answers of a real Polar server.
//!
//! Nothing here is made from the crate's own types: a wrong type would agree with itself.

mod catalog;
mod checkouts;
mod customers;
mod every_recording;
mod license_keys;
mod links;
mod orders;
mod polar;
mod portal;
mod readme;
mod recording;
mod refusals;
mod retries;
mod transport;
mod webhooks;
