//! The embedded DynamoDB of local runs and tests: an emulator inside this process, reached over loopback through the AWS SDK like the real one.
//! It knows the shop's tables from `store`'s one description, and it is never part of a deployed function.

mod embedded;

pub use embedded::{ACCESS_KEY, Embedded, REGION};
