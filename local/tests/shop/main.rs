//! The whole shop over HTTP, as its page uses it.

mod purchase;
mod refusals;
mod start;
mod support;
mod takeover;
