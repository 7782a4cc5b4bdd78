//! One signed call of an AWS service that speaks JSON, in any of AWS's ways: for a single action the SDK of a whole service would be larger than the program.
//! It knows no service, no retries and no credentials of its own.

mod action;
mod client;
mod error;
mod look_up;
mod refusal;

pub use action::Action;
pub use client::AwsJson;
pub use error::Error;
