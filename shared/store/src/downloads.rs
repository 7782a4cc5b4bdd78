use std::{collections::HashMap, num::NonZeroU32, time::Duration};

use aws_sdk_dynamodb::{
    Client,
    error::SdkError,
    operation::update_item::{UpdateItemError, UpdateItemOutput},
    types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure},
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use jiff::Timestamp;
use uuid::Uuid;

use crate::{Error, item, item::Item};

pub(crate) const COUNTER: &str = "counter#";

/// One bought file: a file of one purchase. A file that was bought twice has two counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FileOfPurchase {
    /// The order, or the subscription that keeps granting the file.
    pub purchase_id: Uuid,
    /// The file.
    pub file_id: Uuid,
}

impl FileOfPurchase {
    fn counter_id(&self) -> String {
        format!("{COUNTER}{}#{}", self.purchase_id, self.file_id)
    }

    pub(crate) fn from_counter_id(id: &str) -> Option<Self> {
        let (purchase_id, file_id) = id.strip_prefix(COUNTER)?.split_once('#')?;
        Some(Self { purchase_id: purchase_id.parse().ok()?, file_id: file_id.parse().ok()? })
    }
}

/// How often a file may be downloaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Downloads allowed; `None` for no limit.
    pub limit: Option<NonZeroU32>,
    /// The grace period after a counted download, in which the same file is not counted again: for double clicks, resumed transfers and lost answers.
    pub grace: Duration,
}

impl Quota {
    fn has_grace(&self) -> bool {
        !self.grace.is_zero()
    }

    /// The condition for counting a download. Without a grace period it ignores the time of the last one, because the clocks of callers may differ.
    fn condition(&self) -> String {
        let repeat_is_over = self.has_grace().then_some("free_until <= :now");
        let some_are_left = self.limit.map(|_| "used < :limit");
        let conditions = [Some("NOT take_id = :take_id"), repeat_is_over, some_are_left];
        let conditions: Vec<_> = conditions.into_iter().flatten().collect();
        format!("attribute_not_exists(used) OR ({})", conditions.join(" AND "))
    }
}

/// The counter of a bought file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counter {
    /// Downloads taken.
    pub used: u32,
    /// Downloads that the merchant granted beyond the limit.
    pub granted: u32,
    /// The last download that was counted.
    pub last_downloaded_at: Timestamp,
    /// Until when a repeat of that download is free.
    pub free_until: Timestamp,
}

impl Counter {
    pub(crate) fn read(item: &Item) -> Result<Self, Error> {
        // The row stores `used` minus the granted downloads, so that one comparison with the limit decides.
        let granted: u32 = item.optional("granted", Item::number)?.unwrap_or_default();
        let used = item.number::<i64>("used")? + i64::from(granted);
        Ok(Self {
            used: used.try_into().map_err(|_| Error::CorruptItem { attribute: "used" })?,
            granted,
            last_downloaded_at: item.time("last_downloaded_at")?,
            free_until: item.time("free_until")?,
        })
    }
}

/// How the attempt to take a download ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// One download was counted.
    Counted(Counter),
    /// Not counted, because it is within the grace period of an earlier one.
    Repeated(Counter),
    /// Refused, because all downloads are used up.
    LimitReached(Counter),
}

/// The table of download counters.
#[derive(Clone, Debug)]
pub struct Downloads {
    pub(crate) client: Client,
    pub(crate) table: String,
}

impl Downloads {
    /// The counters in a table of this name.
    #[must_use]
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// Takes one download of a bought file, if its quota has one left.
    ///
    /// One conditional write decides, so concurrent callers never get more downloads than are left.
    pub async fn take(
        &self,
        customer_id: Uuid,
        file: FileOfPurchase,
        quota: Quota,
        now: Timestamp,
    ) -> Result<Taken, Error> {
        self.take_once(Uuid::new_v4(), key(customer_id, file), quota, now).await
    }

    /// Counts once for all attempts with the same id, because the SDK repeats the write if DynamoDB's answer is lost.
    async fn take_once(
        &self,
        take_id: Uuid,
        key: HashMap<String, AttributeValue>,
        quota: Quota,
        now: Timestamp,
    ) -> Result<Taken, Error> {
        let mut update = self.client.update_item().table_name(&self.table).set_key(Some(key));
        if let Some(limit) = quota.limit {
            update = update.expression_attribute_values(":limit", item::number(&limit));
        }
        let update = update
            .condition_expression(quota.condition())
            .update_expression(
                "SET last_downloaded_at = :now, free_until = :free_until, take_id = :take_id ADD used :one",
            )
            .expression_attribute_values(":now", item::time(now))
            .expression_attribute_values(":free_until", item::time(now + quota.grace))
            .expression_attribute_values(":one", item::number(&1))
            .expression_attribute_values(":take_id", item::text(&take_id))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let item = match updated(update.send().await)? {
            Updated::Written(item) => return Ok(Taken::Counted(Counter::read(&item)?)),
            Updated::Refused(item) => item,
        };
        let counter = Counter::read(&item)?;
        if item.optional("take_id", Item::uuid)? == Some(take_id) {
            return Ok(Taken::Counted(counter));
        }
        let is_repeat = quota.has_grace() && now < counter.free_until;
        Ok(if is_repeat { Taken::Repeated(counter) } else { Taken::LimitReached(counter) })
    }

    /// Lists the download counters of a customer.
    pub async fn list_counters(&self, customer_id: Uuid) -> Result<HashMap<FileOfPurchase, Counter>, Error> {
        let query = self.client.query().table_name(&self.table).consistent_read(true);
        let query = query
            .key_condition_expression("customer_id = :customer_id AND begins_with(id, :counter)")
            .expression_attribute_values(":customer_id", item::text(&customer_id))
            .expression_attribute_values(":counter", item::text(COUNTER));
        let mut items = query.into_paginator().items().send();
        let mut counters = HashMap::new();
        while let Some(item) = items.next().await {
            let item = Item(item?);
            let file = FileOfPurchase::from_counter_id(item.text("id")?);
            counters.insert(file.ok_or(Error::CorruptItem { attribute: "id" })?, Counter::read(&item)?);
        }
        Ok(counters)
    }
}

/// The result of a conditional update, which returns the row in both cases.
pub(crate) enum Updated {
    /// The row as it is now.
    Written(Item),
    /// The row that did not meet the condition; empty if there is no row.
    Refused(Item),
}

impl Updated {
    /// The row if the write with this id was applied: now, or in an earlier attempt of the SDK whose answer was lost. Each write stores its own id in
    /// `write_id`.
    pub(crate) fn by(self, write_id: Uuid) -> Result<Option<Item>, Error> {
        Ok(match self {
            Self::Written(row) => Some(row),
            Self::Refused(row) if row.optional("write_id", Item::uuid)? == Some(write_id) => Some(row),
            Self::Refused(_) => None,
        })
    }
}

pub(crate) fn updated(
    result: Result<UpdateItemOutput, SdkError<UpdateItemError, HttpResponse>>,
) -> Result<Updated, Error> {
    let error = match result {
        Ok(output) => return Ok(Updated::Written(Item(output.attributes.unwrap_or_default()))),
        Err(error) => error,
    };
    match error.as_service_error() {
        Some(UpdateItemError::ConditionalCheckFailedException(refused)) => {
            Ok(Updated::Refused(Item(refused.item.clone().unwrap_or_default())))
        }
        _ => Err(error.into()),
    }
}

pub(crate) fn key(customer_id: Uuid, file: FileOfPurchase) -> HashMap<String, AttributeValue> {
    HashMap::from([
        ("customer_id".to_owned(), item::text(&customer_id)),
        ("id".to_owned(), item::text(&file.counter_id())),
    ])
}

#[cfg(test)]
mod tests {
    use dynamodb::Embedded;

    use super::*;

    #[tokio::test]
    async fn a_write_that_the_sdk_repeats_counts_once() {
        let dynamodb = Embedded::in_memory().await.expect("the emulator starts");
        let downloads = Downloads::new(dynamodb.client(), "downloads");
        let file = FileOfPurchase { purchase_id: Uuid::from_u128(2), file_id: Uuid::from_u128(3) };
        let now = Timestamp::from_second(1_800_000_000).expect("a valid time");
        for limit in [None, NonZeroU32::new(2)] {
            let customer = Uuid::new_v4();
            let quota = Quota { limit, grace: Duration::ZERO };
            let take = |id| downloads.take_once(Uuid::from_u128(id), key(customer, file), quota, now);

            for (id, used) in [(1, 1), (1, 1), (2, 2), (2, 2)] {
                let taken = take(id).await.expect("an answer");
                assert!(matches!(taken, Taken::Counted(counter) if counter.used == used), "{id}: {taken:?}");
            }
        }
    }
}
