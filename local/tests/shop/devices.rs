//! Where a buyer is signed in, and how that ends.

use std::time::Duration;

use crate::support::{Browser, open_shop, polar};
use jiff::Timestamp;
use polar_standin::Fault;
use polar_storefront::LocalShop;
use serde_json::json;
use store::{Lifetime, NewSession, Proof, Sessions};
use uuid::Uuid;

const ORDER: Proof = Proof::Checkout(Uuid::from_u128(1));

/// The devices that a browser is shown, by id, with whether it is the browser itself.
async fn devices(browser: &Browser) -> Vec<(String, bool)> {
    let devices = browser.get("/api/sessions").await;
    assert_eq!(devices.status, 200, "{devices:?}");
    let items = devices.body["items"].as_array().expect("items").iter();
    items.map(|item| (item["id"].as_str().unwrap().to_owned(), item["current"] == true)).collect()
}

#[tokio::test]
async fn a_buyer_sees_every_device_and_ends_one_of_them() {
    let shop = open_shop().await;
    let phone = Browser::signed_in(&shop, demo::ADA, Proof::Mailbox).await;
    let laptop = Browser::at(&shop);
    laptop.buy(&shop, demo::SKY_SAMPLER, demo::ADA_EMAIL).await;
    Browser::signed_in(&shop, demo::GRACE, Proof::Mailbox).await;

    let shown = phone.get("/api/sessions").await;
    let mut items = shown.body["items"].as_array().expect("items").clone();
    items.sort_by_key(|item| item["scope"].to_string());
    let facts: Vec<_> = items.iter().map(|item| json!([item["scope"], item["client"], item["current"]])).collect();
    assert_eq!(facts, [json!(["account", "Firefox on Linux", true]), json!(["order", "another program", false])]);
    for item in &items {
        for time in ["createdAt", "lastUsedAt", "expiresAt"] {
            assert!(item[time].as_str().is_some_and(|time| time.parse::<Timestamp>().is_ok()), "{time} of {item}");
        }
    }

    let ended = phone.delete(&format!("/api/sessions/{}", items[1]["id"].as_str().unwrap())).await;
    assert_eq!((ended.status, ended.header("clear-site-data")), (204, None), "this browser keeps what it has");
    assert_eq!(laptop.scope().await, None);
    assert_eq!(devices(&phone).await.len(), 1);
}

#[tokio::test]
async fn ending_ones_own_session_by_its_id_signs_this_browser_out() {
    let shop = open_shop().await;
    let browser = Browser::signed_in(&shop, demo::ADA, Proof::Mailbox).await;
    let (id, _) = devices(&browser).await.remove(0);

    let ended = browser.delete(&format!("/api/sessions/{id}")).await;
    assert_eq!((ended.status, ended.header("clear-site-data")), (204, Some("\"cache\", \"storage\"")));
    assert_eq!(browser.cookie("__Host-session"), None);
}

#[tokio::test]
async fn signing_out_everywhere_is_effective_on_the_very_next_request_of_every_device() {
    let shop = open_shop().await;
    let mut browsers = Vec::new();
    for scope in [Proof::Mailbox, Proof::Mailbox, ORDER] {
        browsers.push(Browser::signed_in(&shop, demo::ADA, scope).await);
    }
    let somebody_else = Browser::signed_in(&shop, demo::GRACE, Proof::Mailbox).await;
    let tokens: Vec<_> = browsers.iter().map(|browser| browser.cookie("__Host-session").expect("a session")).collect();

    let ended = browsers[0].delete("/api/sessions").await;
    assert_eq!((ended.status, ended.header("clear-site-data")), (204, Some("\"cache\", \"storage\"")));
    assert_eq!(browsers[0].cookie("__Host-session"), None);
    for (browser, token) in browsers.iter().zip(&tokens) {
        browser.set_cookie("__Host-session", token);
        let refused = browser.get("/api/customer/downloadable-products").await;
        assert_eq!(refused.refusal(), (401, "unauthenticated"));
    }
    assert_eq!(somebody_else.scope().await.as_deref(), Some("account"));
}

#[tokio::test]
async fn a_session_of_one_order_neither_sees_nor_ends_the_others() {
    let shop = open_shop().await;
    let owner = Browser::signed_in(&shop, demo::ADA, Proof::Mailbox).await;
    let (id, _) = devices(&owner).await.remove(0);
    // Bought with the owner's address, see the demo shop.
    let thief = Browser::at(&shop);
    thief.buy(&shop, demo::SKY_SAMPLER, demo::ADA_EMAIL).await;

    assert_eq!(thief.get("/api/sessions").await.refusal(), (403, "order_scope"));
    assert_eq!(thief.delete("/api/sessions").await.refusal(), (403, "order_scope"));
    assert_eq!(thief.delete(&format!("/api/sessions/{id}")).await.refusal(), (403, "order_scope"));
    assert_eq!(owner.scope().await.as_deref(), Some("account"));
}

#[tokio::test]
async fn nobody_ends_a_session_of_another_customer() {
    let shop = open_shop().await;
    let owner = Browser::signed_in(&shop, demo::ADA, Proof::Mailbox).await;
    let (id, _) = devices(&owner).await.remove(0);
    let stranger = Browser::signed_in(&shop, demo::GRACE, Proof::Mailbox).await;

    assert_eq!(stranger.delete(&format!("/api/sessions/{id}")).await.refusal(), (404, "not_found"));
    assert_eq!(owner.scope().await.as_deref(), Some("account"));
}

/// A browser whose session was opened some days ago and not used since.
async fn signed_in_days_ago(shop: &LocalShop, customer_id: Uuid, days: u32) -> Browser {
    let day = Duration::from_hours(24);
    let session = NewSession::open(customer_id, Proof::Mailbox, Lifetime { idle: 30 * day, absolute: 180 * day }, "");
    let sessions = Sessions::new(shop.dynamodb.client(), "sessions");
    sessions.create(&session, Timestamp::now() - days * day).await.expect("a session");
    let browser = Browser::at(shop);
    browser.set_cookie("__Host-session", &session.token.expose());
    browser
}

#[tokio::test]
async fn a_session_that_has_expired_opens_nothing_although_its_row_is_still_there() {
    let shop = open_shop().await;
    let browser = signed_in_days_ago(&shop, demo::ADA, 31).await;

    assert_eq!(browser.get("/api/session").await.body, json!({ "active": false }));
    assert_eq!(browser.delete("/api/session").await.refusal(), (401, "unauthenticated"));
}

#[tokio::test]
async fn a_session_is_extended_once_a_day_if_polar_still_knows_the_customer() {
    let shop = open_shop().await;
    let browser = signed_in_days_ago(&shop, demo::ADA, 2).await;
    for _ in 0..3 {
        assert_eq!(browser.scope().await.as_deref(), Some("account"));
    }
    let asked = polar(&shop).requests().into_iter().filter(|request| request.path.starts_with("/v1/customers/"));
    assert_eq!(asked.count(), 1);

    let gone = signed_in_days_ago(&shop, Uuid::from_u128(0xdead), 2).await;
    assert_eq!(gone.get("/api/session").await.body, json!({ "active": false }));
    assert_eq!(gone.get("/api/customer/downloadable-products").await.refusal(), (401, "unauthenticated"));
}

#[tokio::test]
async fn a_polar_that_does_not_answer_signs_nobody_out_and_extends_nothing() {
    let shop = open_shop().await;
    let browser = signed_in_days_ago(&shop, demo::ADA, 2).await;
    let expiry = async || {
        let session = browser.get("/api/session").await;
        session.body["expiresAt"].as_str().expect("a session").parse::<Timestamp>().expect("a time")
    };

    polar(&shop).fault(Fault::on("GET /v1/customers/*").status(503));
    let unextended = expiry().await;
    polar(&shop).clear_faults();
    assert!(expiry().await > unextended, "the next request asks again");
}
