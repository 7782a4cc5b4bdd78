//! What Polar, or something in front of it, may answer one day, and what the shop makes of it.

use polar_standin::{Fault, Options, Pace, Standin};
use queue::Job;
use serde_json::{Value, json};
use store::Proof;
use testbed::wait_until;

use crate::support::{Browser, bought, open_shop, open_shop_at, polar};

const WORDS_OF_A_PROXY: &str = "the words of a proxy";

/// The demo shop at a Polar of the test's own, and the products as that Polar lists them.
async fn polar_with_products() -> (Standin, Value) {
    let options = Options { shop: demo::shop().expect("the demo shop"), pace: Pace::Manual, ..Options::default() };
    let polar = Standin::start(options).await.expect("a Polar");
    let request = startup::http_client().get(format!("{}/products/?limit=100", polar.api_url()));
    let listed = request.bearer_auth(polar.access_token()).send().await.expect("an answer");
    let listed = serde_json::from_slice(&listed.bytes().await.expect("a body")).expect("a list");
    (polar, listed)
}

#[tokio::test]
async fn a_product_with_prices_of_any_kind_leaves_the_others_as_they_are() {
    let (polar, mut listed) = polar_with_products().await;
    let items = listed["items"].as_array_mut().expect("products");
    let on_sale = |item: &Value| item["visibility"] == "public" && item["is_archived"] == false;
    let names: Vec<_> = items.iter().filter(|item| on_sale(item)).map(|item| item["name"].clone()).collect();
    let mut odd = items.iter_mut().filter(|item| on_sale(item));
    let price = odd.next().expect("a product")["prices"][0].take();
    let with = |changes: Value| {
        let mut price = price.clone();
        price.as_object_mut().expect("a price").extend(changes.as_object().expect("changes").clone());
        json!([price])
    };
    let seats = json!({ "amount_type": "seat_based", "price_amount": null, "seat_tiers": { "tiers": [], "seat_tier_type": "volume" } });
    let nothing = json!({
        "amount_type": "custom", "price_amount": null, "minimum_amount": null, "maximum_amount": null, "preset_amount": null,
    });
    let prices = [
        with(seats),
        with(json!({ "amount_type": "metered_unit", "unit_amount": "0.1", "cap_amount": null, "meter": null })),
        with(json!({ "amount_type": "auction", "price_amount": null, "begins_at": "2027-01-01T00:00:00Z" })),
        with(nothing),
        json!([]),
    ];
    drop(odd);
    for (item, prices) in items.iter_mut().filter(|item| on_sale(item)).zip(prices) {
        item["prices"] = prices;
        item["description"] = Value::Null;
    }
    polar.fault(Fault::on("GET /v1/products/").body(200, "application/json", listed.to_string()));

    let shop = open_shop_at(&polar).await;
    let shown = Browser::at(&shop).get("/api/products?limit=100").await;

    assert_eq!(shown.status, 200, "{:?}", shown.body);
    let shown = shown.body["items"].as_array().expect("products").clone();
    let mut seen: Vec<_> = shown.iter().map(|product| product["name"].to_string()).collect();
    let mut names: Vec<_> = names.iter().map(ToString::to_string).collect();
    seen.sort();
    names.sort();
    assert_eq!(seen, names);
    let changed: Vec<_> = shown.iter().filter(|product| product["description"].is_null()).collect();
    assert_eq!(changed.len(), 5, "{changed:#?}");
    let amount_types: Vec<_> = changed.iter().map(|product| product["prices"][0]["amountType"].clone()).collect();
    for kind in ["seat_based", "metered_unit", "unknown", "custom"] {
        assert!(amount_types.contains(&json!(kind)), "{kind}: {amount_types:?}");
    }
}

#[tokio::test]
async fn a_new_shop_that_polar_does_not_answer_is_unavailable_and_never_empty() {
    let (polar, _) = polar_with_products().await;
    polar.fault(Fault::on("GET /v1/products/").status(503));
    let shop = open_shop_at(&polar).await;

    let refused = Browser::at(&shop).get("/api/products").await;
    assert_eq!(refused.refusal(), (503, "polar_unavailable"));
    assert_eq!(refused.header("cache-control"), Some("no-store"));

    polar.clear_faults();
    let shown = Browser::at(&shop).get("/api/products").await;
    assert_eq!(shown.status, 200);
    assert!(shown.body["pagination"]["totalCount"].as_u64().is_some_and(|count| count > 0));
}

#[tokio::test]
async fn a_strange_answer_to_a_checkout_is_told_in_our_words_and_creates_nothing_twice() {
    let page = format!("<html><body>{WORDS_OF_A_PROXY}{}</body></html>", " ".repeat(200_000));
    let cut = format!("{{\"id\": \"{WORDS_OF_A_PROXY}");
    for (case, fault, refusal) in [
        ("500 as text", (500, "text/plain", WORDS_OF_A_PROXY.to_owned()), (503, "polar_unavailable")),
        ("502 with a long page", (502, "text/html", page), (503, "polar_unavailable")),
        ("JSON that was cut", (201, "application/json", cut), (503, "polar_unavailable")),
        ("429 without a body", (429, "text/plain", String::new()), (503, "polar_unavailable")),
    ] {
        let shop = open_shop().await;
        let (status, kind, body) = fault;
        polar(&shop).fault(Fault::on("POST /v1/checkouts/").body(status, kind, body));

        let refused = Browser::at(&shop).post("/api/checkout", &json!({ "products": [demo::SKY_SAMPLER] })).await;

        assert_eq!(refused.refusal(), refusal, "{case}");
        assert!(!refused.body.to_string().contains(WORDS_OF_A_PROXY), "{case}: {:?}", refused.body);
        let created = polar(&shop).requests().iter().filter(|it| it.line() == "POST /v1/checkouts/").count();
        assert_eq!(created, 1, "{case}");
    }
}

/// Polar answers so when it has switched off the version of its API that the shop asks for.
#[tokio::test]
async fn a_polar_that_knows_no_route_any_more_ends_no_session_and_erases_nothing() {
    let shop = open_shop().await;
    let browser = Browser::signed_in(&shop, demo::ADA, Proof::Mailbox).await;
    let file = json!({ "productId": demo::FOREST_PACK, "fileId": demo::FOREST_ARCHIVE });
    assert_eq!(browser.post("/api/customer/download", &file).await.status, 200);
    let history = browser.get("/api/customer/downloads").await.body;

    polar(&shop).fault(Fault::on("/v1/*").body(404, "application/json", "{\"detail\":\"Not Found\"}"));
    for _ in 0..2 {
        polar(&shop).clear_requests();
        shop.upkeep.queue.send(&Job::Reconcile).await.expect("a queue");
        wait_until("the schedule asks Polar", || async { !polar(&shop).requests().is_empty() }).await;
    }
    assert_eq!(browser.get("/api/session").await.body["active"], true);
    assert_eq!(browser.get("/api/products").await.status, 200);
    for refused in [
        browser.get("/api/customer/downloadable-products").await,
        browser.post("/api/customer/download", &file).await,
        browser.post("/api/checkout", &json!({ "products": [demo::SKY_SAMPLER] })).await,
    ] {
        assert!([502, 503].contains(&refused.status), "{refused:?}");
    }

    polar(&shop).clear_faults();
    assert_eq!(
        browser.library().await.len(),
        Browser::signed_in(&shop, demo::ADA, Proof::Mailbox).await.library().await.len()
    );
    let items = |body: &Value| {
        body["items"].as_array().expect("items").iter().filter(|item| item["result"] == "issued").count()
    };
    assert_eq!(items(&browser.get("/api/customer/downloads").await.body), items(&history));
}

#[tokio::test]
async fn the_hundred_and_first_licence_key_is_shown_too() {
    let shop = open_shop().await;
    let orders: Vec<_> =
        (0..101).map(|_| bought(polar(&shop), demo::RETOPO_TOOLKIT, "keys@recordings-mail.net")).collect();
    let browser = Browser::signed_in(&shop, orders[0].customer_id, Proof::Mailbox).await;

    let keys = browser.get("/api/customer/license-keys").await;
    assert_eq!((keys.status, keys.body["items"].as_array().map(Vec::len)), (200, Some(101)));
}
