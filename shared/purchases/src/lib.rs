#![doc = include_str!("../README.md")]

mod bought;
#[cfg(test)]
mod buyer;
mod error;
mod library;
mod license_keys;
mod link;
mod orders;
mod portal;
mod purchase;
mod purchases;
mod take;
mod terms;

pub use error::{Choice, Error};
pub use license_keys::LicenseKey;
pub use link::Link;
pub use orders::Invoice;
pub use purchase::{Content, File, Purchase, PurchaseId, Status};
pub use purchases::Purchases;
pub use take::{Download, Offer, Wanted};
pub use terms::Terms;
