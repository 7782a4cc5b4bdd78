#![doc = include_str!("../README.md")]

use std::path::Path;

mod event;
mod events;
mod function;
mod role;
mod runtime_api;
pub mod seeds;
mod template;
mod world;

pub use event::{Answer, Event};
pub use events::check_events;
pub use function::Function;
pub use template::{FunctionBlock, Table, Template};
pub use world::{STOREFRONT_ORIGIN, World};

/// The top folder of the workspace.
#[must_use]
pub fn workspace() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}
