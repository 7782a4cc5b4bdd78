use std::collections::HashMap;

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use tokio::task::JoinSet;

use crate::{Error, error::if_condition_held, item, item::Item};

/// How many rows are read at once, and then changed concurrently.
const ROWS_AT_ONCE: i32 = 25;

/// All rows of one customer in one table.
pub(crate) struct Partition<'a> {
    pub(crate) client: &'a Client,
    pub(crate) table: &'a str,
    pub(crate) sort_key: &'static str,
    /// The partition's key: a customer's id, or its replacement after an erasure.
    pub(crate) customer_id: String,
}

/// What to do if the target row already exists.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    Stays,
    IsReplaced,
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

    /// Moves every row into another partition, with changes, and returns how many are new there.
    ///
    /// Each row is written there before it is deleted here, so an interrupted run can be repeated.
    pub(crate) async fn move_to(
        &self,
        customer_id: &str,
        standing: Standing,
        change: impl Fn(Item) -> HashMap<String, AttributeValue>,
    ) -> Result<usize, Error> {
        let mut rows = self.rows().await?.into_iter().peekable();
        let mut moved = 0;
        while rows.peek().is_some() {
            let mut writes = JoinSet::new();
            for row in rows.by_ref().take(ROWS_AT_ONCE.unsigned_abs() as usize) {
                let sort_key = item::text(row.text(self.sort_key)?);
                let key = [("customer_id", item::text(&self.customer_id)), (self.sort_key, sort_key)];
                let key = key.map(|(name, value)| (name.to_owned(), value)).into();
                let mut row = change(row);
                row.insert("customer_id".to_owned(), item::text(customer_id));
                let put = self.client.put_item().table_name(self.table).set_item(Some(row));
                let put = match standing {
                    Standing::Stays => put.condition_expression("attribute_not_exists(customer_id)"),
                    Standing::IsReplaced => put,
                };
                let delete = self.client.delete_item().table_name(self.table).set_key(Some(key));
                writes.spawn(async move {
                    let is_new = if_condition_held(put.send().await)?.is_some();
                    delete.send().await?;
                    Ok::<_, Error>(usize::from(is_new))
                });
            }
            moved += writes.join_all().await.into_iter().sum::<Result<usize, Error>>()?;
        }
        Ok(moved)
    }

    /// Deletes every row. Rows that are already deleted are ignored, so an interrupted run can be repeated.
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
