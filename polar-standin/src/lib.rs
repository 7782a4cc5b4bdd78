//! A stand-in for Polar that is held to recordings of the real server.
//!
//! It answers Polar's HTTP API, keeps the files and shows the hosted checkout page, all on one port of this machine,
//! and delivers webhooks to addresses that it is given. It takes no money and sends no mail. It shares no code with the
//! `polar` crate, so that a mistake there cannot agree with itself here.

mod answer;
mod api;
mod clock;
mod connection;
mod currencies;
mod deliver;
mod faults;
mod file_store;
mod hosted_checkout;
mod ledger;
mod limits;
mod links;
mod mail;
mod options;
mod pdf;
mod requests;
mod seed;
mod server;
mod shop;
mod standin;
mod state;
mod tokens;
mod webhooks;
mod world;

pub use faults::Fault;
pub use options::{Options, Pace, RateLimits};
pub use requests::Request;
pub use shop::{Benefit, CheckoutLink, Discount, File, Interval, PastPurchase, Product, Shop};
pub use standin::Standin;
pub use state::{Purchase, Purchased};
pub use webhooks::{PendingDelivery, WebhookEndpoint};
