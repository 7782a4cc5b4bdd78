#![doc = include_str!("../README.md")]

use std::path::Path;

mod buyer;
mod contract;
mod delivery;
mod event;
mod events;
mod function;
mod http;
mod log_watch;
mod mails;
mod oddities;
mod program;
mod role;
mod runtime_api;
mod secrets;
pub mod seeds;
mod ses;
mod storefront;
mod template;
mod trouble;
mod wait;
mod world;

pub use buyer::BegunCheckout;
pub use contract::demand_described;
pub use demo;
pub use event::{Answer, Event};
pub use events::check_events;
pub use function::Function;
pub use log_watch::LogWatch;
pub use oddities::check_oddities;
pub use polar_standin::{Fault, Purchase};
pub use program::program;
pub use ses::SentMail;
pub use storefront::STOREFRONT_ORIGIN;
pub use template::{FunctionBlock, Table, Template};
pub use trouble::{check_required_settings, check_troubles};
pub use wait::wait_until;
pub use world::{WEBHOOK_SECRET, World};

/// The top folder of the workspace.
#[must_use]
pub fn workspace() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}
