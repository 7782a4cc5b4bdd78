//! The demo shop: what it sells, under fixed ids that event files and tests can name.

mod catalog;
mod contents;
mod covers;
mod ids;
mod texts;
mod zip;

pub use ids::*;

pub(crate) use catalog::shop;

/// Its name.
pub const SHOP_NAME: &str = "Meshwork Goods";
