//! Orders with their invoices, licence keys, and the way into Polar's own portal.

use polar_standin::Fault;
use reqwest::Method;
use serde_json::{Value, json};
use store::Proof;
use uuid::Uuid;

use crate::support::{Browser, CARD_THAT_PAYS, bought, open_shop, polar};

const NEW: &str = "new@recordings-mail.net";

fn items(answer: &Value) -> &[Value] {
    answer["items"].as_array().expect("items")
}

#[tokio::test]
async fn orders_are_listed_by_page_with_the_newest_first() {
    let shop = open_shop().await;
    let first = bought(polar(&shop), demo::TYPEFACE, NEW);
    for product in [demo::SKY_SAMPLER, demo::FOREST_PACK] {
        bought(polar(&shop), product, NEW);
    }
    let browser = Browser::signed_in(&shop, first.customer_id, Proof::Mailbox).await;

    let page = browser.get("/api/customer/orders?limit=2").await;
    assert_eq!(page.body["pagination"], json!({ "totalCount": 3, "maxPage": 2 }));
    let names: Vec<_> = items(&page.body).iter().map(|order| order["productName"].as_str().unwrap()).collect();
    assert_eq!(names, ["Low-Poly Forest", "Golden Hour Sampler"]);

    let last = browser.get("/api/customer/orders?limit=2&page=2").await;
    let [order] = items(&last.body) else { panic!("one order: {last:?}") };
    assert_eq!(order["id"], json!(first.order_id));
    let amounts =
        ["subtotalAmount", "totalAmount", "refundedAmount", "currency", "paid", "status"].map(|name| &order[name]);
    assert_eq!(amounts, [&json!(1500), &json!(1500), &json!(0), &json!("usd"), &json!(true), &json!("paid")]);

    let beyond = browser.get("/api/customer/orders?page=9").await;
    assert_eq!((beyond.status, items(&beyond.body)), (200, &[][..]));
}

#[tokio::test]
async fn an_order_has_the_currency_that_its_checkout_asked_for() {
    let shop = open_shop().await;
    let browser = Browser::signed_in(&shop, demo::ADA, Proof::Mailbox).await;
    let wanted = json!({ "products": [demo::STUDIO_PLANNER], "currency": "eur" });
    let begun = browser.post("/api/checkout", &wanted).await;
    let checkout = begun.body["checkoutId"].as_str().expect("a checkout");
    let open = browser.get(&format!("/api/checkout/{checkout}")).await;
    assert_eq!((&open.body["currency"], &open.body["totalAmount"]), (&json!("eur"), &json!(2200)));

    assert_eq!(browser.pay(checkout, demo::ADA_EMAIL, CARD_THAT_PAYS).await, 200);
    polar(&shop).settle().await;
    let orders = browser.get("/api/customer/orders?limit=1").await;
    let amounts = ["productName", "totalAmount", "currency"].map(|name| &orders.body["items"][0][name]);
    assert_eq!(amounts, [&json!("Studio Planner"), &json!(2200), &json!("eur")]);
}

#[tokio::test]
async fn a_customer_who_bought_nothing_has_no_orders_and_no_keys() {
    let shop = open_shop().await;
    let mine = bought(polar(&shop), demo::RETOPO_TOOLKIT, NEW);
    let theirs = bought(polar(&shop), demo::SKY_SAMPLER, "other@recordings-mail.net");
    let browser = Browser::signed_in(&shop, theirs.customer_id, Proof::Mailbox).await;

    let orders = browser.get("/api/customer/orders").await;
    assert_eq!(items(&orders.body).len(), 1, "only the own one");
    assert_ne!(orders.body["items"][0]["id"], json!(mine.order_id));
    assert_eq!(browser.get("/api/customer/license-keys").await.body, json!({ "items": [] }));
}

#[tokio::test]
async fn a_session_of_one_order_gets_nothing_that_concerns_the_account() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    browser.buy(&shop, demo::SKY_SAMPLER, NEW).await;
    let order = browser.library().await[0]["orderId"].as_str().unwrap().to_owned();

    for (method, path) in [
        (Method::GET, "/api/customer/orders".to_owned()),
        (Method::GET, format!("/api/customer/orders/{order}/invoice")),
        (Method::POST, "/api/customer/portal".to_owned()),
    ] {
        let refused = browser.send(method, &path, None, &[]).await;
        assert_eq!(refused.refusal(), (403, "order_scope"), "{path}");
    }
}

#[tokio::test]
async fn an_invoice_is_asked_for_once_and_linked_when_it_is_made() {
    let shop = open_shop().await;
    // Grace has a billing name and address; see the demo shop.
    let browser = Browser::signed_in(&shop, demo::GRACE, Proof::Mailbox).await;
    let orders = browser.get("/api/customer/orders").await;
    let path = format!("/api/customer/orders/{}/invoice", orders.body["items"][0]["id"].as_str().unwrap());

    for looks_ahead in [("sec-purpose", "prefetch;prerender"), ("range", "bytes=0-0")] {
        assert_eq!(browser.get_with(&path, &[looks_ahead]).await.refusal(), (403, "look_ahead"));
    }
    assert_eq!(browser.send(Method::HEAD, &path, None, &[]).await.status, 403);
    let pictured = [("sec-fetch-site", "same-site"), ("sec-fetch-mode", "no-cors"), ("origin", "")];
    assert_eq!(browser.get_with(&path, &pictured).await.refusal(), (403, "origin_not_allowed"));
    let made = || {
        let requests = polar(&shop).requests();
        requests.iter().filter(|it| it.line().starts_with("POST") && it.path.ends_with("/invoice")).count()
    };
    assert_eq!(made(), 0);

    for _ in 0..3 {
        let pending = browser.get(&path).await;
        assert_eq!(
            (pending.status, &pending.body, pending.header("retry-after")),
            (202, &json!({ "status": "pending" }), Some("2"))
        );
    }
    assert_eq!(made(), 1);

    polar(&shop).settle().await;
    let invoice = browser.get(&path).await;
    assert_eq!(invoice.status, 200);
    assert!(invoice.body["url"].as_str().is_some_and(|url| url.starts_with("http")), "{invoice:?}");
}

#[tokio::test]
async fn an_invoice_that_cannot_be_made_says_why_and_can_be_asked_for_again() {
    let shop = open_shop().await;
    let unnamed = bought(polar(&shop), demo::TYPEFACE, NEW);
    let browser = Browser::signed_in(&shop, unnamed.customer_id, Proof::Mailbox).await;
    let path = format!("/api/customer/orders/{}/invoice", unnamed.order_id);

    let refused = browser.get(&path).await;
    assert_eq!(refused.refusal(), (409, "billing_details_missing"));

    let void = "{\"error\":\"OrderNotEligibleForInvoice\",\"detail\":\"x\"}";
    polar(&shop).fault(Fault::on("POST /v1/customer-portal/orders/{id}/invoice").times(1).body(
        409,
        "application/json",
        void,
    ));
    let refused = browser.get(&path).await;
    assert_eq!(refused.refusal(), (409, "no_invoice"));

    polar(&shop).fault(Fault::on("POST /v1/customer-portal/orders/{id}/invoice").times(1).status(503));
    assert_eq!(browser.get(&path).await.refusal(), (503, "polar_unavailable"));
    polar(&shop).fault(Fault::on("POST /v1/customer-portal/orders/{id}/invoice").times(1).body(
        202,
        "application/json",
        "null",
    ));
    assert_eq!(browser.get(&path).await.status, 202, "the failures are not taken for an invoice on its way");
}

#[tokio::test]
async fn an_invoice_of_nobody_or_somebody_else_is_not_found() {
    let shop = open_shop().await;
    let mine = bought(polar(&shop), demo::TYPEFACE, NEW);
    let theirs = bought(polar(&shop), demo::TYPEFACE, "other@recordings-mail.net");
    let browser = Browser::signed_in(&shop, mine.customer_id, Proof::Mailbox).await;

    for id in [theirs.order_id.to_string(), Uuid::from_u128(7).to_string(), "first".to_owned()] {
        for _ in 0..2 {
            let refused = browser.get(&format!("/api/customer/orders/{id}/invoice")).await;
            assert_eq!(refused.refusal(), (404, "not_found"), "{id}");
        }
    }
}

#[tokio::test]
async fn licence_keys_say_what_they_were_bought_with() {
    let shop = open_shop().await;
    let order = bought(polar(&shop), demo::RETOPO_TOOLKIT, NEW);
    let browser = Browser::signed_in(&shop, order.customer_id, Proof::Mailbox).await;

    let keys = browser.get("/api/customer/license-keys").await;
    let [key] = items(&keys.body) else { panic!("one key: {keys:?}") };

    let said = ["status", "usage", "limitUsage", "limitActivations", "expiresAt"].map(|name| &key[name]);
    assert_eq!(said, [&json!("granted"), &json!(0), &Value::Null, &json!(3), &Value::Null]);
    let bought_with = ["orderId", "productId", "productName"].map(|name| &key[name]);
    assert_eq!(bought_with, [&json!(order.order_id), &json!(demo::RETOPO_TOOLKIT), &json!("Retopo Toolkit")]);
    assert!(key["name"].is_string());
    let (whole, hidden) = (key["key"].as_str().unwrap(), key["displayKey"].as_str().unwrap());
    assert!(hidden.starts_with("****-") && whole.ends_with(&hidden[5..]), "{hidden}");
}

#[tokio::test]
async fn a_session_of_one_order_sees_the_keys_of_that_order_only() {
    let shop = open_shop().await;
    let [first, second] = [(); 2].map(|()| bought(polar(&shop), demo::RETOPO_TOOLKIT, NEW));
    let other = bought(polar(&shop), demo::SKY_SAMPLER, NEW);
    let keys = async |scope| {
        let browser = Browser::signed_in(&shop, first.customer_id, scope).await;
        let keys = browser.get("/api/customer/license-keys").await;
        items(&keys.body).iter().map(|key| key["orderId"].clone()).collect::<Vec<_>>()
    };

    for order in [&first, &second] {
        assert_eq!(keys(Proof::Checkout(order.checkout_id)).await, [json!(order.order_id)]);
    }
    assert!(keys(Proof::Checkout(other.checkout_id)).await.is_empty());
    assert_eq!(keys(Proof::Mailbox).await.len(), 2);
}

#[tokio::test]
async fn a_key_that_was_taken_back_is_shown_to_the_account_as_revoked() {
    let shop = open_shop().await;
    let order = bought(polar(&shop), demo::RETOPO_TOOLKIT, NEW);
    assert!(polar(&shop).refund(order.order_id, true));
    let browser = Browser::signed_in(&shop, order.customer_id, Proof::Mailbox).await;

    let keys = browser.get("/api/customer/license-keys").await;

    let [key] = items(&keys.body) else { panic!("one key: {keys:?}") };
    let said = ["status", "orderId", "productName"].map(|name| &key[name]);
    assert_eq!(said, [&json!("revoked"), &Value::Null, &json!("Retopo Toolkit")], "Polar no longer says the order");
}

#[tokio::test]
async fn the_portal_is_opened_anew_each_time() {
    let shop = open_shop().await;
    let browser = Browser::signed_in(&shop, demo::ADA, Proof::Mailbox).await;

    let [first, second] = [
        browser.post("/api/customer/portal", &json!({})).await,
        browser.post("/api/customer/portal", &json!({})).await,
    ];

    for portal in [&first, &second] {
        assert_eq!((portal.status, portal.header("cache-control")), (200, Some("no-store")));
        assert!(portal.body["url"].as_str().is_some_and(|url| url.starts_with("http")), "{portal:?}");
    }
    assert_ne!(first.body["url"], second.body["url"]);

    polar(&shop).delete_customer(demo::ADA);
    assert_eq!(browser.post("/api/customer/portal", &json!({})).await.refusal(), (401, "unauthenticated"));
    let library = browser.get("/api/customer/downloadable-products").await;
    assert_eq!(library.refusal(), (401, "unauthenticated"), "nothing is left to see");
}
