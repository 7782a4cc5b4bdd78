//! Discount codes and checkout links.

use serde_json::{Map, Value};
use uuid::Uuid;

/// A percentage off, by code.
#[derive(Debug, Clone)]
pub struct Discount {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) code: String,
    pub(crate) basis_points: i64,
}

impl Discount {
    /// `basis_points` are hundredths of a percent: 10000 is free. The code is found in any case (recording 2e3).
    #[must_use]
    pub fn percentage(id: Uuid, name: &str, code: &str, basis_points: i64) -> Self {
        Self { id, name: name.to_owned(), code: code.to_owned(), basis_points }
    }
}

/// An address that begins a new checkout with each visit.
#[derive(Debug, Clone)]
pub struct CheckoutLink {
    pub(crate) id: Uuid,
    pub(crate) client_secret: String,
    pub(crate) label: Option<String>,
    pub(crate) products: Vec<Uuid>,
    pub(crate) success_url: Option<String>,
    pub(crate) metadata: Map<String, Value>,
}

impl CheckoutLink {
    /// A link that offers these products.
    #[must_use]
    pub fn new(id: Uuid, label: &str, products: &[Uuid]) -> Self {
        Self {
            id,
            client_secret: format!("polar_cl_{}", id.simple()),
            label: Some(label.to_owned()),
            products: products.to_vec(),
            success_url: None,
            metadata: Map::new(),
        }
    }

    /// Sets where the buyer goes; `{CHECKOUT_ID}` is replaced.
    #[must_use]
    pub fn leading_to(mut self, success_url: &str) -> Self {
        self.success_url = Some(success_url.to_owned());
        self
    }

    /// Adds one entry to the metadata of the checkouts that it begins.
    #[must_use]
    pub fn with_metadata(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.metadata.insert(key.to_owned(), value.into());
        self
    }
}
