//! Runs the whole shop on one machine: the routers of all functions on one port, an embedded DynamoDB, and a stand-in for
//! Polar or the real one. It is never deployed, and adds no routes except the storefront's pages and two pages for
//! developers (`/outbox` and `/dead-letters`).

mod cors;
mod greeting;
mod openapi;
mod options;
mod outbox;
mod page;
mod running;
mod shop;
mod upkeep;

pub use openapi::openapi;
pub use options::Options;
pub use shop::LocalShop;
pub use upkeep::Upkeep;
