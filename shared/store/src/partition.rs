use std::collections::HashMap;

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{Error, item, item::Item};

/// Rows that are read, and then deleted side by side.
const ROWS_AT_ONCE: i32 = 25;

/// All rows of one customer in one table.
pub(crate) struct Partition<'a> {
    pub(crate) client: &'a Client,
    pub(crate) table: &'a str,
    pub(crate) sort_key: &'static str,
    pub(crate) customer_id: Uuid,
}

impl Partition<'_> {
    /// Reads every row.
    pub(crate) async fn rows(&self) -> Result<Vec<Item>, Error> {
        let query = self.client.query().table_name(self.table).consistent_read(true);
        let query = query
            .key_condition_expression("customer_id = :customer_id")
            .expression_attribute_values(":customer_id", item::text(&self.customer_id));
        let mut items = query.into_paginator().items().send();
        let mut rows = Vec::new();
        while let Some(item) = items.next().await {
            rows.push(Item(item?));
        }
        Ok(rows)
    }

    /// Deletes every row; what is gone already does not matter, so that an interrupted run can be repeated.
    pub(crate) async fn delete(&self) -> Result<(), Error> {
        let query = self.client.query().table_name(self.table).consistent_read(true);
        let query = query
            .key_condition_expression("customer_id = :customer_id")
            .projection_expression("customer_id, #sort_key")
            .expression_attribute_names("#sort_key", self.sort_key)
            .expression_attribute_values(":customer_id", item::text(&self.customer_id));
        let mut pages = query.into_paginator().page_size(ROWS_AT_ONCE).send();
        while let Some(page) = pages.next().await {
            self.delete_rows(page?.items.unwrap_or_default()).await?;
        }
        Ok(())
    }

    async fn delete_rows(&self, keys: Vec<HashMap<String, AttributeValue>>) -> Result<(), Error> {
        let mut deletes = JoinSet::new();
        for key in keys {
            deletes.spawn(self.client.delete_item().table_name(self.table).set_key(Some(key)).send());
        }
        deletes.join_all().await.into_iter().try_for_each(|deleted| Ok(deleted.map(drop)?))
    }
}
