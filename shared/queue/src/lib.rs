#![doc = include_str!("../README.md")]

mod here;
mod job;
mod queue;

pub use here::{DeadLetter, DeadLetters, Here, MAX_RECEIVES};
pub use job::{Job, LoginCode, PolarEvent};
pub use queue::{Error, Queue};
