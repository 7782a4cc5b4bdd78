use std::io::{self, Write};

use serde::Serialize;
use store::{Downloads, FileOfPurchase};
use uuid::Uuid;

use crate::{answer::Answer, customers, failure::Failure, options::BoughtFile, shop::Shop};

/// How often a file was downloaded, after the change.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Allowance {
    customer_id: Uuid,
    purchase_id: Uuid,
    file_id: Uuid,
    used: u32,
    /// Beyond the limit, all grants together.
    granted: u32,
}

/// Resets the counter of a bought file.
pub(crate) async fn reset(shop: &Shop, bought: &BoughtFile) -> Result<Allowance, Failure> {
    let (downloads, customer_id, file) = find(shop, bought).await?;
    if !downloads.reset(customer_id, file).await? {
        return Err(nothing_taken());
    }
    let FileOfPurchase { purchase_id, file_id } = file;
    Ok(Allowance { customer_id, purchase_id, file_id, used: 0, granted: 0 })
}

/// Gives downloads beyond the limit of a bought file.
pub(crate) async fn grant(shop: &Shop, bought: &BoughtFile, number: u32) -> Result<Allowance, Failure> {
    let (downloads, customer_id, file) = find(shop, bought).await?;
    let counter = downloads.grant(customer_id, file, number).await?.ok_or_else(nothing_taken)?;
    let FileOfPurchase { purchase_id, file_id } = file;
    Ok(Allowance { customer_id, purchase_id, file_id, used: counter.used, granted: counter.granted })
}

/// Finds the one counter that is meant.
async fn find(shop: &Shop, bought: &BoughtFile) -> Result<(Downloads, Uuid, FileOfPurchase), Failure> {
    let clients = shop.clients().await?;
    let customer = customers::id_of(&clients.polar, &bought.customer).await?;
    let table: String = shop.settings.required("DOWNLOADS_TABLE")?;
    let downloads = Downloads::new(clients.dynamodb, table);
    let counters = downloads.list_counters(customer).await?;
    let is_meant = |file: &&FileOfPurchase| {
        file.file_id == bought.file && bought.purchase.is_none_or(|purchase| file.purchase_id == purchase)
    };
    let meant: Vec<FileOfPurchase> = counters.keys().filter(is_meant).copied().collect();
    match meant.as_slice() {
        [] => Err(nothing_taken()),
        [file] => Ok((downloads, customer, *file)),
        several => {
            let purchases: Vec<_> = several.iter().map(|file| file.purchase_id.to_string()).collect();
            let why = format!(
                "the customer bought this file more than once: choose an order with --purchase, one of {}",
                purchases.join(", ")
            );
            Err(Failure::refused(why))
        }
    }
}

fn nothing_taken() -> Failure {
    Failure::refused("the customer has not downloaded this file yet, so the full limit is still available")
}

impl Answer for Allowance {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { file_id, used, granted, .. } = self;
        writeln!(out, "File {file_id}: {used} downloads used, {granted} additional downloads granted.")
    }
}
