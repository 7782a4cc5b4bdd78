//! What follows from nothing but the shop itself, so that a restart changes no id and no date.

use jiff::Timestamp;
use uuid::Uuid;

/// When catalog objects were made, unless they say otherwise.
pub(crate) fn opening_day() -> Timestamp {
    Timestamp::from_second(1_767_258_000).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// An id that follows from another one, so that fixed ids stay fixed.
pub(crate) fn derived_id(id: Uuid, tag: u8) -> Uuid {
    Uuid::from_u128(id.as_u128() ^ (u128::from(tag) << 40))
}
