//! A customer's sessions as the customer sees them: one for each browser.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use uuid::Uuid;

use crate::{Error, Sessions};

impl Sessions {
    /// Ends one of a customer's live sessions, with effect on the very next request; `false` if there is none with this id.
    pub async fn delete_by_id(&self, customer_id: Uuid, id: &str, now: Timestamp) -> Result<bool, Error> {
        for row in self.of_customer(customer_id).rows().await? {
            let hash = row.text("token_hash")?;
            if hash.get(..16) == Some(id) && now < row.time("expires_at")? {
                let delete = self.client.delete_item().table_name(&self.table);
                let delete = delete.key("customer_id", AttributeValue::S(customer_id.to_string()));
                delete.key("token_hash", AttributeValue::S(hash.to_owned())).send().await?;
                return Ok(true);
            }
        }
        Ok(false)
    }
}
