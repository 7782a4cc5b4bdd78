//! Changes that the merchant makes to a buyer's download counters.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use uuid::Uuid;

use crate::{
    Counter, Downloads, Error, FileOfPurchase,
    downloads::{Updated, key, updated},
    item,
    item::Item,
};

impl Downloads {
    /// Grants downloads of a bought file beyond its limit. `None` if none was taken yet, because the whole limit is left.
    pub async fn grant(
        &self,
        customer_id: Uuid,
        file: FileOfPurchase,
        downloads: u32,
    ) -> Result<Option<Counter>, Error> {
        self.grant_once(Uuid::new_v4(), key(customer_id, file), downloads).await
    }

    /// Grants once for all attempts with the same id, because the SDK repeats the write if DynamoDB's answer is lost.
    async fn grant_once(
        &self,
        grant_id: Uuid,
        key: HashMap<String, AttributeValue>,
        downloads: u32,
    ) -> Result<Option<Counter>, Error> {
        let update = self.client.update_item().table_name(&self.table).set_key(Some(key));
        let update = update
            .condition_expression("attribute_exists(used) AND NOT grant_id = :grant_id")
            .update_expression("SET grant_id = :grant_id ADD used :less, granted :more")
            .expression_attribute_values(":grant_id", item::text(&grant_id))
            .expression_attribute_values(":less", item::number(&-i64::from(downloads)))
            .expression_attribute_values(":more", item::number(&downloads))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let (Updated::Written(item) | Updated::Refused(item)) = updated(update.send().await)?;
        let is_granted = item.optional("grant_id", Item::uuid)? == Some(grant_id);
        is_granted.then(|| Counter::read(&item)).transpose()
    }

    /// Resets the counter of a bought file; the history stays. `false` if there is no counter.
    pub async fn reset(&self, customer_id: Uuid, file: FileOfPurchase) -> Result<bool, Error> {
        let delete = self.client.delete_item().table_name(&self.table).set_key(Some(key(customer_id, file)));
        let deleted = delete.return_values(ReturnValue::AllOld).send().await?;
        Ok(deleted.attributes.is_some())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use dynamodb::Embedded;
    use jiff::Timestamp;

    use super::*;
    use crate::Quota;

    #[tokio::test]
    async fn a_write_that_the_sdk_repeats_grants_once() {
        let dynamodb = Embedded::in_memory().await.expect("the emulator starts");
        let downloads = Downloads::new(dynamodb.client(), "downloads");
        let (customer, file) =
            (Uuid::from_u128(1), FileOfPurchase { purchase_id: Uuid::from_u128(2), file_id: Uuid::from_u128(3) });
        let quota = Quota { limit: None, grace: Duration::ZERO };
        let now = Timestamp::from_second(1_800_000_000).expect("a valid time");
        downloads.take(customer, file, quota, now).await.expect("a download");

        for (id, granted) in [(1, 2), (1, 2), (2, 4), (2, 4)] {
            let counter = downloads.grant_once(Uuid::from_u128(id), key(customer, file), 2).await.expect("an answer");
            let counter = counter.expect("a counter");
            assert_eq!((counter.used, counter.granted), (1, granted), "{id}");
        }
    }
}
