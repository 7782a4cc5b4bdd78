#![doc = include_str!("../README.md")]

mod answer;
mod api;
mod clock;
mod connection;
mod control;
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
