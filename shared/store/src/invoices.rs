use std::time::Duration;

use aws_sdk_dynamodb::Client;
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use crate::{Error, error::if_condition_held, item, item::Item};

pub(crate) const INVOICE: &str = "invoice#";

/// Polar generates an invoice within seconds. If it is still missing after this time, it is requested again.
const MADE_WITHIN: Duration = Duration::from_mins(1);

/// An invoice that was requested from Polar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AskedInvoice {
    /// Its order.
    pub order_id: Uuid,
    /// When it was requested.
    pub asked_at: Timestamp,
}

impl AskedInvoice {
    pub(crate) fn read(item: &Item) -> Result<Self, Error> {
        let order_id = item.text("id")?.strip_prefix(INVOICE).and_then(|id| id.parse().ok());
        Ok(Self { order_id: order_id.ok_or(Error::CorruptItem { attribute: "id" })?, asked_at: item.time("asked_at")? })
    }
}

/// The invoices that are being generated, in the downloads table. Each is requested from Polar once, however often the buyer asks.
#[derive(Clone, Debug)]
pub struct Invoices {
    client: Client,
    table: String,
}

impl Invoices {
    /// The invoices in a table of this name.
    #[must_use]
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// Whether the caller has to request the invoice of an order from Polar. Of concurrent callers only one gets `true`, for a minute.
    pub async fn begin(&self, customer_id: Uuid, order_id: Uuid, now: Timestamp) -> Result<bool, Error> {
        let put = self.client.put_item().table_name(&self.table);
        let put = put
            .item("customer_id", item::text(&customer_id))
            .item("id", item::text(&format!("{INVOICE}{order_id}")))
            .item("asked_at", item::time(now))
            .item("purge_at", item::purge_time(now + MADE_WITHIN))
            .condition_expression("attribute_not_exists(id) OR asked_at <= :before")
            .expression_attribute_values(":before", item::time(now - MADE_WITHIN));
        Ok(if_condition_held(put.send().await)?.is_some())
    }

    /// Deletes the note about a requested invoice, because Polar refused it.
    pub async fn cancel(&self, customer_id: Uuid, order_id: Uuid) -> Result<(), Error> {
        let delete = self.client.delete_item().table_name(&self.table);
        let delete =
            delete.key("customer_id", item::text(&customer_id)).key("id", item::text(&format!("{INVOICE}{order_id}")));
        delete.send().await?;
        Ok(())
    }
}
