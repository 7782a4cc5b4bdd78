#![doc = include_str!("../README.md")]

mod listing;
mod products;

pub use listing::Listing;
pub use products::{Error, Products};
