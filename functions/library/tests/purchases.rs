//! How a purchase looks from its payment to its refund.

use std::path::Path;

use serde_json::Value;
use testbed::{
    Event, Function, World, demo,
    seeds::{ACCOUNT_SESSION, BROWSER_KEY, BUYER_EMAIL},
};

const LIBRARY: &str = env!("CARGO_BIN_EXE_library");

/// The newest row of the buyer's library.
async fn newest(library: &Function) -> Value {
    let event = Event::get("/api/customer/downloadable-products?limit=1").cookie("__Host-session", ACCOUNT_SESSION);
    let answer = library.call(event).await.expect("an answer");
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body["items"][0].clone()
}

#[tokio::test]
async fn a_purchase_is_pending_until_polar_grants_it_and_expired_when_it_is_taken_back() {
    let world = World::start().await.unwrap();
    world.seed_events().await.unwrap();
    let library = world.run("library", Path::new(LIBRARY)).await.unwrap();
    let checkout = world.begin_checkout(demo::TYPEFACE, BROWSER_KEY).await.unwrap();
    world.pay(&checkout.url, BUYER_EMAIL).await.unwrap();

    world.polar.settle_step().await;
    let row = newest(&library).await;
    assert_eq!((&row["productName"], &row["status"]), (&"Facet Sans".into(), &"pending".into()));
    assert!(row["file"].is_null());

    world.polar.settle().await;
    let row = newest(&library).await;
    assert_eq!((&row["file"], &row["status"]), (&"Facet Sans.zip".into(), &"available".into()));

    world.polar.refund(row["orderId"].as_str().unwrap().parse().unwrap(), true);
    let row = newest(&library).await;
    assert_eq!((&row["order"]["status"], &row["status"]), (&"refunded".into(), &"expired".into()));
    assert_eq!((&row["downloadCanceled"], &row["remainingDownloads"]), (&1.into(), &0.into()));
}

#[tokio::test]
async fn a_customer_who_is_gone_at_polar_is_signed_out() {
    let world = World::start().await.unwrap();
    world.seed_events().await.unwrap();
    let library = world.run("library", Path::new(LIBRARY)).await.unwrap();
    world.polar.delete_customer(testbed::seeds::BUYER);

    let event = Event::get("/api/customer/downloadable-products").cookie("__Host-session", ACCOUNT_SESSION);
    let answer = library.call(event).await.unwrap();

    assert_eq!((answer.status, answer.body["code"].as_str()), (401, Some("unauthenticated")));
}
