//! What the worker asks of the sessions.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use uuid::Uuid;

use crate::{Error, Sessions, error::if_condition_held, item::Item};

impl Sessions {
    /// Forgets Polar's credentials of a customer, so that the next request of each session gets a new one. Can be repeated.
    pub async fn drop_portal_tokens(&self, customer_id: Uuid) -> Result<(), Error> {
        for row in self.of_customer(customer_id).rows().await? {
            let update = self.client.update_item().table_name(&self.table);
            let update = update
                .key("customer_id", AttributeValue::S(customer_id.to_string()))
                .key("token_hash", AttributeValue::S(row.text("token_hash")?.to_owned()))
                .condition_expression("attribute_exists(portal_token)")
                .update_expression("REMOVE portal_token, portal_token_expires_at");
            // Without one there is nothing to forget.
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
