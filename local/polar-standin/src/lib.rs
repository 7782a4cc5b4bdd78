//! A stand-in for Polar that is held to recordings of the real server.
//!
//! It answers Polar's HTTP API, keeps the files and shows the hosted checkout page, all on one port of this machine.
//! It takes no money, sends no mail and knows nothing of webhooks. It shares no code with the `polar` crate, so that
//! a mistake there cannot agree with itself here.

mod answer;
mod body;
mod caller;
mod checkout;
mod clock;
mod confirm;
mod connection;
pub mod demo;
mod entry;
mod faults;
mod fields;
mod file_store;
mod gate;
mod history;
mod hosted_checkout;
mod jobs;
mod ledger;
mod links;
mod mail;
mod metadata;
mod options;
mod purchase;
mod query;
mod range;
mod requests;
mod routes;
mod server;
mod shape;
mod shop;
mod standin;
mod state;
mod state_file;
mod tokens;
mod totals;
mod world;

pub use faults::Fault;
pub use options::{Options, Pace};
pub use purchase::{Purchase, Purchased};
pub use requests::Request;
pub use shop::{Benefit, CheckoutLink, Discount, File, Interval, PastPurchase, Product, Shop};
pub use standin::Standin;
