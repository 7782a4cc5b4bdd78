//! One checkout for all repeats of a request.

use std::collections::BTreeSet;

use crate::support::{Browser, open_shop, open_shop_with, polar};
use polar_storefront::LocalShop;
use serde_json::{Value, json};
use store::Proof;

const KEY: &str = "9f1c1f9e-6d2b-4a57-9a2e-0f3b5b6c7d8e";
const HEADER: [(&str, &str); 1] = [("idempotency-key", KEY)];

fn wanted() -> Value {
    json!({ "products": [demo::SKY_SAMPLER] })
}

fn begun_at_polar(shop: &LocalShop) -> usize {
    polar(shop).requests().iter().filter(|request| request.line() == "POST /v1/checkouts/").count()
}

#[tokio::test]
async fn a_repeat_gets_the_same_answer_and_begins_nothing() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    let first = browser.post_with("/api/checkout", &wanted(), &HEADER).await;
    let repeat = browser.post_with("/api/checkout", &wanted(), &HEADER).await;

    assert_eq!((first.status, repeat.status), (201, 201));
    assert_eq!(first.body, repeat.body);
    assert_eq!(begun_at_polar(&shop), 1);
    let other = [("idempotency-key", "another-random-key")];
    assert_ne!(browser.post_with("/api/checkout", &wanted(), &other).await.body, first.body);
}

#[tokio::test]
async fn a_browser_that_lost_the_answer_gets_it_again_with_the_key_that_claims() {
    let shop = open_shop().await;
    let lost = Browser::at(&shop).post_with("/api/checkout", &wanted(), &HEADER).await;

    let browser = Browser::at(&shop);
    let repeat = browser.post_with("/api/checkout", &wanted(), &HEADER).await;
    assert_eq!(repeat.body, lost.body);
    let checkout = repeat.body["checkoutId"].as_str().expect("a checkout");
    assert_eq!(browser.pay(checkout, "new@recordings-mail.net", None).await, 200);
    polar(&shop).settle().await;
    assert_eq!(browser.claim(checkout).await.status, 201);
}

#[tokio::test]
async fn fifty_parallel_repeats_have_one_answer() {
    let shop = open_shop_with([("ALLOW_BEARER", "true")]).await;
    let wanted = json!({ "products": [demo::SKY_SAMPLER], "transport": "bearer" });
    let browsers: Vec<_> = (0..50).map(|_| Browser::at(&shop)).collect();
    let requests = browsers.iter().map(|browser| browser.post_with("/api/checkout", &wanted, &HEADER));
    let answers = futures_util::future::join_all(requests).await;

    assert!(answers.iter().all(|answer| answer.status == 201), "{answers:?}");
    let bodies: BTreeSet<_> = answers.iter().map(|answer| answer.body.to_string()).collect();
    assert_eq!(bodies.len(), 1, "the browser key too is the same: {bodies:?}");
}

#[tokio::test]
async fn a_key_belongs_to_one_body_one_browser_and_one_account() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    browser.begin(demo::FOREST_PACK).await;
    let first = browser.post_with("/api/checkout", &wanted(), &HEADER).await;
    let reordered = json!({ "transport": "cookie", "products": [demo::SKY_SAMPLER] });
    assert_eq!(browser.post_with("/api/checkout", &reordered, &HEADER).await.body, first.body, "means the same");

    for other_body in
        [json!({ "products": [demo::FOREST_PACK] }), json!({ "products": [demo::SKY_SAMPLER], "currency": "usd" })]
    {
        let refused = browser.post_with("/api/checkout", &other_body, &HEADER).await;
        assert_eq!(refused.refusal(), (409, "idempotency_key_reused"), "{other_body}");
    }
    let other_browser = Browser::at(&shop);
    other_browser.begin(demo::FOREST_PACK).await;
    let refused = other_browser.post_with("/api/checkout", &wanted(), &HEADER).await;
    assert_eq!(refused.refusal(), (409, "idempotency_key_reused"));
    let account = Browser::signed_in(&shop, demo::ADA, Proof::Mailbox).await;
    let refused = account.post_with("/api/checkout", &wanted(), &HEADER).await;
    assert_eq!(refused.refusal(), (409, "idempotency_key_reused"));
}

#[tokio::test]
async fn whoever_reads_a_key_in_a_log_gets_neither_the_answer_nor_the_browsers_key() {
    let shop = open_shop_with([("ALLOW_BEARER", "true")]).await;
    let victim = Browser::at(&shop);
    victim.begin(demo::FOREST_PACK).await;
    assert_eq!(victim.post_with("/api/checkout", &wanted(), &HEADER).await.status, 201);

    let thief = Browser::at(&shop);
    for headers in [&HEADER[..], &[HEADER[0], ("browser-key", "garbage")]] {
        let refused = thief.post_with("/api/checkout", &wanted(), headers).await;
        assert_eq!(refused.refusal(), (409, "idempotency_key_reused"));
        assert_eq!(thief.cookie("__Host-browser"), None);
    }
    assert_eq!(victim.post_with("/api/checkout", &wanted(), &HEADER).await.status, 201);
}

#[tokio::test]
async fn a_key_that_could_be_guessed_is_refused() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    for key in ["order-1", "fifteen-letters", "sixteen characters", &"k".repeat(256)] {
        let refused = browser.post_with("/api/checkout", &wanted(), &[("idempotency-key", key)]).await;
        assert_eq!(refused.refusal(), (400, "invalid_request"), "{key}");
        assert_eq!(refused.body["errors"][0]["field"], "Idempotency-Key");
    }
    assert_eq!(begun_at_polar(&shop), 0);
}

#[tokio::test]
async fn a_refusal_is_no_answer_to_be_repeated() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    polar(&shop).fault(polar_standin::Fault::on("POST /v1/checkouts/").status(503));
    assert_eq!(browser.post_with("/api/checkout", &wanted(), &HEADER).await.refusal(), (503, "polar_unavailable"));

    polar(&shop).clear_faults();
    assert_eq!(browser.post_with("/api/checkout", &wanted(), &HEADER).await.status, 201);
}
