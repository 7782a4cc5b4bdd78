use std::collections::BTreeMap;

use jiff::Timestamp;
use uuid::Uuid;

/// Paid checkouts that a browser has claimed, each with the moment at which it stops proving anything.
pub type Orders = BTreeMap<Uuid, Timestamp>;
