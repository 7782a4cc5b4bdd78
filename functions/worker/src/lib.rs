//! The worker function: processes Polar's events and scheduled jobs, and mails sign-in codes. It serves no requests.
//!
//! Events are treated as hints: every job fetches the current state from Polar and updates the tables to match. So it does
//! not matter if events arrive out of order or repeatedly, or if the worker crashes. A sign-in code is sent only to the
//! address that Polar has for the customer.

mod catalog;
mod changes;
mod customers;
mod failure;
mod history;
mod invocation;
mod login_code;
mod login_mail;
mod worker;

pub use failure::Failure;
pub use invocation::Invocation;
pub use worker::{Error, Worker};
