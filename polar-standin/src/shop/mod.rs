//! What a stand-in sells: the catalog, built by hand or read from a seed.

mod benefit;
mod discount;
mod file;
mod fixed;
mod past;
mod product;
mod whole;

pub use benefit::Benefit;
pub use discount::{CheckoutLink, Discount};
pub use file::File;
pub use past::PastPurchase;
pub use product::{Interval, Product};
pub use whole::Shop;

pub(crate) use benefit::Kind;
pub(crate) use file::Service;
pub(crate) use fixed::{derived_id, opening_day};
pub(crate) use product::{Amount, DEFAULT_CURRENCY, Price};
