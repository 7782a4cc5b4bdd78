//! Files: what is downloaded, and the covers of products.

use bytes::Bytes;
use jiff::Timestamp;
use uuid::Uuid;

use super::fixed::opening_day;

/// A stored file with its bytes.
#[derive(Debug, Clone)]
pub struct File {
    pub(crate) id: Uuid,
    pub(crate) created_at: Timestamp,
    pub(crate) name: String,
    pub(crate) mime_type: String,
    pub(crate) bytes: Bytes,
    pub(crate) version: Option<String>,
    pub(crate) service: Service,
}

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    Downloadable,
    ProductMedia,
}

impl Service {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Downloadable => "downloadable",
            Self::ProductMedia => "product_media",
        }
    }
}

impl File {
    /// A file that a benefit gives.
    #[must_use]
    pub fn downloadable(id: Uuid, name: &str, mime_type: &str, bytes: impl Into<Bytes>) -> Self {
        Self {
            id,
            created_at: opening_day(),
            name: name.to_owned(),
            mime_type: mime_type.to_owned(),
            bytes: bytes.into(),
            version: None,
            service: Service::Downloadable,
        }
    }

    /// A picture that everybody may see.
    #[must_use]
    pub fn cover(id: Uuid, name: &str, mime_type: &str, bytes: impl Into<Bytes>) -> Self {
        Self { service: Service::ProductMedia, ..Self::downloadable(id, name, mime_type, bytes) }
    }

    /// Sets the version that the merchant gave it.
    #[must_use]
    pub fn with_version(mut self, version: &str) -> Self {
        self.version = Some(version.to_owned());
        self
    }

    /// Where the store keeps it.
    pub(crate) fn path(&self, organization: Uuid) -> String {
        format!("{}/{organization}/{}/{}", self.service.name(), self.id, self.name)
    }
}
