//! When a download is given, and when it counts.

use std::path::Path;

use serde_json::json;
use testbed::{
    Answer, Event, Function, World, demo,
    seeds::{ACCOUNT_SESSION, BROWSER_KEY, BUYER_EMAIL},
};
use uuid::Uuid;

const DOWNLOAD: &str = env!("CARGO_BIN_EXE_download");

async fn download(function: &Function, product_id: Uuid) -> Answer {
    let event = Event::post("/api/customer/download", &json!({ "productId": product_id }));
    function.call(event.cookie("__Host-session", ACCOUNT_SESSION)).await.expect("an answer")
}

/// A world in which the buyer has just paid for a product; Polar has made the order and granted nothing yet.
async fn paid(product_id: Uuid) -> World {
    let world = World::start().await.unwrap();
    world.seed_events().await.unwrap();
    let checkout = world.begin_checkout(product_id, BROWSER_KEY).await.unwrap();
    world.pay(&checkout.url, BUYER_EMAIL).await.unwrap();
    world.polar.settle_step().await;
    world
}

#[tokio::test]
async fn a_download_is_pending_until_polar_grants_the_files() {
    let world = paid(demo::TYPEFACE).await;
    let function = world.run("download", Path::new(DOWNLOAD)).await.unwrap();

    let early = download(&function, demo::TYPEFACE).await;
    assert_eq!((early.status, early.body["code"].as_str()), (409, Some("download_pending")));
    assert_eq!(early.headers["retry-after"], "1");

    world.polar.settle().await;
    let answer = download(&function, demo::TYPEFACE).await;
    assert_eq!((answer.status, &answer.body["remainingDownloads"]), (200, &0.into()));
}

#[tokio::test]
async fn a_repeat_within_the_grace_time_is_free() {
    let world = paid(demo::TYPEFACE).await;
    world.polar.settle().await;
    let function = world.run("download", Path::new(DOWNLOAD)).await.unwrap();

    download(&function, demo::TYPEFACE).await;
    let again = download(&function, demo::TYPEFACE).await;

    assert_eq!((again.status, &again.body["remainingDownloads"]), (200, &0.into()));
}

#[tokio::test]
async fn without_grace_time_the_download_after_the_last_is_refused() {
    let world = paid(demo::TYPEFACE).await;
    world.polar.settle().await;
    let mut settings = world.environment_of("download").await.unwrap();
    settings.push(("DOWNLOAD_GRACE_SECONDS", "0".to_owned()));
    let function = Function::start(Path::new(DOWNLOAD), &settings).await.unwrap();

    assert_eq!(download(&function, demo::TYPEFACE).await.status, 200);
    let refused = download(&function, demo::TYPEFACE).await;

    assert_eq!((refused.status, refused.body["code"].as_str()), (429, Some("download_limit_reached")));
}

#[tokio::test]
async fn a_refund_with_revocation_takes_the_file_away() {
    let world = paid(demo::TYPEFACE).await;
    world.polar.settle().await;
    let function = world.run("download", Path::new(DOWNLOAD)).await.unwrap();
    let order = world.polar.buy(&testbed::Purchase {
        product_id: demo::STUDIO_PLANNER,
        email: BUYER_EMAIL.to_owned(),
        checkout_id: None,
    });
    assert_eq!(download(&function, demo::STUDIO_PLANNER).await.status, 200);

    world.polar.refund(order.unwrap().order_id, true);
    let refused = download(&function, demo::STUDIO_PLANNER).await;

    assert_eq!((refused.status, refused.body["code"].as_str()), (403, Some("not_entitled")));
}
