#![doc = include_str!("../README.md")]

mod answer;
mod customers;
mod doctor;
mod failure;
mod options;
mod run;
mod shop;
mod stack;

pub use options::Options;
pub use run::run;
