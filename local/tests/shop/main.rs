//! The whole shop over HTTP, as its page uses it.

mod account;
mod bounds;
mod cors;
mod devices;
mod dump;
mod idempotency;
mod library;
mod limits;
mod login;
mod odd_answers;
mod orders;
mod outbox;
mod purchase;
mod quota;
mod refusals;
mod start;
mod support;
mod takeover;
mod update;
