#![doc = include_str!("../README.md")]

use std::path::Path;

mod buyer;
mod event;
mod events;
mod function;
mod program;
mod role;
mod runtime_api;
pub mod seeds;
mod template;
mod trouble;
mod world;

pub use buyer::BegunCheckout;
pub use event::{Answer, Event};
pub use events::check_events;
pub use function::Function;
pub use polar_standin::{Fault, Purchase, demo};
pub use program::program;
pub use template::{FunctionBlock, Table, Template};
pub use trouble::{check_required_settings, check_troubles};
pub use world::{STOREFRONT_ORIGIN, WEBHOOK_SECRET, World};

/// The top folder of the workspace.
#[must_use]
pub fn workspace() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}
