#![doc = include_str!("../README.md")]

mod allowance;
mod catalogue;
mod checkouts;
mod customer;
mod devices;
mod downloads;
mod error;
mod history;
mod invoices;
mod item;
mod partition;
mod seal;
mod sessions;
mod tables;
mod token;
mod upkeep;

pub use catalogue::{Catalogue, Found, Snapshot};
pub use checkouts::{CheckoutRecord, Checkouts, Claim};
pub use customer::{CounterData, CustomerData, SessionData, export};
pub use downloads::{Counter, Downloads, FileOfPurchase, Quota, Taken};
pub use error::Error;
pub use history::{Attempt, History, HistoryPage};
pub use invoices::{AskedInvoice, Invoices};
pub use sessions::{Lifetime, NewSession, PortalToken, Scope, Session, Sessions};
pub use tables::{TABLES, TableDescription};
pub use token::{BrowserKey, SessionToken, TokenHash};
