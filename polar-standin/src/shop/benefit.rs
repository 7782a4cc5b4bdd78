//! What a product gives to its buyers.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::fixed::opening_day;

/// A right that comes with a product.
#[derive(Debug, Clone)]
pub struct Benefit {
    pub(crate) id: Uuid,
    pub(crate) created_at: Timestamp,
    pub(crate) modified_at: Option<Timestamp>,
    pub(crate) description: String,
    pub(crate) kind: Kind,
    pub(crate) metadata: Map<String, Value>,
    pub(crate) visibility: &'static str,
}

/// What sort of right.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Downloadables { files: Vec<Uuid>, archived: BTreeSet<Uuid> },
    Custom { note: Option<String> },
    LicenseKeys { prefix: String, limit_activations: Option<i64>, limit_usage: Option<i64> },
}

impl Benefit {
    /// Files to download.
    #[must_use]
    pub fn downloadables(id: Uuid, description: &str, files: &[Uuid]) -> Self {
        Self::new(id, description, Kind::Downloadables { files: files.to_vec(), archived: BTreeSet::new() })
    }

    /// Something that only the note to the buyer describes.
    #[must_use]
    pub fn custom(id: Uuid, description: &str, note: &str) -> Self {
        Self::new(id, description, Kind::Custom { note: Some(note.to_owned()) })
    }

    /// A licence key per purchase.
    #[must_use]
    pub fn license_keys(id: Uuid, description: &str, prefix: &str, limit_activations: Option<i64>) -> Self {
        let prefix = prefix.to_owned();
        Self::new(id, description, Kind::LicenseKeys { prefix, limit_activations, limit_usage: None })
    }

    /// Adds one entry to the metadata.
    #[must_use]
    pub fn with_metadata(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.metadata.insert(key.to_owned(), value.into());
        self
    }

    /// Archives one of its files: buyers lose it (recording 641).
    #[must_use]
    pub fn without_file(mut self, file_id: Uuid) -> Self {
        if let Kind::Downloadables { archived, .. } = &mut self.kind {
            archived.insert(file_id);
        }
        self
    }

    /// Sets when it was made; lists are sorted by it.
    #[must_use]
    pub fn created(mut self, at: Timestamp) -> Self {
        self.created_at = at;
        self
    }

    /// Hides it from the customer portal.
    #[must_use]
    pub fn private(mut self) -> Self {
        self.visibility = "private";
        self
    }

    pub(crate) fn new(id: Uuid, description: &str, kind: Kind) -> Self {
        Self {
            id,
            created_at: opening_day(),
            modified_at: None,
            description: description.to_owned(),
            kind,
            metadata: Map::new(),
            visibility: "public",
        }
    }

    pub(crate) fn type_name(&self) -> &'static str {
        match self.kind {
            Kind::Downloadables { .. } => "downloadables",
            Kind::Custom { .. } => "custom",
            Kind::LicenseKeys { .. } => "license_keys",
        }
    }

    /// Files that a holder may have; none for other types.
    pub(crate) fn active_files(&self) -> Vec<Uuid> {
        match &self.kind {
            Kind::Downloadables { files, archived } => {
                files.iter().filter(|file| !archived.contains(file)).copied().collect()
            }
            _ => Vec::new(),
        }
    }
}
