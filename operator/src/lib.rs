#![doc = include_str!("../README.md")]

mod answer;
mod catalog;
mod checkouts;
mod credentials;
mod customer;
mod customers;
mod dead_letters;
mod doctor;
mod failure;
mod find;
mod local;
mod options;
mod quota;
mod restore;
mod run;
mod sessions;
mod setup;
mod shop;
mod sqs;
mod stack;

pub use options::Options;
pub use run::run;
