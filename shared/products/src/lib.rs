#![doc = include_str!("../README.md")]

mod freshness;
mod listing;
mod lookups;
mod products;

pub use listing::Listing;
pub use products::{Error, Products};
