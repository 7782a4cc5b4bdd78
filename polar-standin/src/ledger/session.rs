//! Tokens that callers show.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Polar's one-hour credential to act as a customer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct CustomerSession {
    pub(crate) id: Uuid,
    pub(crate) token: String,
    pub(crate) customer_id: Uuid,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) return_url: Option<String>,
    /// Made by the organization (`polar_mst_…`) and not by a confirm (`polar_cst_…`).
    pub(crate) of_member: bool,
}

/// An organization token that may do only some things.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct OrganizationToken {
    pub(crate) token: String,
    pub(crate) scopes: Vec<String>,
}
