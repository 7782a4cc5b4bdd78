use std::{collections::HashMap, fmt, time::Duration};

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use jiff::Timestamp;
use serde::{
    Deserialize, Serialize,
    de::{IntoDeserializer, value::Error as NoOutcome},
};
use uuid::Uuid;

use crate::{Error, item, item::Item};

pub(crate) const ATTEMPT: &str = "attempt#";
pub(crate) const ORDER_ATTEMPT: &str = "order-attempt#";

/// How long an attempt is kept.
const KEPT: Duration = Duration::from_hours(400 * 24);
/// How long an attempt is kept for the order session that made it: longer than any such session lives.
const KEPT_FOR_ORDERS: Duration = Duration::from_hours(30 * 24);

/// One attempt to download, successful or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    /// When.
    pub at: Timestamp,
    /// The result.
    pub result: Outcome,
    /// The session's name in logs.
    pub session_id: String,
    /// The kind of browser, as in "Firefox on Windows".
    pub client: String,
    /// The product that was asked for, or that the file came with.
    pub product_id: Option<Uuid>,
    /// The order that it was counted on.
    pub order_id: Option<Uuid>,
    /// The file.
    pub file_id: Option<Uuid>,
    /// The file's name, where it is known.
    pub file_name: Option<String>,
    /// The file's version, where the merchant gives one.
    pub version: Option<String>,
}

/// The result of an attempt to download, or a change to a purchase at Polar. The table stores these names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Counted.
    Issued,
    /// Not counted, because it was within the grace period.
    Repeated,
    /// Refused: not among the customer's purchases.
    NotEntitled,
    /// Refused: not among the orders of the session.
    OrderScope,
    /// Refused: bought, but the file is no longer at Polar.
    FileNotFound,
    /// Refused: Polar has not granted the file yet.
    DownloadPending,
    /// Refused: the access period is over.
    AccessExpired,
    /// Refused: the product has several files, and none was named.
    FileRequired,
    /// Refused: all downloads are used up.
    DownloadLimitReached,
    /// Refused: Polar no longer knows the customer.
    #[serde(alias = "unauthenticated")]
    CustomerGone,
    /// Polar or the shop's own tables failed.
    #[serde(alias = "polar_unavailable", alias = "polar_timeout", alias = "polar_unexpected")]
    #[serde(alias = "busy", alias = "internal")]
    Failed,
    /// Not an attempt: the whole order was refunded.
    OrderRefunded,
    /// Not an attempt: a part of the order was refunded.
    OrderPartiallyRefunded,
    /// Not an attempt: Polar revoked access.
    AccessRevoked,
    /// A name that only another version knows.
    #[serde(alias = "other")]
    Unknown,
}

impl Outcome {
    /// All outcomes.
    pub const ALL: &[Self] = &[
        Self::Issued,
        Self::Repeated,
        Self::NotEntitled,
        Self::OrderScope,
        Self::FileNotFound,
        Self::DownloadPending,
        Self::AccessExpired,
        Self::FileRequired,
        Self::DownloadLimitReached,
        Self::CustomerGone,
        Self::Failed,
        Self::OrderRefunded,
        Self::OrderPartiallyRefunded,
        Self::AccessRevoked,
        Self::Unknown,
    ];

    fn parse(name: &str) -> Self {
        let name: serde::de::value::StrDeserializer<'_, NoOutcome> = name.into_deserializer();
        Self::deserialize(name).unwrap_or(Self::Unknown)
    }

    /// Whether a link was issued.
    #[must_use]
    pub const fn is_download(self) -> bool {
        matches!(self, Self::Issued | Self::Repeated)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

impl Attempt {
    fn attributes(&self, customer_id: Uuid, view: HistoryOf, key: Uuid) -> HashMap<String, AttributeValue> {
        let id = format!("{}{:013}#{}", view.prefix(), self.at.as_millisecond(), key.simple());
        let kept = if view == HistoryOf::Account { KEPT } else { KEPT_FOR_ORDERS };
        let always = [
            ("customer_id", item::text(&customer_id)),
            ("id", item::text(&id)),
            ("at", item::time(self.at)),
            ("result", item::text(&self.result)),
            ("session_id", item::text(&self.session_id)),
            ("client", item::text(&self.client)),
            ("purge_at", item::purge_time(self.at + kept)),
        ];
        let known = [
            ("product_id", self.product_id.map(|id| item::text(&id))),
            ("order_id", self.order_id.map(|id| item::text(&id))),
            ("file_id", self.file_id.map(|id| item::text(&id))),
            ("file_name", self.file_name.as_ref().map(item::text)),
            ("version", self.version.as_ref().map(item::text)),
        ];
        let known = known.into_iter().filter_map(|(name, value)| Some((name, value?)));
        always.into_iter().chain(known).map(|(name, value)| (name.to_owned(), value)).collect()
    }

    pub(crate) fn read(item: &Item) -> Result<Self, Error> {
        let text = |attribute| Ok::<_, Error>(item.optional(attribute, Item::text)?.map(str::to_owned));
        Ok(Self {
            at: item.time("at")?,
            result: Outcome::parse(item.text("result")?),
            session_id: item.text("session_id")?.to_owned(),
            client: item.text("client")?.to_owned(),
            product_id: item.optional("product_id", Item::uuid)?,
            order_id: item.optional("order_id", Item::uuid)?,
            file_id: item.optional("file_id", Item::uuid)?,
            file_name: text("file_name")?,
            version: text("version")?,
        })
    }
}

/// Which part of a customer's history is shown.
///
/// Anyone who knows a customer's e-mail address can get order sessions by buying free products. Their refused attempts must neither fill nor slow
/// down the history that the customer sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HistoryOf {
    /// The account's history: all downloads, and the refusals of account sessions.
    Account,
    /// The history of the order sessions that grew from this checkout: their own attempts.
    Checkout(Uuid),
}

impl HistoryOf {
    fn prefix(self) -> String {
        match self {
            Self::Account => ATTEMPT.to_owned(),
            Self::Checkout(id) => format!("{ORDER_ATTEMPT}{}#", id.simple()),
        }
    }
}

/// A page of a customer's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryPage {
    /// The attempts, the newest first.
    pub attempts: Vec<Attempt>,
    /// Where the next page begins, if there is one.
    pub next: Option<HistoryCursor>,
}

/// Where a page of the history begins: at the last row of the page before, written as its time and its key, `1764288000123-9f1c…`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryCursor {
    /// The end of the row's id, which is the same in every part of the history.
    row: String,
}

impl HistoryCursor {
    /// Reads the cursor that a page returned.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (at, key) = text.split_once('-')?;
        let is_key = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f');
        let is_cursor = at.len() == 13
            && at.bytes().all(|byte| byte.is_ascii_digit())
            && key.len() == 32
            && key.bytes().all(is_key);
        is_cursor.then(|| Self { row: format!("{at}#{key}") })
    }

    fn of(id: &str, view: &str) -> Option<Self> {
        id.strip_prefix(view).map(|row| Self { row: row.to_owned() })
    }
}

impl fmt::Display for HistoryCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.row.replace('#', "-"))
    }
}

/// The history in the table of downloads.
#[derive(Clone, Debug)]
pub struct History {
    client: Client,
    table: String,
}

impl History {
    /// The history in a table of this name.
    #[must_use]
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// Stores an attempt for 400 days.
    pub async fn record(&self, customer_id: Uuid, attempt: &Attempt) -> Result<(), Error> {
        // Two attempts in one millisecond must not overwrite each other.
        self.record_once(customer_id, HistoryOf::Account, Uuid::new_v4(), attempt).await
    }

    /// Stores a row in one part of the history. The same subject and time are stored once, however often this is called.
    pub async fn record_once(
        &self,
        customer_id: Uuid,
        view: HistoryOf,
        subject: Uuid,
        what: &Attempt,
    ) -> Result<(), Error> {
        let put = self.client.put_item().table_name(&self.table);
        put.set_item(Some(what.attributes(customer_id, view, subject))).send().await?;
        Ok(())
    }

    /// Lists a page of the history, starting after the previous page. It reads at most two rows more than it returns.
    pub async fn list(
        &self,
        customer_id: Uuid,
        view: HistoryOf,
        from: Option<&HistoryCursor>,
        limit: usize,
    ) -> Result<HistoryPage, Error> {
        let first = view.prefix();
        // Ids order by time, so "older than" is "smaller than"; `$` comes after `#`.
        let before = match from {
            Some(from) => format!("{first}{}", from.row),
            None => format!("{}$", first.trim_end_matches('#')),
        };
        let query = self.client.query().table_name(&self.table).scan_index_forward(false);
        let query = query
            .key_condition_expression("customer_id = :customer_id AND id BETWEEN :first AND :before")
            .expression_attribute_values(":customer_id", item::text(&customer_id))
            .expression_attribute_values(":first", item::text(&first))
            .expression_attribute_values(":before", item::text(&before));
        let mut items = query.into_paginator().page_size(i32::try_from(limit + 2).unwrap_or(i32::MAX)).items().send();
        let mut page = HistoryPage { attempts: Vec::new(), next: None };
        while let Some(item) = items.next().await {
            let item = Item(item?);
            let id = item.text("id")?;
            if id == before {
                continue;
            }
            if page.attempts.len() == limit {
                return Ok(page);
            }
            page.next = HistoryCursor::of(id, &first);
            page.attempts.push(Attempt::read(&item)?);
        }
        Ok(HistoryPage { next: None, ..page })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_are_stored_under_names_that_every_version_reads() {
        for (name, outcome) in [
            ("issued", Outcome::Issued),
            ("download_limit_reached", Outcome::DownloadLimitReached),
            ("order_partially_refunded", Outcome::OrderPartiallyRefunded),
            ("failed", Outcome::Failed),
        ] {
            assert_eq!((outcome.to_string().as_str(), Outcome::parse(name)), (name, outcome));
        }
    }

    #[test]
    fn codes_of_answers_that_older_versions_stored_are_read_as_what_they_meant() {
        for (code, outcome) in [
            ("polar_timeout", Outcome::Failed),
            ("busy", Outcome::Failed),
            ("unauthenticated", Outcome::CustomerGone),
            ("what a later version writes", Outcome::Unknown),
        ] {
            assert_eq!(Outcome::parse(code), outcome, "{code}");
        }
    }
}
