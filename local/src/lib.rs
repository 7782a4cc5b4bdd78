//! The whole shop on one machine: the functions' own routers on one port, an embedded DynamoDB, and a stand-in for Polar or the real one.
//! It has no route of its own but the storefront's page, and it is never deployed.

mod greeting;
mod openapi;
mod options;
mod page;
mod running;
mod shop;
mod upkeep;

pub use openapi::openapi;
pub use options::Options;
pub use shop::LocalShop;
pub use upkeep::Upkeep;
