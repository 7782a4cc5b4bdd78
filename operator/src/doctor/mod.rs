//! Checks every link of the chain from the settings to a buyer's file, and says which one is broken.

mod aws;
mod buyer;
mod causes;
mod chain;
mod mail;
mod polar;
mod products;
mod report;
mod settings;
mod storefront;
mod webhook;

pub(crate) use buyer::Buyer;
pub(crate) use polar::{NEEDED, missing_scopes};
pub(crate) use report::Report;
pub(crate) use webhook::EVENTS;

use crate::shop::Shop;
use chain::{Chain, Line, Link};

/// Checks every link, and for a buyer also those that lead to this buyer's files. Prints each line as soon as it is known, unless the report is
/// wanted as JSON.
pub(crate) async fn examine(shop: &Shop, buyer: Option<Buyer>, json: bool) -> Report {
    let mut chain = Chain::new(if json { |_| () } else { Line::tell });
    chain.look(Link::Settings, &[], async { Ok(settings::check(shop)) }).await;
    let asked = polar::look(&mut chain, shop).await;
    match &asked {
        Some((clients, Some(products))) => products::look(&mut chain, &clients.polar, products).await,
        _ => chain.skip(&[Link::Benefits, Link::Files, Link::Terms], Link::Organization),
    }
    aws::look(&mut chain, shop, asked.as_ref().map(|(clients, _)| clients)).await;
    mail::look(&mut chain, shop).await;
    storefront::look(&mut chain, shop).await;
    webhook::look(&mut chain, shop).await;
    if let Some(buyer) = buyer {
        buyer::look(&mut chain, shop, asked.as_ref().map(|(clients, _)| clients), &buyer).await;
    }
    Report::new(shop, chain.lines)
}
