//! Webhooks: events that Polar sends. An event is accepted only with a valid signature, and is then only a hint to fetch the current state.

mod event;
mod signature;

pub use event::{Event, EventData, EventType};
pub use signature::{Headers, LARGEST_BODY, TOLERANCE, VerifyError, sign, verify};
