//! What opens a customer's account elsewhere reaches the customer, and nobody who reads the log.

use std::path::Path;

use serde_json::json;
use testbed::{
    Event, Purchase, World, demo,
    seeds::{ACCOUNT_SESSION, BUYER_EMAIL},
};

const LIBRARY: &str = env!("CARGO_BIN_EXE_library");

#[tokio::test]
async fn neither_portal_nor_invoice_nor_licence_key_reaches_the_log() {
    let world = World::start().await.unwrap();
    world.seed_events().await.unwrap();
    let purchase = Purchase { product_id: demo::RETOPO_TOOLKIT, email: BUYER_EMAIL.to_owned(), checkout_id: None };
    let order = world.polar.buy(&purchase).unwrap().order_id;
    let library = world.run("library", Path::new(LIBRARY)).await.unwrap();
    let call = async |event: Event| {
        let answer = library.call(event.cookie("__Host-session", ACCOUNT_SESSION)).await.unwrap();
        assert!(answer.status < 300, "{answer:?}");
        answer.body
    };

    let portal = call(Event::post("/api/customer/portal", &json!({}))).await;
    let keys = call(Event::get("/api/customer/license-keys")).await;
    let invoice = format!("/api/customer/orders/{order}/invoice");
    call(Event::get(&invoice)).await;
    world.polar.settle().await;
    let invoice = call(Event::get(&invoice)).await;

    let logs = library.logs();
    assert!(logs.contains("opened the customer portal"), "{logs}");
    for secret in [&portal["url"], &keys["items"][0]["key"], &invoice["url"]] {
        let secret = secret.as_str().expect("a text");
        assert!(!logs.contains(secret), "{secret} in {logs}");
    }
    for part in ["polar_mst_", "polar_cst_", "customer_session_token", BUYER_EMAIL, &order.to_string()] {
        assert!(!logs.contains(part), "{part} in {logs}");
    }
}

#[tokio::test]
async fn a_library_is_compressed_for_who_accepts_it() {
    let world = World::start().await.unwrap();
    world.seed_events().await.unwrap();
    let library = world.run("library", Path::new(LIBRARY)).await.unwrap();
    let list = async |accepted: &str| {
        let event = Event::get("/api/customer/downloadable-products").cookie("__Host-session", ACCOUNT_SESSION);
        library.call(event.header("accept-encoding", accepted)).await.unwrap()
    };
    let (plain, small) = (list("identity").await, list("gzip").await);

    assert_eq!((plain.headers.get("content-encoding"), small.headers["content-encoding"].as_str()), (None, "gzip"));
    assert_eq!(plain.body, small.body);
    assert_eq!(small.headers["vary"], "accept-encoding");
    assert_eq!(small.headers["cache-control"], "no-store");
}
