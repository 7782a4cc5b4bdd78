//! Signing in by a code from the mailbox.

use std::{collections::BTreeSet, time::Duration};

use crate::support::{Answer, Browser, code_in_mail, open_shop, open_shop_with};
use jiff::Timestamp;
use polar_storefront::LocalShop;
use serde_json::{Value, json};
use store::{BrowserKey, Limits, LoginCode, LoginRequest, Logins, NewLogin, Proof};
use uuid::Uuid;

#[tokio::test]
async fn a_buyer_signs_in_on_another_device_and_sees_everything() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    // As somebody types it on a phone.
    let code = browser.ask_for_code(&shop, " ADA@Recordings-Mail.net ").await;
    let mail = &shop.outbox.list()[0].mail;
    assert_eq!(mail.to, demo::ADA_EMAIL, "to the mailbox that Polar knows, not to one that somebody typed");

    let signed_in = browser.type_code(&code.to_lowercase().replace('-', " ")).await;
    assert_eq!((signed_in.status, &signed_in.body["scope"]), (201, &json!("account")));
    assert_eq!(signed_in.body["customer"]["id"], json!(demo::ADA));
    assert_eq!(signed_in.body.get("token"), None, "it is in a cookie");

    let products: BTreeSet<_> =
        browser.library().await.iter().map(|row| row["productId"].as_str().unwrap().to_owned()).collect();
    assert_eq!(products, [demo::FOREST_PACK, demo::POLYGON_PRIMER].map(|id| id.to_string()).into());
    let orders = browser.get("/api/customer/orders").await;
    assert_eq!((orders.status, orders.body["items"].as_array().map(Vec::len)), (200, Some(2)));
}

#[tokio::test]
async fn a_page_on_another_site_signs_in_where_the_shop_allows_it() {
    let shop = open_shop_with([("ALLOW_BEARER", "true")]).await;
    let page = Browser::at(&shop);
    let begun = page.post("/api/login", &json!({ "email": demo::ADA_EMAIL, "transport": "bearer" })).await;
    assert_eq!((begun.status, page.cookie("__Host-browser")), (202, None));
    let code = code_in_mail(&shop, 0).await;

    let typed = json!({ "code": code, "browserKey": begun.body["browserKey"], "transport": "bearer" });
    let signed_in = page.post("/api/login/verify", &typed).await;
    assert_eq!((signed_in.status, page.cookie("__Host-session")), (201, None));
    let bearer = format!("Bearer {}", signed_in.body["token"].as_str().expect("a token"));
    let session = page.get_with("/api/session", &[("authorization", &bearer)]).await;
    assert_eq!(session.body["scope"], "account");

    // A redirect would take the token to the store of the files.
    let path = format!("/api/customer/download/{}", demo::PRIMER_PDF);
    let link = page.get_with(&path, &[("authorization", &bearer)]).await;
    assert_eq!((link.status, link.header("location")), (200, None));
    assert!(link.body["downloadUrl"].is_string(), "{link:?}");
}

/// A browser that has asked for as many codes as a browser may, whichever quarter of an hour the test is in.
async fn eager_browser(shop: &LocalShop) -> Browser {
    let (browser, browser_key) = (Browser::at(shop), BrowserKey::generate());
    browser.set_cookie("__Host-browser", &browser_key.expose());
    let limits = Limits::new(shop.dynamodb.client(), "limits");
    let request = LoginRequest { browser_key: &browser_key, ip: None, email: &browser_key.expose() };
    for at in [Timestamp::now(), Timestamp::now() + Duration::from_mins(15)] {
        for _ in 0..5 {
            limits.admit(&request, at).await.expect("an answer");
        }
    }
    browser
}

/// What an answer tells, without what is different in every answer: times with their length, and random names.
fn told(answer: &Answer) -> (u16, BTreeSet<String>, Value) {
    let headers = answer.headers.iter().map(|(name, value)| match name.as_str() {
        "content-length" | "date" | "retry-after" | "set-cookie" => name.to_string(),
        _ => format!("{name}: {value:?}"),
    });
    let mut body = answer.body.clone();
    for member in ["expiresAt", "requestId"] {
        body.get_mut(member).into_iter().for_each(|value| *value = json!("…"));
    }
    (answer.status, headers.collect(), body)
}

#[tokio::test]
async fn known_and_unknown_addresses_are_answered_alike() {
    let shop = open_shop().await;
    let answers = async |email: &str| {
        let (browser, eager, wanted) = (Browser::at(&shop), eager_browser(&shop).await, json!({ "email": email }));
        let first = browser.post("/api/login", &wanted).await;
        let again = browser.post("/api/login", &wanted).await;
        let wrong_code = browser.type_code("WR0N-GC0D").await;
        let too_many = eager.post("/api/login", &wanted).await;
        [first, again, wrong_code, too_many].map(|answer| told(&answer))
    };

    let (known, unknown) = (answers(demo::ADA_EMAIL).await, answers("nobody@recordings-mail.net").await);
    assert_eq!(known.each_ref().map(|(status, ..)| *status), [202, 202, 403, 429]);
    assert_eq!(known, unknown);
}

#[tokio::test]
async fn each_request_that_cannot_be_served_says_why() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    for (body, refusal, field) in [
        (json!({}), (400, "invalid_request"), Value::Null),
        (json!({ "email": "ada" }), (422, "rejected"), json!("email")),
        (json!({ "email": demo::ADA_EMAIL, "code": "x" }), (400, "invalid_request"), json!("code")),
    ] {
        let refused = browser.post("/api/login", &body).await;
        assert_eq!(refused.refusal(), refusal, "{body}");
        assert!(field.is_null() || refused.body["errors"][0]["field"] == field, "{:?}", refused.body);
    }
    assert_eq!(browser.type_code("WR0N-GC0D").await.refusal(), (401, "unauthenticated"), "no key yet");
    browser.post("/api/login", &json!({ "email": demo::ADA_EMAIL })).await;
    for code in ["WR0N-GC0D", "hello", "", "K7QF-2M9X-K7QF-2M9X"] {
        assert_eq!(browser.type_code(code).await.refusal(), (403, "login_code_invalid"), "{code:?}");
    }
    assert_eq!(browser.get("/api/login/verify?code=WR0N-GC0D").await.refusal(), (405, "method_not_allowed"));
}

#[tokio::test]
async fn a_browser_that_asks_too_often_is_told_when_to_come_back() {
    let shop = open_shop().await;
    let refused = eager_browser(&shop).await.post("/api/login", &json!({ "email": demo::ADA_EMAIL })).await;

    assert_eq!(refused.refusal(), (429, "rate_limited"));
    let wait: u32 = refused.header("retry-after").expect("Retry-After").parse().expect("seconds");
    assert!((1..=900).contains(&wait), "{wait}");
    assert!(shop.outbox.list().is_empty());
}

#[tokio::test]
async fn fifty_parallel_verifications_open_one_session() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    let code = browser.ask_for_code(&shop, demo::ADA_EMAIL).await;

    let answers = futures_util::future::join_all((0..50).map(|_| browser.type_code(&code))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.refusal() == (403, "login_code_invalid")).count(), 49);
}

#[tokio::test]
async fn the_sixth_try_is_refused_even_with_the_right_code() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    let code = browser.ask_for_code(&shop, demo::ADA_EMAIL).await;
    for _ in 0..5 {
        assert_eq!(browser.type_code("WR0N-GC0D").await.refusal(), (403, "login_code_invalid"));
    }
    assert_eq!(browser.type_code(&code).await.refusal(), (403, "login_code_invalid"));

    browser.sign_in(&shop, demo::ADA_EMAIL).await;
    assert_eq!(browser.scope().await.as_deref(), Some("account"), "a new code has tries of its own");
}

#[tokio::test]
async fn a_code_that_has_expired_opens_nothing_although_its_row_is_still_there() {
    let shop = open_shop().await;
    let (browser, browser_key) = (Browser::at(&shop), BrowserKey::generate());
    browser.set_cookie("__Host-browser", &browser_key.expose());
    let logins = Logins::new(shop.dynamodb.client(), "logins");
    let (code, expires_at) = (LoginCode::parse("K7QF-2M9X").unwrap(), Timestamp::now());
    let login = NewLogin { login_id: Uuid::new_v4(), code, expires_at };
    logins.create(&browser_key, &login).await.unwrap();
    let in_time = expires_at - Duration::from_mins(1);
    let hash = browser_key.hash();
    assert!(logins.set_customer(hash.as_str(), login.login_id, demo::ADA, in_time).await.unwrap());

    assert_eq!(browser.type_code("K7QF-2M9X").await.refusal(), (403, "login_code_invalid"));
}

#[tokio::test]
async fn signing_in_replaces_the_session_that_the_browser_had() {
    let shop = open_shop().await;
    let browser = Browser::signed_in(&shop, demo::ADA, Proof::Checkout(Uuid::from_u128(1))).await;
    let before = browser.twin();
    browser.sign_in(&shop, demo::ADA_EMAIL).await;

    assert_eq!(before.scope().await, None);
    let devices = browser.get("/api/sessions").await;
    assert_eq!(devices.body["items"].as_array().map(Vec::len), Some(1), "{:?}", devices.body);
}
