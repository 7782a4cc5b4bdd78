#![doc = include_str!("../README.md")]

mod listing;
mod products;
mod strangers;

pub use listing::Listing;
pub use products::{Error, Products};
