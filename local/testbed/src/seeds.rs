//! What event files take for granted: ids and credentials that never change, and the rows that they lead to.

use std::time::Duration;

use anyhow::Context;
use jiff::Timestamp;
use polar_standin::Purchase;
use store::{
    Attempt, BrowserKey, Catalog, Checkouts, History, HistoryOf, IdempotencyKey, Lifetime, Limits, LoginCode,
    LoginRequest, Logins, NewCheckout, NewLogin, NewSession, Outcome, Proof, Repeatable, SessionToken, Sessions,
};
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
/// The code that was sent to her for that browser.
pub const LOGIN_CODE: &str = "K7QF-2M9X";
/// A key of somebody else's browser, which has asked for as many codes as a browser may.
pub const OTHER_BROWSER_KEY: &str = "YW5vdGhlciBicm93c2VyLCBhbm90aGVyIGtleSAuLi4";
/// The name that her page has given to another request for a checkout.
pub const IDEMPOTENCY_KEY: &str = "5f0a4c86-3c0e-4b6f-9a57-2b1d7e8c9f10";
/// A checkout of [`BRUSH_PACK`](demo::BRUSH_PACK) that is paid and waits to be claimed.
pub const PAID_CHECKOUT: Uuid = Uuid::from_u128(0xc0c0_0000_0000_4000_8000_0000_0000_0001);
/// A checkout of [`SKY_SAMPLER`](demo::SKY_SAMPLER) that is paid and claimed.
pub const CLAIMED_CHECKOUT: Uuid = Uuid::from_u128(0xc0c0_0000_0000_4000_8000_0000_0000_0002);

/// The login that her code belongs to.
pub const LOGIN_ID: Uuid = Uuid::from_u128(0x5f0c_1e7a_2b6d_4c39_9a54_8d1e_0f3b_7c21);
/// A customer whom Polar no longer knows, and who still has a session and a history here.
pub const GONE: Uuid = Uuid::from_u128(0x0e00_0001_0000_4000_8000_0000_0000_00ff);
/// The token of that session.
pub const GONE_SESSION: &str = "DgAAAQAAQACAAAAAAAAA_3Nlc3Npb24gb2YgYSBjdXN0b21lciB3aG8ncyBnb25l";
/// A checkout of [`SKY_SAMPLER`](demo::SKY_SAMPLER) by [`GRACE`](demo::GRACE), who got her money back.
pub const REFUNDED_CHECKOUT: Uuid = Uuid::from_u128(0xc0c0_0000_0000_4000_8000_0000_0000_0003);

/// Sessions were opened so long ago that their next use renews them.
const OPENED_BEFORE: Duration = Duration::from_hours(48);
const QUARTER_OF_AN_HOUR: Duration = Duration::from_mins(15);
const LIFETIME: Lifetime = Lifetime { idle: Duration::from_hours(30 * 24), absolute: Duration::from_hours(180 * 24) };

impl World {
    /// Puts the seeds into this world: two more purchases by [`BUYER`], one claimed and one not, her sessions, and her login.
    pub async fn seed_events(&self) -> anyhow::Result<()> {
        let opened_at = Timestamp::now() - OPENED_BEFORE;
        let checkouts = Checkouts::new(self.dynamodb.client(), "checkouts");
        let sessions = Sessions::new(self.dynamodb.client(), "sessions");

        let browser_key = browser_key(BROWSER_KEY)?;
        for (id, product_id, begun_at) in
            [(PAID_CHECKOUT, demo::BRUSH_PACK, Timestamp::now()), (CLAIMED_CHECKOUT, demo::SKY_SAMPLER, opened_at)]
        {
            let purchase = Purchase { product_id, email: BUYER_EMAIL.to_owned(), checkout_id: Some(id) };
            self.polar.buy(&purchase)?;
            let checkout = NewCheckout { id, browser_key: &browser_key };
            checkouts.create(&checkout, begun_at).await?;
        }
        let key = IdempotencyKey::parse(IDEMPOTENCY_KEY).context("the idempotency key")?;
        let request = Repeatable { key: &key, content: b"anything", browser_keys: vec![browser_key.clone()] };
        let checkout = NewCheckout { id: Uuid::new_v4(), browser_key: &browser_key };
        checkouts.create_once(&checkout, &request, "the answer", Timestamp::now()).await?;

        let of_order = new_session(ORDER_SESSION, Proof::Checkout(CLAIMED_CHECKOUT))?;
        checkouts.claim(CLAIMED_CHECKOUT, &sessions, &of_order, opened_at + QUARTER_OF_AN_HOUR, opened_at).await?;
        sessions.create(&new_session(ACCOUNT_SESSION, Proof::Mailbox)?, opened_at).await?;
        self.seed_refund(&sessions).await?;
        self.seed_gone_customer(&sessions).await?;
        self.seed_catalog().await?;
        self.seed_logins().await
    }

    async fn seed_refund(&self, sessions: &Sessions) -> anyhow::Result<()> {
        let email = demo::GRACE_EMAIL.to_owned();
        let purchase = Purchase { product_id: demo::SKY_SAMPLER, email, checkout_id: Some(REFUNDED_CHECKOUT) };
        self.polar.refund(self.polar.buy(&purchase)?.order_id, false);
        let session = NewSession::open(demo::GRACE, Proof::Mailbox, LIFETIME, "Firefox on Linux");
        sessions.create(&session, Timestamp::now()).await?;
        Ok(())
    }

    async fn seed_gone_customer(&self, sessions: &Sessions) -> anyhow::Result<()> {
        let opened_at = Timestamp::now() - OPENED_BEFORE;
        sessions.create(&new_session(GONE_SESSION, Proof::Mailbox)?, opened_at).await?;
        let refused = Attempt {
            at: opened_at,
            result: Outcome::NotEntitled,
            session_id: "-".to_owned(),
            client: "Firefox on Linux".to_owned(),
            product_id: None,
            order_id: None,
            file_id: None,
            file_name: None,
            version: None,
        };
        let history = History::new(self.dynamodb.client(), "downloads");
        Ok(history.record_once(GONE, HistoryOf::Account, Uuid::new_v4(), &refused).await?)
    }

    /// A catalog in the form of another version, which sends everybody to Polar, as large as that of a large shop.
    async fn seed_catalog(&self) -> anyhow::Result<()> {
        let catalog = Catalog::new(self.dynamodb.client(), "catalog");
        Ok(catalog.publish(&vec![0; 100_000], Timestamp::now() - OPENED_BEFORE).await?)
    }

    async fn seed_logins(&self) -> anyhow::Result<()> {
        let (now, hers, other) = (Timestamp::now(), browser_key(BROWSER_KEY)?, browser_key(OTHER_BROWSER_KEY)?);
        let code = LoginCode::parse(LOGIN_CODE).context("the login code")?;
        let login = NewLogin { login_id: LOGIN_ID, code, expires_at: now + QUARTER_OF_AN_HOUR };
        let logins = Logins::new(self.dynamodb.client(), "logins");
        logins.create(&hers, &login).await?;
        logins.set_customer(hers.hash().as_str(), login.login_id, BUYER, now).await?;
        // Whose this one is, the worker has not found out yet.
        logins.create(&other, &login).await?;

        let limits = Limits::new(self.dynamodb.client(), "limits");
        let request = LoginRequest { browser_key: &other, ip: None, email: "somebody@recordings-mail.net" };
        // The next quarter of an hour may begin before the event comes.
        for at in [now, now + QUARTER_OF_AN_HOUR] {
            for _ in 0..5 {
                limits.admit(&request, at).await?;
            }
        }
        Ok(())
    }
}

fn browser_key(text: &str) -> anyhow::Result<BrowserKey> {
    BrowserKey::parse(text).context("a browser key")
}

fn new_session(token: &str, proof: Proof) -> anyhow::Result<NewSession> {
    let token = SessionToken::parse(token).context("a session token")?;
    // The token itself says whose it is.
    Ok(NewSession { token, ..NewSession::open(BUYER, proof, LIFETIME, "Firefox on Linux") })
}
