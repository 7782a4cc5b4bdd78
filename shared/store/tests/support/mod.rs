//! The shop's tables in an emulator of the test's own, and a moment to begin with.
#![allow(dead_code, reason = "each test program uses a part of it")]

use std::time::Duration;

use dynamodb::Embedded;
use jiff::Timestamp;
use store::{
    BrowserKey, Checkouts, Downloads, History, Invoices, Lifetime, Limits, Logins, NewCheckout, NewSession, Proof,
    Sessions, TABLES,
};
use uuid::Uuid;

pub(crate) const CUSTOMER: Uuid = Uuid::from_u128(1);
pub(crate) const CHECKOUT: Uuid = Uuid::from_u128(2);
pub(crate) const OTHER: Uuid = Uuid::from_u128(9);
pub(crate) const HOUR: Duration = Duration::from_hours(1);
pub(crate) const MOMENT: Duration = Duration::from_millis(1);
pub(crate) const LIFETIME: Lifetime = Lifetime { idle: HOUR.saturating_mul(24), absolute: HOUR.saturating_mul(7 * 24) };

pub(crate) struct Tables {
    pub(crate) sessions: Sessions,
    pub(crate) checkouts: Checkouts,
    pub(crate) logins: Logins,
    pub(crate) limits: Limits,
    pub(crate) downloads: Downloads,
    pub(crate) history: History,
    pub(crate) invoices: Invoices,
    pub(crate) raw: aws_sdk_dynamodb::Client,
    _dynamodb: Embedded,
}

pub(crate) async fn tables() -> Tables {
    let dynamodb = Embedded::in_memory().await.expect("the emulator starts");
    let raw = dynamodb.client();
    Tables {
        sessions: Sessions::new(raw.clone(), "sessions"),
        checkouts: Checkouts::new(raw.clone(), "checkouts"),
        logins: Logins::new(raw.clone(), "logins"),
        limits: Limits::new(raw.clone(), "limits"),
        downloads: Downloads::new(raw.clone(), "downloads"),
        history: History::new(raw.clone(), "downloads"),
        invoices: Invoices::new(raw.clone(), "downloads"),
        raw,
        _dynamodb: dynamodb,
    }
}

impl Tables {
    /// Everything in every table, as text.
    pub(crate) async fn dump(&self) -> String {
        let mut dump = Vec::new();
        for table in TABLES {
            let rows = self.raw.scan().table_name(table.name).send().await.expect("a readable table");
            dump.extend(rows.items.unwrap_or_default());
        }
        format!("{dump:?}")
    }

    pub(crate) async fn count_rows(&self, table: &str) -> i32 {
        self.raw.scan().table_name(table).send().await.expect("a readable table").count()
    }
}

pub(crate) fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).expect("a valid time")
}

pub(crate) fn new_session(scope: Proof) -> NewSession {
    NewSession::open(CUSTOMER, scope, LIFETIME, "Firefox on Linux")
}

pub(crate) fn new_checkout(browser_key: &BrowserKey) -> NewCheckout<'_> {
    NewCheckout { id: CHECKOUT, browser_key }
}

/// Does the same thing many times at once.
pub(crate) async fn at_once<T: Send + 'static, Work>(times: usize, work: impl Fn() -> Work) -> Vec<T>
where
    Work: Future<Output = T> + Send + 'static,
{
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..times {
        running.spawn(work());
    }
    running.join_all().await
}
