//! Orders that are older than the shop's start.

use uuid::Uuid;

/// Somebody bought something some days ago.
#[derive(Debug, Clone)]
pub struct PastPurchase {
    pub(crate) customer_id: Uuid,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) product_id: Uuid,
    pub(crate) days_ago: i64,
}

impl PastPurchase {
    /// A purchase by the customer with this id, who is made if new.
    #[must_use]
    pub fn new(customer_id: Uuid, name: &str, email: &str, product_id: Uuid, days_ago: i64) -> Self {
        Self { customer_id, name: name.to_owned(), email: email.to_owned(), product_id, days_ago }
    }
}
