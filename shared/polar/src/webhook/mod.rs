//! Webhooks: what Polar tells unasked. A message is believed only with a valid signature, and even then it is a hint.

mod event;
mod signature;

pub use event::{Event, EventData, EventType};
pub use signature::{Headers, LARGEST_BODY, TOLERANCE, VerifyError, sign, verify};
