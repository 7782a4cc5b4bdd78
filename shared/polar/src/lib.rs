#![doc = include_str!("../README.md")]

mod answer;
mod check;
mod client;
mod config;
mod deadline;
mod error;
mod id;
mod money;
mod open_enum;
mod page;
mod query;
mod request;
mod resources;
mod retry;
mod secret;
pub mod webhook;

pub use client::{Client, VERSION};
pub use config::{Config, Limits, Server, UnknownServer};
pub use deadline::with_deadline;
pub use error::{Error, FieldError, Refusal, Result, Source};
pub use id::*;
pub use money::{Currency, Metadata};
pub use page::{Page, Pagination};
pub use resources::*;
pub use secret::{AccessToken, ClientSecret, CustomerToken, SecretUrl, WebhookSecret};
