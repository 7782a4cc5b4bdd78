//! Downloadables: the files that the customer may fetch now.

use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;
use url::Url;

use super::Portal;
use crate::{
    BenefitId, DownloadableId, Error, FileId, Page, Refusal, Result, SecretUrl,
    query::Query,
    request::{Bearer, Request},
};

/// How a link's request is called in logs and errors.
const FOLLOW: &str = "/customer-portal/downloadables/{token}";

/// The longest that the store's addresses live.
const LONGEST_LIFE: Duration = Duration::from_hours(1);

impl Portal<'_> {
    /// One page of files with new links. Revoked files are not in the list, so the list decides who may download.
    pub async fn downloadables(&self, list: &ListDownloadables) -> Result<Page<Downloadable>> {
        self.client.send(self.list_downloadables(list).page(list.page, list.limit)).await
    }

    /// The whole list, a file of a benefit once even if several members hold it; `page` and `limit` do not count.
    ///
    /// # Examples
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/example.rs"));
    /// # fn main() { run(async |polar, _| {
    /// # let token = token_of(&polar, demo::ADA).await?;
    /// use polar::ListDownloadables;
    ///
    /// let files = polar.portal(&token).all_downloadables(&ListDownloadables::default()).await?;
    /// let book = files.iter().find(|item| item.file.mime_type == "application/pdf").expect("it was bought");
    /// let stored = polar.portal(&token).resolve(&book.file.download).await?.expect("the file is there");
    /// assert!(stored.lifetime.as_secs() <= 3600);
    /// # Ok(()) }) }
    /// ```
    pub async fn all_downloadables(&self, list: &ListDownloadables) -> Result<Vec<Downloadable>> {
        let key = |item: &Downloadable| (item.benefit_id, item.file.id);
        self.client.all(self.list_downloadables(list), key).await
    }

    /// The address in the file store that a link redirects to. `None` if the file no longer exists.
    ///
    /// Counts as a download at Polar.
    pub async fn resolve(&self, download: &Download) -> Result<Option<StoredFile>> {
        let address =
            Url::parse(download.url.expose()).map_err(|_| Error::unusable(FOLLOW, "a link that is no address"))?;
        let bearer = if self.client.is_own(&address) { Bearer::Customer(self.token) } else { Bearer::Nobody };
        match self.client.redirect(Request::get(FOLLOW).at(address).bearer(bearer)).await {
            Ok(url) => Ok(Some(StoredFile::at(url))),
            Err(Error::Refused { refusal: Refusal::ResourceNotFound | Refusal::ResourceUnavailable }) => Ok(None),
            Err(error) => Err(error),
        }
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
    /// Its path in Polar's file store.
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
    /// Works for anyone who has it, and redirects to the file store. Polar does not check the grant again.
    pub url: SecretUrl,
    /// An hour after it was listed; the store's own address then lives another hour.
    pub expires_at: Timestamp,
}

/// A file in the store behind Polar's links.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StoredFile {
    /// Works for anyone who has it, without a check by Polar.
    pub url: SecretUrl,
    /// How long it works from now on: an hour at most.
    pub lifetime: Duration,
}

impl StoredFile {
    fn at(url: SecretUrl) -> Self {
        let lifetime = signed_for(url.expose()).unwrap_or(LONGEST_LIFE).min(LONGEST_LIFE);
        Self { url, lifetime }
    }
}

/// The expiry parameters in a signed address of the file store.
fn signed_for(url: &str) -> Option<Duration> {
    let url = Url::parse(url).ok()?;
    let (_, seconds) = url.query_pairs().find(|(name, _)| name == "X-Amz-Expires")?;
    seconds.parse().ok().map(Duration::from_secs)
}
