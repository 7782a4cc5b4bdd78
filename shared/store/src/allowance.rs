//! What the merchant allows a buyer beyond the usual.

use aws_sdk_dynamodb::types::ReturnValue;
use uuid::Uuid;

use crate::{Counter, Downloads, Error, FileOfPurchase, downloads::key, error::if_condition_held, item, item::Item};

impl Downloads {
    /// Gives some downloads of a bought file beyond its limit. `None` if none was taken yet: the whole limit is left.
    pub async fn grant(
        &self,
        customer_id: Uuid,
        file: FileOfPurchase,
        downloads: u32,
    ) -> Result<Option<Counter>, Error> {
        let update = self.client.update_item().table_name(&self.table).set_key(Some(key(customer_id, file)));
        let update = update
            .condition_expression("attribute_exists(used)")
            .update_expression("ADD used :less, granted :more")
            .expression_attribute_values(":less", item::number(&-i64::from(downloads)))
            .expression_attribute_values(":more", item::number(&downloads))
            .return_values(ReturnValue::AllNew);
        let granted = if_condition_held(update.send().await)?;
        granted.map(|output| Counter::read(&Item(output.attributes.unwrap_or_default()))).transpose()
    }

    /// Forgets how often a bought file was downloaded; the history keeps it. False if there was nothing to forget.
    pub async fn reset(&self, customer_id: Uuid, file: FileOfPurchase) -> Result<bool, Error> {
        let delete = self.client.delete_item().table_name(&self.table).set_key(Some(key(customer_id, file)));
        let deleted = delete.return_values(ReturnValue::AllOld).send().await?;
        Ok(deleted.attributes.is_some())
    }
}
