//! The demo shop: a seed for the local Polar, and the ids in it, for event files and tests to name.
//!
//! What it sells is in `shop.json` and in the files beside it. They are read at each start, so that a change shows without
//! building anything.

mod ids;
mod shop;

pub use ids::*;
pub use shop::{SHOP_NAME, shop};
