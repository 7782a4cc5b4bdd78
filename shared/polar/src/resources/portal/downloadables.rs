//! Downloadables: the files that the customer may fetch now.

use jiff::Timestamp;
use serde::Deserialize;

use super::Portal;
use crate::{BenefitId, DownloadableId, FileId, Page, Result, SecretUrl, query::Query, request::Request};

impl Portal<'_> {
    /// One page of files with fresh links. This list is the right to the files: what was revoked is not in it.
    pub async fn downloadables(&self, list: &ListDownloadables) -> Result<Page<Downloadable>> {
        self.client.send(self.list_downloadables(list).page(list.page, list.limit)).await
    }

    /// The whole list, a file of a benefit once even if several members hold it; `page` and `limit` do not count.
    pub async fn all_downloadables(&self, list: &ListDownloadables) -> Result<Vec<Downloadable>> {
        let key = |item: &Downloadable| (item.benefit_id, item.file.id);
        self.client.all(self.list_downloadables(list), key).await
    }

    fn list_downloadables(&self, list: &ListDownloadables) -> Request<'_> {
        let query = Query::default().each("benefit_id", &list.benefit_ids);
        self.get("/customer-portal/downloadables/").query(query)
    }
}

/// Which files.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ListDownloadables {
    /// Of these benefits; there is no filter by product or order.
    pub benefit_ids: Vec<BenefitId>,
    /// The page, from 1.
    pub page: Option<u32>,
    /// Items per page: 10 unless said, at most 100.
    pub limit: Option<u32>,
}

/// A file that the customer may fetch.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Downloadable {
    /// The row's id.
    pub id: DownloadableId,
    /// The benefit that gives it.
    pub benefit_id: BenefitId,
    /// The file.
    pub file: DownloadableFile,
}

/// The file of a downloadable, with the link.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct DownloadableFile {
    /// Its id.
    pub id: FileId,
    /// The name that the download gets; not always ASCII.
    pub name: String,
    /// Where it lies in Polar's store.
    pub path: String,
    /// The media type that the download gets.
    pub mime_type: String,
    /// Bytes, up to 10 GB.
    pub size: u64,
    /// The merchant's word for the version.
    pub version: Option<String>,
    /// SHA-256 of the whole file in hexadecimal, as its uploader said.
    pub checksum_sha256_hex: Option<String>,
    /// When its content was last changed.
    pub last_modified_at: Option<Timestamp>,
    /// The link.
    pub download: Download,
}

/// A link to a file.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Download {
    /// Works for whoever holds it, and redirects to the store. Polar does not look at the grant again.
    pub url: SecretUrl,
    /// An hour after it was listed; the store's own address then lives another hour.
    pub expires_at: Timestamp,
}
