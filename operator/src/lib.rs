#![doc = include_str!("../README.md")]

mod answer;
mod credentials;
mod customers;
mod dead_letters;
mod doctor;
mod failure;
mod options;
mod run;
mod shop;
mod sqs;
mod stack;

pub use options::Options;
pub use run::run;
