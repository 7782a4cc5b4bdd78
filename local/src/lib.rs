//! The whole shop on one machine: the functions' own routers on one port, an embedded DynamoDB, and a stand-in for Polar or the real one.
//! It has no routes of its own but the storefront's page and what a developer looks at, and it is never deployed.

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
