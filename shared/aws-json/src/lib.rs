//! Makes single signed calls to AWS services with JSON protocols, because the SDK of a whole service would be larger than the program.
//! It knows no particular service, does not retry, and finds no credentials itself.

mod action;
mod client;
mod error;
mod look_up;
mod refusal;

pub use action::Action;
pub use client::AwsJson;
pub use error::Error;
