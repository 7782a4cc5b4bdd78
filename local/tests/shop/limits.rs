//! What one visitor can ask of Polar, which answers the whole shop 500 times a minute.

use std::collections::BTreeSet;

use polar_standin::{RateLimits, Standin};
use polar_storefront::LocalShop;
use serde_json::json;
use store::Proof;

use crate::support::{Browser, bought, open_shop, open_shop_with, polar};

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

/// How a visitor who begins checkouts without end leaves the shop to a buyer: the status of the buyer's own, and the visitor's calls of Polar.
async fn beside_a_greedy_visitor(calls_per_network: &str) -> (u16, usize) {
    let (shop, rate_limits) = (demo::shop().expect("the demo shop"), RateLimits::Production);
    let limited = polar_standin::Options { shop, rate_limits, ..polar_standin::Options::default() };
    let polar = Standin::start(limited).await.expect("a Polar");
    let (url, token) = (polar.api_url(), polar.access_token().to_owned());
    let shop = open_shop_with([
        ("POLAR_API_URL", url.as_str()),
        ("POLAR_ACCESS_TOKEN", token.as_str()),
        ("POLAR_CALLS_PER_NETWORK", calls_per_network),
    ])
    .await;
    let buyer = Browser::signed_in(&shop, demo::ADA, Proof::Mailbox).await;
    let wanted = json!({ "products": [demo::SKY_SAMPLER] });
    polar.clear_requests();
    let visitor = Browser::at(&shop);
    for _ in 0..600 {
        visitor.post("/api/checkout", &wanted).await;
    }
    let calls = polar.requests().len();
    (buyer.post("/api/checkout", &wanted).await.status, calls)
}

#[tokio::test]
async fn a_visitor_cannot_use_up_what_polar_answers_the_shop_in_a_minute() {
    let (without_shares, with_shares) =
        (beside_a_greedy_visitor("1000000").await, beside_a_greedy_visitor("100").await);
    println!(
        "status of a buyer's checkout and calls of 600 requests, without and with shares: {without_shares:?} {with_shares:?}"
    );
    assert_eq!(without_shares.0, 503, "Polar's own limit");
    assert_eq!(with_shares.0, 201);
    // The minute may turn once in between.
    assert!(with_shares.1 <= 200, "{with_shares:?}");
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

#[tokio::test]
async fn a_strangers_free_purchases_in_a_customers_name_make_the_library_no_dearer_and_hide_nothing_that_was_paid_for()
{
    let shop = open_shop().await;
    let victim = "new@recordings-mail.net";
    let paid = bought(polar(&shop), demo::FOREST_PACK, victim);
    let subscribed = bought(polar(&shop), demo::WORKSHOP_LETTER, victim);
    let free = bought(polar(&shop), demo::POLYGON_PRIMER, victim);
    let browser = Browser::signed_in(&shop, paid.customer_id, Proof::Mailbox).await;
    let file = json!({ "productId": demo::FOREST_PACK, "fileId": demo::FOREST_ARCHIVE });
    browser.library().await;

    let mut figures = Vec::new();
    for flood in [0, 150, 350] {
        for _ in 0..flood {
            bought(polar(&shop), demo::SKY_SAMPLER, victim);
        }
        polar(&shop).clear_requests();
        browser.library().await;
        let of_library = questions(&shop);
        assert_eq!(browser.post("/api/customer/download", &file).await.status, 200);
        figures.push((of_library, questions(&shop) - of_library));
    }
    println!("calls of a library and a download with 0, 150 and 500 free purchases: {figures:?}");
    assert_eq!(figures[0], (3, 3));
    assert_eq!(figures[1], figures[2]);

    let shown: BTreeSet<String> =
        browser.library().await.iter().map(|row| row["orderId"].as_str().unwrap().to_owned()).collect();
    for own in [&paid, &subscribed, &free] {
        assert!(shown.contains(&own.order_id.to_string()), "{own:?}");
    }
    assert!(shown.len() <= 203, "a hundred and a hundred: {}", shown.len());
    let order = Browser::signed_in(&shop, paid.customer_id, Proof::Checkout(paid.checkout_id)).await;
    assert!(!order.library().await.is_empty(), "an order's own session sees it, too");
}
