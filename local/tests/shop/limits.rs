//! What one visitor can ask of Polar, which answers the whole shop 500 times a minute.

use polar_standin::demo;
use polar_storefront::LocalShop;
use serde_json::json;
use store::Proof;

use crate::support::{Browser, open_shop, open_shop_with, polar};

fn questions(shop: &LocalShop) -> usize {
    polar(shop).requests().iter().filter(|request| request.path.starts_with("/v1/")).count()
}

#[tokio::test]
async fn a_visitor_who_asks_again_and_again_how_a_checkout_is_going_asks_polar_once_a_second() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    let checkout = browser.begin(demo::SKY_SAMPLER).await;
    polar(&shop).clear_requests();
    let begun = std::time::Instant::now();
    for _ in 0..100 {
        assert_eq!(browser.get(&format!("/api/checkout/{checkout}")).await.status, 200);
        assert_eq!(browser.claim(&checkout).await.status, 202);
    }
    let seconds = usize::try_from(begun.elapsed().as_secs()).unwrap();
    assert!(questions(&shop) <= seconds + 2, "{} questions in {seconds} s", questions(&shop));
}

#[tokio::test]
async fn what_is_final_is_never_asked_again() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    let checkout = browser.buy(&shop, demo::SKY_SAMPLER, "new@recordings-mail.net").await;
    polar(&shop).clear_requests();
    for _ in 0..3 {
        assert_eq!(browser.get(&format!("/api/checkout/{checkout}")).await.body["status"], "succeeded");
        assert_eq!(browser.claim(&checkout).await.status, 201);
    }
    assert_eq!(questions(&shop), 0);
}

#[tokio::test]
async fn a_network_that_has_used_its_share_is_refused_and_a_signed_in_buyer_is_not() {
    let shop = open_shop_with([("POLAR_CALLS_PER_NETWORK", "10")]).await;
    let visitor = Browser::at(&shop);
    polar(&shop).clear_requests();
    let mut refused = 0;
    for _ in 0..30 {
        let answer = visitor.post("/api/checkout", &json!({ "products": [demo::SKY_SAMPLER] })).await;
        if answer.status == 429 {
            assert_eq!(answer.refusal().1, "rate_limited");
            let wait: u64 = answer.header("retry-after").and_then(|wait| wait.parse().ok()).expect("a time to wait");
            assert!((1..=60).contains(&wait), "{wait}");
            refused += 1;
        }
    }
    // The minute may turn once in between.
    assert!(refused >= 10, "{refused}");
    assert!(questions(&shop) <= 20, "{}", questions(&shop));
    let buyer = Browser::signed_in(&shop, demo::ADA, Proof::Mailbox).await;
    assert!(!buyer.library().await.is_empty());
    assert_eq!(buyer.post("/api/checkout", &json!({ "products": [demo::SKY_SAMPLER] })).await.status, 201);
}

#[tokio::test]
async fn a_session_that_has_used_its_share_is_refused_on_every_route_that_asks_polar() {
    let shop = open_shop_with([("POLAR_CALLS_PER_SESSION", "1")]).await;
    let buyer = Browser::signed_in(&shop, demo::ADA, Proof::Mailbox).await;
    polar(&shop).clear_requests();
    for path in ["/api/customer/downloadable-products", "/api/customer/license-keys"] {
        assert_eq!(buyer.get(path).await.refusal(), (429, "rate_limited"), "{path}");
    }
    let invoice = format!("/api/customer/orders/{}/invoice", demo::ADA);
    assert_eq!(buyer.get(&invoice).await.refusal(), (429, "rate_limited"));
    let download = buyer.post("/api/customer/download", &json!({ "fileId": demo::PRIMER_PDF })).await;
    assert_eq!(download.refusal(), (429, "rate_limited"));
    assert_eq!(questions(&shop), 0);
    assert_eq!(buyer.get("/api/session").await.body["active"], true, "what asks nobody is free");
}
