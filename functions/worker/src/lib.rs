//! The worker: does what events and the clock ask for.
//!
//! An event is a hint. Every job asks Polar how things stand now and makes our tables agree, so that order, repetitions and crashes in between do not matter. It serves
//! no request.

mod customers;
mod history;
mod invocation;
mod worker;

pub use invocation::Invocation;
pub use worker::{Error, Worker};
