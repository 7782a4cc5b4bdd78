#![doc = include_str!("../README.md")]

mod payment;
mod payments;

pub use payment::Payment;
pub use payments::{Error, Known, Payments};
