#![doc = include_str!("../README.md")]

mod checkouts;
mod downloads;
mod error;
mod history;
mod item;
mod seal;
mod sessions;
mod tables;
mod token;

pub use checkouts::{CheckoutRecord, Checkouts, Claim};
pub use downloads::{Counter, Downloads, FileOfPurchase, Quota, Taken};
pub use error::Error;
pub use history::{Attempt, History, HistoryPage};
pub use sessions::{Lifetime, NewSession, PortalToken, Scope, Session, Sessions};
pub use tables::{TABLES, TableDescription};
pub use token::{BrowserKey, SessionToken, TokenHash};
