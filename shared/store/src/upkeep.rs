//! Operations on sessions that the worker needs.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use uuid::Uuid;

use crate::{Error, Sessions, error::if_condition_held, item::Item};

impl Sessions {
    /// Deletes the stored Polar credentials of a customer, so that each session gets a new one on its next request. Can be repeated.
    pub async fn drop_portal_tokens(&self, customer_id: Uuid) -> Result<(), Error> {
        for row in self.of_customer(customer_id).rows().await? {
            let update = self.client.update_item().table_name(&self.table);
            let update = update
                .key("customer_id", AttributeValue::S(customer_id.to_string()))
                .key("token_hash", AttributeValue::S(row.text("token_hash")?.to_owned()))
                .condition_expression("attribute_exists(portal_token)")
                .update_expression("REMOVE portal_token, portal_token_expires_at");
            // Sessions without a credential need no write.
            if_condition_held(update.send().await)?;
        }
        Ok(())
    }

    /// Lists the customers who have sessions.
    pub async fn list_customers(&self) -> Result<BTreeSet<Uuid>, Error> {
        let scan = self.client.scan().table_name(&self.table).projection_expression("customer_id");
        let mut items = scan.into_paginator().items().send();
        let mut customers = BTreeSet::new();
        while let Some(item) = items.next().await {
            customers.insert(Item(item?).uuid("customer_id")?);
        }
        Ok(customers)
    }
}
