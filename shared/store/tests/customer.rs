//! Everything about one customer: exported whole, erased, and brought back.

mod support;

use std::{collections::HashMap, time::Duration};

use serde_json::{Value, json};
use store::{Attempt, CustomerData, FileOfPurchase, Lifetime, NewSession, Outcome, PortalToken, Proof, Quota, export};
use support::{CUSTOMER, HOUR, OTHER, Tables, now, tables};
use uuid::Uuid;

type Row = HashMap<String, aws_sdk_dynamodb::types::AttributeValue>;

fn attempt() -> Attempt {
    Attempt {
        at: now(),
        result: Outcome::Issued,
        session_id: "0123456789abcdef".to_owned(),
        client: "Firefox on Linux".to_owned(),
        product_id: None,
        order_id: None,
        file_id: Some(Uuid::from_u128(3)),
        file_name: Some("写真.zip".to_owned()),
        version: None,
    }
}

impl Tables {
    /// Two sessions (one with Polar's token), counters and attempts beyond one page of deletions, and an invoice.
    async fn fill(&self, customer_id: Uuid) -> Vec<NewSession> {
        let lifetime = Lifetime { idle: HOUR, absolute: HOUR };
        let checkout_id = Uuid::from_u128(2);
        let opened = [Proof::Mailbox, Proof::Checkout(checkout_id)]
            .map(|scope| NewSession::open(customer_id, scope, lifetime, "Firefox on Linux"));
        for new in &opened {
            let session = self.sessions.create(new, now()).await.unwrap();
            let secret = "polar_mst_secret".into();
            let portal_token = PortalToken { secret, expires_at: now() + HOUR };
            self.sessions.keep_portal_token(&session, &portal_token).await.unwrap();
        }
        let quota = Quota { limit: None, grace: HOUR };
        for number in 0..40 {
            let file = FileOfPurchase { purchase_id: Uuid::from_u128(2), file_id: Uuid::from_u128(number) };
            self.downloads.take(customer_id, file, quota, now()).await.unwrap();
            self.history.record(customer_id, &attempt()).await.unwrap();
        }
        assert!(self.invoices.begin(customer_id, Uuid::from_u128(2), now()).await.unwrap());
        opened.into()
    }

    async fn downloads_rows(&self) -> Vec<Row> {
        let mut rows = self.raw.scan().table_name("downloads").send().await.unwrap().items.unwrap_or_default();
        rows.sort_by_key(|row| (row["customer_id"].as_s().unwrap().clone(), row["id"].as_s().unwrap().clone()));
        rows
    }

    async fn export(&self, customer_id: Uuid) -> CustomerData {
        export(&self.sessions, &self.downloads, customer_id).await.expect("readable rows")
    }
}

#[tokio::test]
async fn an_export_has_everything_of_the_customer_and_of_nobody_else() {
    let tables = tables().await;
    tables.fill(CUSTOMER).await;
    tables.fill(OTHER).await;

    let data = tables.export(CUSTOMER).await;

    assert_eq!((data.sessions.len(), data.counters.len(), data.attempts.len(), data.invoices.len()), (2, 40, 40, 1));
    assert!(data.attempts.iter().all(|held| *held == attempt()));
    let json = serde_json::to_value(&data).unwrap();
    assert_eq!(json["customerId"], json!(CUSTOMER));
    assert_eq!((&json["counters"][0]["used"], &json["attempts"][0]["fileName"]), (&json!(1), &json!("写真.zip")));
    let scopes: Vec<_> = json["sessions"].as_array().unwrap().iter().map(|session| &session["checkoutIds"]).collect();
    assert!(scopes.contains(&&Value::Null) && scopes.contains(&&json!([Uuid::from_u128(2)])), "{scopes:?}");
    assert_eq!(json["sessions"][0]["client"], "Firefox on Linux");
}

#[tokio::test]
async fn an_export_has_no_secret_and_no_hash_of_one() {
    let tables = tables().await;
    let opened = tables.fill(CUSTOMER).await;

    let text = serde_json::to_string(&tables.export(CUSTOMER).await).unwrap();

    for session in opened {
        for secret in
            [session.token.expose().as_str(), session.token.hash().as_str(), "polar_mst_secret", "portal_token"]
        {
            assert!(!text.contains(secret), "{secret}");
        }
    }
}

#[tokio::test]
async fn a_row_that_the_export_does_not_know_is_not_left_out_in_silence() {
    let tables = tables().await;
    let put = tables.raw.put_item().table_name("downloads");
    let text = |text: &str| aws_sdk_dynamodb::types::AttributeValue::S(text.to_owned());
    put.item("customer_id", text(&CUSTOMER.to_string())).item("id", text("note#1")).send().await.unwrap();

    let refused = export(&tables.sessions, &tables.downloads, CUSTOMER).await.unwrap_err();

    assert!(matches!(refused, store::Error::CorruptItem { attribute: "id" }), "{refused}");
}

#[tokio::test]
async fn an_erased_customer_leaves_nothing_and_others_keep_theirs() {
    let tables = tables().await;
    let opened = tables.fill(CUSTOMER).await;
    tables.fill(OTHER).await;
    let others = tables.export(OTHER).await;

    // Twice: whoever was interrupted begins again.
    for _ in 0..2 {
        tables.sessions.delete_all(CUSTOMER).await.unwrap();
        tables.downloads.erase(CUSTOMER, now()).await.unwrap();
    }

    let data = tables.export(CUSTOMER).await;
    let nothing =
        CustomerData { customer_id: CUSTOMER, sessions: vec![], counters: vec![], attempts: vec![], invoices: vec![] };
    assert_eq!(data, nothing);
    assert!(tables.sessions.find(&opened[0].token, now()).await.unwrap().is_none(), "signed out at once");
    assert_eq!(tables.export(OTHER).await, others);
}

#[tokio::test]
async fn what_was_erased_is_brought_back_whole_and_leaves_what_was_begun_since() {
    let tables = tables().await;
    tables.fill(CUSTOMER).await;
    let before = tables.export(CUSTOMER).await;
    let rows = tables.downloads_rows().await;
    tables.downloads.erase(CUSTOMER, now()).await.unwrap();
    assert!(tables.export(CUSTOMER).await.counters.is_empty());
    // The customer was not gone after all, and downloads one of the files again.
    let file = FileOfPurchase { purchase_id: Uuid::from_u128(2), file_id: Uuid::from_u128(7) };
    let quota = Quota { limit: None, grace: Duration::ZERO };
    for _ in 0..3 {
        tables.downloads.take(CUSTOMER, file, quota, now()).await.unwrap();
    }

    let restored = tables.downloads.restore(CUSTOMER).await.unwrap();

    assert_eq!(restored, 80, "40 counters and 40 attempts and an invoice, but for the counter that was begun anew");
    let after = tables.export(CUSTOMER).await;
    let used = |data: &CustomerData| data.counters.iter().map(|counter| counter.used).sum::<u32>();
    assert_eq!((used(&before), used(&after)), (40, 42));
    assert_eq!((&after.attempts, &after.invoices), (&before.attempts, &before.invoices));
    let without_counter = |rows: Vec<Row>| {
        rows.into_iter()
            .filter(|row| !row["id"].as_s().unwrap().contains(&file.file_id.to_string()))
            .collect::<Vec<_>>()
    };
    assert_eq!(without_counter(tables.downloads_rows().await), without_counter(rows), "to the last attribute");
    assert_eq!(tables.downloads.restore(CUSTOMER).await.unwrap(), 0);
}

#[tokio::test]
async fn what_was_erased_is_deleted_after_seven_days() {
    let tables = tables().await;
    tables.fill(CUSTOMER).await;

    tables.downloads.erase(CUSTOMER, now()).await.unwrap();

    let rows = tables.downloads_rows().await;
    assert_eq!(rows.len(), 81);
    let in_seven_days = (now() + 7 * 24 * HOUR).as_second() + 1;
    for row in rows {
        assert_eq!(row["purge_at"].as_n().unwrap(), &in_seven_days.to_string());
    }
}

#[tokio::test]
async fn an_invoice_is_asked_for_once_a_minute_by_one_of_many() {
    let tables = tables().await;
    let order = Uuid::from_u128(2);
    let ask = |order, after| tables.invoices.begin(CUSTOMER, order, now() + after);

    let at_once = tokio::join!(ask(order, Duration::ZERO), ask(order, Duration::ZERO), ask(order, Duration::ZERO));
    let asked = [at_once.0, at_once.1, at_once.2].into_iter().filter(|asked| *asked.as_ref().unwrap()).count();
    assert_eq!(asked, 1);
    assert!(ask(Uuid::from_u128(3), Duration::ZERO).await.unwrap(), "another order's");
    assert!(!ask(order, Duration::from_secs(59)).await.unwrap());
    assert!(ask(order, Duration::from_mins(1)).await.unwrap(), "Polar has lost it");
    tables.invoices.cancel(CUSTOMER, order).await.unwrap();
    assert!(ask(order, Duration::from_mins(1)).await.unwrap(), "Polar had refused");
}
