use std::collections::BTreeMap;

use jiff::Timestamp;
use uuid::Uuid;

/// The paid checkouts that a browser claimed, each with the time when its access ends.
pub type Orders = BTreeMap<Uuid, Timestamp>;
