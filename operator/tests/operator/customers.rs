//! Customers, their sessions and their quotas.

use std::{num::NonZeroU32, time::Duration};

use jiff::Timestamp;
use serde_json::{Value, json};
use store::{
    Attempt, Downloads, FileOfPurchase, History, Lifetime, NewSession, Outcome, Proof, Quota, Sessions, Taken,
};
use uuid::Uuid;

use crate::world::World;

const FILE: FileOfPurchase = FileOfPurchase { purchase_id: Uuid::from_u128(5), file_id: demo::FOREST_ARCHIVE };

/// Ada takes some downloads of a file with a limit of three.
async fn take(world: &World, file: FileOfPurchase, times: u32) -> u32 {
    let quota = Quota { limit: NonZeroU32::new(3), grace: Duration::ZERO };
    let downloads = Downloads::new(world.shop.dynamodb.client(), "downloads");
    let mut counted = 0;
    for _ in 0..times {
        let taken = downloads.take(demo::ADA, file, quota, Timestamp::now()).await.expect("an answer");
        counted += u32::from(matches!(taken, Taken::Counted(_)));
    }
    counted
}

#[tokio::test(flavor = "multi_thread")]
async fn a_granted_download_can_be_taken_beyond_the_limit() {
    let world = World::start().await;
    let file = FILE.file_id.to_string();
    assert_eq!(take(&world, FILE, 4).await, 3);

    let granted = world.ask(&["quota", "grant", demo::ADA_EMAIL, &file, "2"]).await;

    let expected = json!({ "customerId": demo::ADA, "purchaseId": FILE.purchase_id, "fileId": FILE.file_id, "used": 3, "granted": 2 });
    assert_eq!(granted, expected);
    assert_eq!(take(&world, FILE, 4).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_quota_is_whole_again() {
    let world = World::start().await;
    let file = FILE.file_id.to_string();
    take(&world, FILE, 3).await;

    let reset = world.ask(&["quota", "reset", &demo::ADA.to_string(), &file]).await;

    assert_eq!((&reset["used"], &reset["granted"]), (&json!(0), &json!(0)));
    assert_eq!(take(&world, FILE, 4).await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quota_is_not_changed_where_it_is_not_clear_whose_and_which() {
    let world = World::start().await;
    let file = FILE.file_id.to_string();
    let rows: [(&str, &[&str], &str); 3] = [
        ("nothing taken yet", &["quota", "grant", demo::ADA_EMAIL, &file], "has not downloaded this file yet"),
        ("nothing to forget", &["quota", "reset", demo::ADA_EMAIL, &file], "has not downloaded this file yet"),
        ("nobody", &["quota", "grant", "nobody@recordings-mail.net", &file], "there is no such customer"),
    ];
    for (case, arguments, words) in rows {
        let output = world.run(arguments).await;
        assert_eq!((output.code, output.stdout.as_str()), (1, ""), "{case}");
        assert!(output.stderr.contains(words) && !output.stderr.contains('@'), "{case}: {}", output.stderr);
    }

    let again = FileOfPurchase { purchase_id: Uuid::from_u128(6), ..FILE };
    take(&world, FILE, 1).await;
    take(&world, again, 1).await;
    let output = world.run(&["quota", "grant", demo::ADA_EMAIL, &file]).await;
    assert_eq!(output.code, 1);
    assert!(output.stderr.contains("more than once: choose an order with --purchase"), "{}", output.stderr);

    let purchase = again.purchase_id.to_string();
    let granted = world.ask(&["quota", "grant", demo::ADA_EMAIL, &file, "--purchase", &purchase]).await;
    assert_eq!((&granted["purchaseId"], &granted["granted"]), (&json!(purchase), &json!(1)));
}

/// A session of Ada's; gives its id.
async fn open_session(world: &World, scope: Proof) -> String {
    let lifetime = Lifetime { idle: Duration::from_hours(1), absolute: Duration::from_hours(2) };
    let sessions = Sessions::new(world.shop.dynamodb.client(), "sessions");
    let session =
        sessions.create(&NewSession::open(demo::ADA, scope, lifetime, "Firefox on Windows"), Timestamp::now()).await;
    session.expect("a session").id()
}

async fn record_attempt(world: &World) {
    let attempt = Attempt {
        at: Timestamp::now(),
        result: Outcome::Issued,
        session_id: "a session".to_owned(),
        client: "Firefox on Windows".to_owned(),
        product_id: Some(demo::FOREST_PACK),
        order_id: Some(FILE.purchase_id),
        file_id: Some(FILE.file_id),
        file_name: Some("forest-pack-complete.zip".to_owned()),
        version: None,
    };
    History::new(world.shop.dynamodb.client(), "downloads").record(demo::ADA, &attempt).await.expect("it is kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_is_shown_with_sessions_counters_and_history() {
    let world = World::start().await;
    let session = open_session(&world, Proof::Mailbox).await;
    take(&world, FILE, 2).await;
    record_attempt(&world).await;

    let shown = world.ask(&["customer", "ADA@recordings-mail.net"]).await;
    assert_eq!((&shown["customerId"], &shown["knownAtPolar"]), (&json!(demo::ADA), &json!(true)));
    assert_eq!(shown["sessions"][0]["id"], session);
    assert_eq!((&shown["counters"][0]["fileId"], &shown["counters"][0]["used"]), (&json!(FILE.file_id), &json!(2)));
    assert_eq!(shown["attempts"][0]["result"], "issued");

    let text = world.run(&["customer", demo::ADA_EMAIL]).await.stdout;
    for words in [session.as_str(), "   2  forest-pack-complete.zip", "issued", "Firefox on Windows"] {
        assert!(text.contains(words), "no {words} in {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_erased_by_mistake_is_brought_back() {
    let world = World::start().await;
    take(&world, FILE, 2).await;
    record_attempt(&world).await;
    let downloads = Downloads::new(world.shop.dynamodb.client(), "downloads");
    downloads.erase(demo::ADA, Timestamp::now()).await.expect("it is erased");
    assert_eq!(world.ask(&["customer", demo::ADA_EMAIL]).await["counters"], json!([]));

    let restored = world.ask(&["restore", demo::ADA_EMAIL]).await;

    assert_eq!(restored, json!({ "customerId": demo::ADA, "rows": 2 }));
    let shown = world.ask(&["customer", demo::ADA_EMAIL]).await;
    assert_eq!((&shown["counters"][0]["used"], &shown["attempts"][0]["result"]), (&json!(2), &json!("issued")));
    let output = world.run(&["restore", demo::ADA_EMAIL]).await;
    assert_eq!((output.code, output.stdout.as_str()), (1, ""));
    assert!(output.stderr.contains("no data of this customer was erased"), "{}", output.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_all_that_is_held_and_nothing_else() {
    let world = World::start().await;
    open_session(&world, Proof::Mailbox).await;
    take(&world, FILE, 1).await;

    let export: Value = world.run(&["customer", demo::ADA_EMAIL, "--export"]).await.json();

    let sessions = Sessions::new(world.shop.dynamodb.client(), "sessions");
    let downloads = Downloads::new(world.shop.dynamodb.client(), "downloads");
    let held = store::export(&sessions, &downloads, demo::ADA).await.expect("an export");
    assert_eq!(export, serde_json::to_value(held).expect("JSON"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_who_is_gone_from_polar_is_shown_by_id_as_long_as_something_is_held() {
    let world = World::start().await;
    let id = demo::ADA.to_string();
    take(&world, FILE, 1).await;
    assert!(world.polar.delete_customer(demo::ADA));

    let shown = world.ask(&["customer", &id]).await;
    assert_eq!((&shown["knownAtPolar"], &shown["counters"][0]["used"]), (&json!(false), &json!(1)));

    world.run(&["quota", "reset", &id, &FILE.file_id.to_string()]).await;
    let output = world.run(&["customer", &id]).await;
    assert_eq!((output.code, output.stdout.as_str()), (1, ""));
    assert!(output.stderr.contains("there is no such customer"), "{}", output.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ended_session_is_over_and_the_others_live_on() {
    let world = World::start().await;
    let first = open_session(&world, Proof::Mailbox).await;
    let second = open_session(&world, Proof::Mailbox).await;
    let left = async || {
        let sessions = world.ask(&["customer", demo::ADA_EMAIL]).await["sessions"].take();
        sessions.as_array().expect("sessions").iter().map(|session| session["id"].clone()).collect::<Vec<_>>()
    };

    let ended = world.ask(&["sessions", "end", demo::ADA_EMAIL, "--id", &first]).await;
    assert_eq!(ended, json!({ "customerId": demo::ADA, "sessionId": first }));
    assert_eq!(left().await, [second]);

    let output = world.run(&["sessions", "end", demo::ADA_EMAIL, "--id", &first]).await;
    assert_eq!((output.code, output.stdout.as_str()), (1, ""));
    assert!(output.stderr.contains("has no session"), "{}", output.stderr);

    world.ask(&["sessions", "end", &demo::ADA.to_string()]).await;
    assert!(left().await.is_empty());
}
