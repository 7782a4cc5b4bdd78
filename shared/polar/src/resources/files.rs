//! Files: what is downloaded, and pictures of products.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Client, FileId, OrganizationId, Page, Result, query::Query, request::Request};

/// The files of the organization.
///
/// # Examples
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/example.rs"));
/// # fn main() { run(async |polar, _| {
/// # let photos = demo::FOREST_PHOTOS.into();
/// let files = polar.files().list_all(&[photos]).await?;
/// assert_eq!(files[0].name, "写真.zip");
/// assert_eq!(files[0].mime_type, "application/zip");
/// # Ok(()) }) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Files<'a>(&'a Client);

impl Client {
    /// The shop's files. Needs the scope `files:read`.
    #[must_use]
    pub fn files(&self) -> Files<'_> {
        Files(self)
    }
}

impl Files<'_> {
    /// Names and sizes of these files, at most 100; of all the files for an empty list.
    pub async fn list(&self, ids: &[FileId]) -> Result<Page<File>> {
        self.0.send(request(ids).page(None, Some(100))).await
    }

    /// The whole list.
    pub async fn list_all(&self, ids: &[FileId]) -> Result<Vec<File>> {
        self.0.all(request(ids), |file: &File| file.id).await
    }
}

fn request(ids: &[FileId]) -> Request<'static> {
    Request::get("/files/").query(Query::default().each("ids", ids))
}

/// A file of the shop, as the merchant sees it. It cannot be fetched by this.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct File {
    /// Its id.
    pub id: FileId,
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// The name that a download gets.
    pub name: String,
    /// The media type that a download gets.
    pub mime_type: String,
    /// Bytes.
    pub size: u64,
    /// The merchant's word for the version.
    pub version: Option<String>,
    /// SHA-256 of the whole file in hexadecimal, as its uploader said.
    pub checksum_sha256_hex: Option<String>,
    /// What it is for: `downloadable`, `product_media`.
    pub service: String,
    /// Whether the upload was finished.
    pub is_uploaded: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its content was last changed.
    pub last_modified_at: Option<Timestamp>,
    /// When a scan found it harmful; it is then not handed out.
    pub flagged_malicious_at: Option<Timestamp>,
}

/// A picture of a product.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Media {
    /// Its id.
    pub id: FileId,
    /// Its file name.
    pub name: String,
    /// Its media type.
    pub mime_type: String,
    /// Bytes.
    pub size: u64,
    /// Where anyone may fetch it.
    pub public_url: String,
}
