use std::io::{self, Write};

use serde::Serialize;
use store::Downloads;
use uuid::Uuid;

use crate::{answer::Answer, customers, failure::Failure, shop::Shop};

/// What was restored.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Restored {
    customer_id: Uuid,
    /// Counters, attempts to download and invoices that were asked for.
    rows: usize,
}

/// Restores the erased data of a customer.
pub(crate) async fn restore(shop: &Shop, who: &str) -> Result<Restored, Failure> {
    let clients = shop.clients().await?;
    let customer_id = customers::id_of(&clients.polar, who).await?;
    let downloads = Downloads::new(clients.dynamodb, shop.settings.required::<String>("DOWNLOADS_TABLE")?);
    match downloads.restore(customer_id).await? {
        0 => Err(Failure::refused("no data of this customer was erased within the last seven days")),
        rows => Ok(Restored { customer_id, rows }),
    }
}

impl Answer for Restored {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { customer_id, rows } = self;
        writeln!(
            out,
            "Restored {rows} rows of {customer_id}: download counters and history. The customer has to sign in again."
        )
    }
}
