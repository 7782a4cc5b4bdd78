//! Walks the chain from the settings to the file, and says which link is broken.

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

/// Looks at every link, and for a buyer at those that lead to this buyer's files. Unless the report is wanted as JSON, people are told of each as it was looked at.
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
