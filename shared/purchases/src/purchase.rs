use std::{fmt, num::NonZeroU32, str::FromStr};

use jiff::Timestamp;
use polar::{OrderId, OrderStatus, ProductId};
use store::{Counter, FileOfPurchase};
use uuid::Uuid;

use crate::{Link, Terms};

/// The id of a row: an order and one of its files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PurchaseId {
    /// The order; for a subscription, its first order.
    pub order_id: OrderId,
    /// The file, or the benefit that links to a file hosted elsewhere.
    pub file_id: Uuid,
}

impl PurchaseId {
    pub(crate) fn counter(self) -> FileOfPurchase {
        FileOfPurchase { purchase_id: self.order_id.into(), file_id: self.file_id }
    }
}

impl fmt::Display for PurchaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.order_id, self.file_id)
    }
}

/// The text is not the id of a purchase.
#[derive(Debug, thiserror::Error)]
#[error("the id of a purchase consists of the ids of its order and its file")]
pub struct NoPurchaseId;

impl FromStr for PurchaseId {
    type Err = NoPurchaseId;

    fn from_str(text: &str) -> Result<Self, NoPurchaseId> {
        let (order_id, file_id) = text.split_once('_').ok_or(NoPurchaseId)?;
        let parse = |id: &str| id.parse::<Uuid>().map_err(|_| NoPurchaseId);
        Ok(Self { order_id: parse(order_id)?.into(), file_id: parse(file_id)? })
    }
}

/// Whether a purchase can be downloaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It can be downloaded.
    Available,
    /// Polar has not granted it yet.
    Pending,
    /// It can no longer be downloaded: used up, past its access period, or revoked.
    Expired,
}

/// What a purchase consists of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// A file at Polar.
    File(File),
    /// A file hosted elsewhere, whose address the merchant has set at Polar.
    Url,
    /// A file without details from Polar, because it is not granted, no longer granted, or not listed yet.
    Withheld,
}

/// A file, as Polar describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name, with any characters.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its media type.
    pub mime_type: String,
    /// The merchant's version of it.
    pub version: Option<String>,
    /// SHA-256 of the whole file in hexadecimal, if the merchant's upload had one.
    pub checksum_sha256: Option<String>,
}

/// One row of the library: one bought file.
#[derive(Clone, Debug)]
pub struct Purchase {
    /// The row's id.
    pub id: PurchaseId,
    /// The product that was bought, if Polar still knows it.
    pub product_id: Option<ProductId>,
    /// The product's name.
    pub product_name: String,
    /// The name of the benefit that the file belongs to.
    pub name: String,
    /// The file, if its details are known.
    pub content: Content,
    /// When the order was placed.
    pub ordered_at: Timestamp,
    /// The order's status at Polar.
    pub order_status: OrderStatus,
    /// When Polar granted the file.
    pub granted_at: Option<Timestamp>,
    /// When anything about the purchase last changed at Polar.
    pub updated_at: Timestamp,
    /// When the access period ends.
    pub access_expires_at: Option<Timestamp>,
    /// Downloads bought plus those that the merchant granted; `None` for no limit.
    pub limit: Option<NonZeroU32>,
    /// Downloads taken.
    pub used: u32,
    /// Downloads that were cancelled by a refund.
    pub canceled: u32,
    /// The last download that was counted.
    pub last_downloaded_at: Option<Timestamp>,
    /// Whether it can be downloaded.
    pub status: Status,
    pub(crate) link: Option<Link>,
}

impl Purchase {
    /// Downloads left; `None` for no limit.
    #[must_use]
    pub fn remaining(&self) -> Option<u32> {
        Some(self.limit?.get().saturating_sub(self.used).saturating_sub(self.canceled))
    }

    /// The name to show and to save under.
    #[must_use]
    pub fn file_name(&self) -> &str {
        match &self.content {
            Content::File(file) => &file.name,
            Content::Url | Content::Withheld => &self.name,
        }
    }

    /// The merchant's version of the file.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        match &self.content {
            Content::File(file) => file.version.as_deref(),
            Content::Url | Content::Withheld => None,
        }
    }

    pub(crate) fn apply(mut self, terms: Terms) -> Self {
        self.limit = terms.limit;
        self.access_expires_at = self.granted_at.and_then(|granted_at| terms.access_expires_at(granted_at));
        self
    }

    /// Joins a row with its counter, and with the time.
    pub(crate) fn count(mut self, counter: Option<&Counter>, now: Timestamp) -> Self {
        if let Some(counter) = counter {
            self.used = counter.used;
            self.limit = self.limit.map(|limit| limit.saturating_add(counter.granted));
            self.last_downloaded_at = Some(counter.last_downloaded_at);
        }
        if self.order_status == OrderStatus::Refunded && self.link.is_none() {
            self.canceled = self.remaining().unwrap_or(0);
        }
        let repeat_is_free = counter.is_some_and(|counter| now < counter.free_until);
        let used_up = self.remaining() == Some(0) && !repeat_is_free;
        if self.status == Status::Available && (used_up || self.access_is_over(now)) {
            self.status = Status::Expired;
        }
        self
    }

    /// Whether Polar withholds the file although it was granted. Waiting does not help, so the library leaves it out.
    pub(crate) fn is_gone(&self) -> bool {
        self.granted_at.is_some() && self.link.is_none() && self.status != Status::Pending
    }

    pub(crate) fn access_is_over(&self, now: Timestamp) -> bool {
        self.access_expires_at.is_some_and(|end| end <= now)
    }
}
