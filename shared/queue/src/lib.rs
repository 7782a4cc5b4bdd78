#![doc = include_str!("../README.md")]

mod job;
mod local;
mod message;
mod queue;

pub use job::{Job, LoginCode, PolarEvent};
pub use local::{DeadLetter, DeadLetters, LocalQueue, MAX_RECEIVES};
pub use queue::{Error, Queue};
