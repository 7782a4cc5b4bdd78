//! The demo shop: what it sells, under fixed ids that event files and tests can name.

mod catalogue;
mod contents;
mod covers;
mod ids;
mod texts;
mod zip;

pub use ids::*;

pub(crate) use catalogue::shop;

/// Its name.
pub const SHOP_NAME: &str = "Meshwork Goods";
