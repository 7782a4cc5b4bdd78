//! The whole shop over HTTP, as its page uses it.

mod library;
mod orders;
mod purchase;
mod quota;
mod refusals;
mod start;
mod support;
mod takeover;
