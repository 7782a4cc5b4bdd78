//! What event files take for granted: ids and credentials that never change, and the rows that they lead to.

use std::time::Duration;

use anyhow::Context;
use jiff::Timestamp;
use polar_standin::{Purchase, demo};
use store::{BrowserKey, Checkouts, Lifetime, NewSession, Scope, SessionToken, Sessions};
use uuid::Uuid;

use crate::World;

/// The buyer of every seed: Ada, who has bought [`FOREST_PACK`](demo::FOREST_PACK) and
/// [`POLYGON_PRIMER`](demo::POLYGON_PRIMER) in the demo shop before.
pub const BUYER: Uuid = demo::ADA;
/// Her address; what is bought under it at the stand-in is hers.
pub const BUYER_EMAIL: &str = demo::ADA_EMAIL;
/// The token of her session with scope `account`.
pub const ACCOUNT_SESSION: &str = "DgAAAQAAQACAAAAAAAAAAWFjY291bnQgc2Vzc2lvbiBvZiB0aGUgdGVzdGJlZC4u";
/// The token of her session with scope `order`, claimed from [`CLAIMED_CHECKOUT`].
pub const ORDER_SESSION: &str = "DgAAAQAAQACAAAAAAAAAAW9uZSBvcmRlciBzZXNzaW9uIG9mIHRoZSB0ZXN0YmVk";
/// The key of her browser, which began both of her checkouts.
pub const BROWSER_KEY: &str = "YnJvd3NlciBrZXkgb2YgdGhlIHNlZWRlZCBidXllci4";
/// A key of somebody else's browser.
pub const OTHER_BROWSER_KEY: &str = "YW5vdGhlciBicm93c2VyLCBhbm90aGVyIGtleSAuLi4";
/// A checkout of [`BRUSH_PACK`](demo::BRUSH_PACK) that is paid and waits to be claimed.
pub const PAID_CHECKOUT: Uuid = Uuid::from_u128(0xc0c0_0000_0000_4000_8000_0000_0000_0001);
/// A checkout of [`SKY_SAMPLER`](demo::SKY_SAMPLER) that is paid and claimed.
pub const CLAIMED_CHECKOUT: Uuid = Uuid::from_u128(0xc0c0_0000_0000_4000_8000_0000_0000_0002);

/// Sessions were opened so long ago that their next use renews them.
const OPENED_BEFORE: Duration = Duration::from_hours(48);
const LIFETIME: Lifetime = Lifetime { idle: Duration::from_hours(30 * 24), absolute: Duration::from_hours(180 * 24) };

impl World {
    /// Puts the seeds into this world: two more purchases by [`BUYER`], one claimed and one not, and her sessions.
    pub async fn seed_events(&self) -> anyhow::Result<()> {
        let (paid_at, opened_at) = (Timestamp::now(), Timestamp::now() - OPENED_BEFORE);
        let browser_key = BrowserKey::parse(BROWSER_KEY).context("the browser key")?;
        let checkouts = Checkouts::new(self.dynamodb.client(), "checkouts");
        let sessions = Sessions::new(self.dynamodb.client(), "sessions");

        for (checkout_id, product_id, begun_at) in
            [(PAID_CHECKOUT, demo::BRUSH_PACK, paid_at), (CLAIMED_CHECKOUT, demo::SKY_SAMPLER, opened_at)]
        {
            let purchase = Purchase { product_id, email: BUYER_EMAIL.to_owned(), checkout_id: Some(checkout_id) };
            self.polar.buy(&purchase)?;
            checkouts.create(checkout_id, &browser_key, begun_at).await?;
        }

        let of_order = new_session(ORDER_SESSION, Scope::Order { checkout_id: CLAIMED_CHECKOUT })?;
        checkouts.claim(CLAIMED_CHECKOUT, &sessions, &of_order, opened_at).await?;
        sessions.create(&new_session(ACCOUNT_SESSION, Scope::Account)?, opened_at).await?;
        Ok(())
    }
}

fn new_session(token: &str, scope: Scope) -> anyhow::Result<NewSession> {
    Ok(NewSession { token: SessionToken::parse(token).context("the session token")?, scope, lifetime: LIFETIME })
}
