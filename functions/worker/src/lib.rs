//! The worker: does what events and the clock ask for.
//!
//! An event is a hint. Every job asks Polar how things stand now and makes our tables agree, so that order, repetitions and crashes in between do not matter. A sign-in
//! code goes to the mailbox of the customer who has the address, and nowhere else. It serves no request.

mod catalog;
mod changes;
mod customers;
mod history;
mod invocation;
mod login_code;
mod login_mail;
mod worker;

pub use invocation::Invocation;
pub use worker::{Error, Worker};
