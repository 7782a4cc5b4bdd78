use std::io::{self, Write};

use jiff::Timestamp;
use polar::{Checkout, ListCheckouts};
use serde::Serialize;
use store::{CheckoutRecord, Checkouts};
use uuid::Uuid;

use crate::{
    answer::{Answer, FAINT, STRONG},
    failure::Failure,
    shop::Shop,
};

/// The newest checkouts.
#[derive(Debug, Serialize)]
pub(crate) struct Begun {
    items: Vec<Item>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    id: Uuid,
    status: String,
    created_at: Timestamp,
    product: Option<String>,
    amount: i64,
    currency: String,
    /// Whether it was started through this shop; others come from Polar's own pages and links.
    begun_here: bool,
    /// When it opened a session.
    claimed_at: Option<Timestamp>,
}

/// Lists them, with their state at Polar and whether they opened a session here.
pub(crate) async fn list(shop: &Shop, limit: u32) -> Result<Begun, Failure> {
    let clients = shop.clients().await?;
    let table: String = shop.settings.required("CHECKOUTS_TABLE")?;
    let records = Checkouts::new(clients.dynamodb, table);
    let newest = ListCheckouts { limit: Some(limit), ..ListCheckouts::default() };
    let mut items = Vec::new();
    for checkout in clients.polar.checkouts().list(&newest).await?.items {
        let record = records.find(checkout.id.into()).await?;
        items.push(Item::new(checkout, record));
    }
    Ok(Begun { items })
}

impl Item {
    fn new(checkout: Checkout, record: Option<CheckoutRecord>) -> Self {
        Self {
            id: checkout.id.into(),
            status: checkout.status.to_string(),
            created_at: checkout.created_at,
            product: checkout.product.map(|product| product.name),
            amount: checkout.total_amount,
            currency: checkout.currency.to_string(),
            begun_here: record.is_some(),
            claimed_at: record.and_then(|record| record.claimed).map(|claimed| claimed.at),
        }
    }
}

impl Answer for Begun {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.items.is_empty() {
            return writeln!(out, "There are no checkouts yet.");
        }
        for item in &self.items {
            let product = item.product.as_deref().unwrap_or("no product");
            let fate = match (item.begun_here, item.claimed_at) {
                (false, _) => "not started through this shop".to_owned(),
                (true, None) => "no session yet".to_owned(),
                (true, Some(at)) => format!("session since {at:.0}"),
            };
            writeln!(
                out,
                "{:.0} {STRONG}{:9}{STRONG:#} {product:30} {fate} {FAINT}{}{FAINT:#}",
                item.created_at, item.status, item.id
            )?;
        }
        Ok(())
    }
}
