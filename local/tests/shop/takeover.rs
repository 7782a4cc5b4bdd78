//! Attempts to get at what somebody else has bought.

use std::collections::BTreeSet;

use crate::support::{Browser, CARD_THAT_PAYS, open_shop, open_shop_with, polar};
use aws_sdk_dynamodb::types::AttributeValue;
use polar_storefront::LocalShop;
use reqwest::Method;
use serde_json::{Value, json};
use store::{BrowserKey, Checkouts, NewCheckout, Proof};

#[tokio::test]
async fn a_checkout_is_claimed_once_under_fifty_parallel_claims() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    let checkout = browser.begin(demo::POLYGON_PRIMER).await;
    browser.pay(&checkout, "new@recordings-mail.net", None).await;
    polar(&shop).settle().await;

    let claims = futures_util::future::join_all((0..50).map(|_| browser.claim(&checkout))).await;
    // The others wait while the first answer is under way to the same browser; one that comes later gets the same session again.
    assert!(claims.iter().all(|claim| matches!(claim.status, 201 | 202)), "{claims:?}");
    assert!(claims.iter().any(|claim| claim.status == 201));
    let sessions = shop.dynamodb.client().scan().table_name("sessions").send().await.expect("the table");
    assert_eq!(sessions.count(), 1);
}

#[tokio::test]
async fn a_second_claim_of_the_same_browser_has_the_same_session() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    let checkout = browser.buy(&shop, demo::POLYGON_PRIMER, "new@recordings-mail.net").await;
    let session = browser.cookie("__Host-session");

    assert_eq!(browser.claim(&checkout).await.status, 201);
    assert_eq!(browser.cookie("__Host-session"), session);
}

/// As if the claim had been answered so long ago that the answer can no longer be under way.
async fn let_the_answer_get_lost(shop: &LocalShop, checkout: &str) {
    let before = AttributeValue::N((jiff::Timestamp::now().as_millisecond() - 2_000).to_string());
    let update = shop.dynamodb.client().update_item().table_name("checkouts");
    let update = update.key("id", AttributeValue::S(format!("checkout#{checkout}")));
    let update = update.update_expression("SET claimed_at = :before").expression_attribute_values(":before", before);
    update.send().await.expect("the checkout");
}

#[tokio::test]
async fn a_claim_whose_answer_was_lost_is_not_a_lost_purchase() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    let checkout = browser.begin(demo::POLYGON_PRIMER).await;
    browser.pay(&checkout, "new@recordings-mail.net", None).await;
    polar(&shop).settle().await;
    let lost = browser.twin();
    assert_eq!(lost.claim(&checkout).await.status, 201);

    assert_eq!(browser.claim(&checkout).await.status, 202, "the answer may be under way");
    let_the_answer_get_lost(&shop, &checkout).await;
    assert_eq!(browser.claim(&checkout).await.status, 201);
    assert_eq!(browser.library().await.len(), 1);
    assert_eq!(lost.scope().await, None, "the lost token has ended");
    let thief = Browser::at(&shop);
    thief.begin(demo::SKY_SAMPLER).await;
    assert_eq!(thief.claim(&checkout).await.refusal(), (404, "not_found"));
}

#[tokio::test]
async fn a_claim_is_not_answered_again_to_who_has_signed_out_nor_after_the_window() {
    let shop = open_shop_with([("CLAIM_WINDOW_SECONDS", "60")]).await;
    let browser = Browser::at(&shop);
    let checkout = browser.buy(&shop, demo::POLYGON_PRIMER, "new@recordings-mail.net").await;
    let_the_answer_get_lost(&shop, &checkout).await;
    let forgetful = browser.twin();
    forgetful.set_cookie("__Host-session", "");
    let update = shop.dynamodb.client().update_item().table_name("checkouts");
    let update = update.key("id", AttributeValue::S(format!("checkout#{checkout}")));
    let over = AttributeValue::N(jiff::Timestamp::now().as_millisecond().to_string());
    let update = update.update_expression("SET repeatable_until = :over").expression_attribute_values(":over", over);
    update.send().await.expect("the checkout");
    assert_eq!(forgetful.claim(&checkout).await.refusal(), (409, "already_claimed"), "after the window");

    let other = Browser::at(&shop);
    let checkout = other.buy(&shop, demo::POLYGON_PRIMER, "new@recordings-mail.net").await;
    let_the_answer_get_lost(&shop, &checkout).await;
    assert_eq!(other.delete("/api/session").await.status, 204);
    assert_eq!(other.claim(&checkout).await.refusal(), (409, "already_claimed"), "signed out");
}

#[tokio::test]
async fn a_guests_second_purchase_keeps_the_first() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    browser.buy(&shop, demo::POLYGON_PRIMER, "new@recordings-mail.net").await;
    browser.buy(&shop, demo::SKY_SAMPLER, "new@recordings-mail.net").await;
    let products = async || {
        let library = browser.library().await;
        library.iter().map(|row| row["productId"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
    };
    let two = BTreeSet::from([demo::POLYGON_PRIMER.to_string(), demo::SKY_SAMPLER.to_string()]);
    assert_eq!(products().await, two);
    let download = browser.post("/api/customer/download", &json!({ "fileId": demo::PRIMER_PDF })).await;
    assert_eq!(download.status, 200, "{download:?}");
}

#[tokio::test]
async fn a_guest_who_types_another_address_keeps_what_was_bought_under_the_first() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    browser.buy(&shop, demo::POLYGON_PRIMER, "first@recordings-mail.net").await;
    browser.buy(&shop, demo::SKY_SAMPLER, "second@recordings-mail.net").await;

    assert_eq!(browser.library().await.len(), 2);
    for product in [demo::POLYGON_PRIMER, demo::SKY_SAMPLER] {
        let row = browser.post("/api/customer/download", &json!({ "productId": product })).await;
        assert!(matches!(row.status, 200 | 422), "{row:?}");
    }
    assert_eq!(browser.delete("/api/session").await.status, 204);
    assert_eq!(browser.scope().await, None);
}

#[tokio::test]
async fn the_key_of_a_browser_changes_at_sign_in_and_sign_out_and_old_checkouts_stay_claimable() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    let before_sign_in = browser.begin(demo::SKY_SAMPLER).await;
    let (first, thief) = (browser.cookie("__Host-browser"), browser.twin());
    browser.sign_in(&shop, demo::ADA_EMAIL).await;
    let second = browser.cookie("__Host-browser");
    assert_ne!(first, second);
    let checkout = browser.begin(demo::BRUSH_PACK).await;
    assert_eq!(browser.pay(&checkout, demo::ADA_EMAIL, CARD_THAT_PAYS).await, 200);
    polar(&shop).settle().await;
    assert_eq!(thief.claim(&checkout).await.refusal(), (404, "not_found"), "with the key of before");

    assert_eq!(browser.get(&format!("/api/checkout/{before_sign_in}")).await.body["status"], "open");
    assert_eq!(browser.claim(&checkout).await.status, 201);
    browser.delete("/api/session").await;
    assert_ne!(browser.cookie("__Host-browser"), second);
}

#[tokio::test]
async fn two_first_tabs_at_once_can_both_claim() {
    let shop = open_shop().await;
    let (tab, other_tab) = (Browser::at(&shop), Browser::at(&shop));
    let (one, two) = (tab.begin(demo::SKY_SAMPLER).await, other_tab.begin(demo::POLYGON_PRIMER).await);
    // Both answers come to the same browser, one after the other.
    let browser = tab.twin();
    browser.take_cookies_of(&other_tab);

    for checkout in [one, two] {
        assert_eq!(browser.pay(&checkout, "new@recordings-mail.net", None).await, 200);
        polar(&shop).settle().await;
        assert_eq!(browser.claim(&checkout).await.status, 201);
    }
    assert_eq!(browser.library().await.len(), 2);
}

#[tokio::test]
async fn a_key_in_the_body_is_refused_where_the_shop_takes_cookies_only() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    let checkout = browser.begin(demo::SKY_SAMPLER).await;
    let key = browser.cookie("__Host-browser").expect("a key");
    let stranger = Browser::at(&shop);
    for (path, body) in [
        ("/api/session", json!({ "checkoutId": checkout, "browserKey": key })),
        ("/api/login", json!({ "email": demo::ADA_EMAIL, "browserKey": key })),
        ("/api/login/verify", json!({ "code": "K7QF-2M9X", "browserKey": key })),
    ] {
        let refused = stranger.post(path, &body).await;
        assert_eq!((refused.refusal(), &refused.body["errors"][0]["field"]), ((422, "rejected"), &json!("browserKey")));
    }
}

#[tokio::test]
async fn a_script_never_learns_what_a_cookie_holds() {
    let shop = open_shop_with([("ALLOW_BEARER", "true")]).await;
    let browser = Browser::at(&shop);
    let checkout = browser.buy(&shop, demo::SKY_SAMPLER, "new@recordings-mail.net").await;
    let in_cookies = [browser.cookie("__Host-browser").unwrap(), browser.cookie("__Host-session").unwrap()];
    for (path, body) in [
        ("/api/checkout", json!({ "products": [demo::SKY_SAMPLER], "transport": "bearer" })),
        ("/api/login", json!({ "email": demo::ADA_EMAIL, "transport": "bearer" })),
        ("/api/session", json!({ "checkoutId": checkout, "transport": "bearer" })),
    ] {
        let answer = browser.post(path, &body).await.body.to_string();
        assert!(in_cookies.iter().all(|secret| !answer.contains(secret)), "{path} {answer}");
    }
}

#[tokio::test]
async fn another_scheme_of_authorization_signs_nobody_out() {
    for allow_bearer in ["true", "false"] {
        let shop = open_shop_with([("ALLOW_BEARER", allow_bearer)]).await;
        let browser = Browser::signed_in(&shop, demo::ADA, Proof::Mailbox).await;
        let session = browser.get_with("/api/session", &[("authorization", "Basic dXNlcjpwYXNz")]).await;
        assert_eq!(session.body["active"], true);
    }
}

#[tokio::test]
async fn an_address_goes_to_polar_as_it_was_checked() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    let origin = shop.url.clone();
    let wanted = json!({ "products": [demo::SKY_SAMPLER], "successUrl": format!("{origin}\\@evil.example\r\n/x") });
    assert_eq!(browser.post("/api/checkout", &wanted).await.status, 201);
    let sent = polar(&shop).requests().into_iter().rfind(|it| it.line() == "POST /v1/checkouts/").expect("a checkout");
    assert_eq!(sent.json()["success_url"], format!("{origin}/@evil.example/x"));
    let with_password = json!({ "products": [demo::SKY_SAMPLER], "successUrl": origin.replace("://", "://a:b@") });
    assert_eq!(browser.post("/api/checkout", &with_password).await.refusal(), (422, "rejected"));
}

#[tokio::test]
async fn a_stolen_checkout_id_is_worth_nothing_in_another_browser() {
    let shop = open_shop().await;
    let (buyer, thief) = (Browser::at(&shop), Browser::at(&shop));
    let checkout = buyer.begin(demo::POLYGON_PRIMER).await;
    buyer.pay(&checkout, "new@recordings-mail.net", None).await;
    polar(&shop).settle().await;

    assert_eq!(thief.claim(&checkout).await.refusal(), (401, "unauthenticated"), "without a key");
    thief.begin(demo::SKY_SAMPLER).await;
    assert_eq!(thief.claim(&checkout).await.refusal(), (404, "not_found"), "with a key of its own");
    assert_eq!(thief.get(&format!("/api/checkout/{checkout}")).await.refusal(), (404, "not_found"));
    assert_eq!(buyer.claim(&checkout).await.status, 201, "the buyer is not locked out by the attempts");
}

#[tokio::test]
async fn buying_with_a_customers_address_does_not_open_the_customers_library() {
    let shop = open_shop().await;
    let thief = Browser::at(&shop);
    // Ada has bought the forest before; see the demo shop.
    thief.buy(&shop, demo::SKY_SAMPLER, demo::ADA_EMAIL).await;

    let session = thief.get("/api/session").await;
    assert_eq!((&session.body["scope"], &session.body["customer"]["id"]), (&json!("order"), &json!(demo::ADA)));
    let library = thief.library().await;
    let products: Vec<_> = library.iter().map(|row| row["productId"].clone()).collect();
    assert_eq!(products, [json!(demo::SKY_SAMPLER)]);
    let refused = thief.post("/api/customer/download", &json!({ "fileId": demo::PRIMER_PDF })).await;
    assert_eq!(refused.refusal(), (403, "order_scope"));
}

#[tokio::test]
async fn a_session_that_was_ended_opens_nothing_on_the_next_request() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    browser.buy(&shop, demo::SKY_SAMPLER, "new@recordings-mail.net").await;
    let token = browser.cookie("__Host-session").expect("a session");

    let ended = browser.delete("/api/session").await;
    assert_eq!((ended.status, ended.header("clear-site-data")), (204, Some("\"cache\", \"storage\"")));
    browser.set_cookie("__Host-session", &token);
    assert_eq!(browser.get("/api/session").await.body, json!({ "active": false }));
    assert_eq!(browser.get("/api/customer/downloadable-products").await.refusal(), (401, "unauthenticated"));
}

#[tokio::test]
async fn another_site_cannot_act_with_the_buyers_cookie() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    browser.buy(&shop, demo::SKY_SAMPLER, "new@recordings-mail.net").await;
    let download = || Some(json!({ "productId": demo::SKY_SAMPLER }).to_string());

    for origin in ["https://evil.test", "null", ""] {
        let headers = [("content-type", "application/json"), ("origin", origin)];
        let refused = browser.send(Method::POST, "/api/customer/download", download(), &headers).await;
        assert_eq!(refused.refusal(), (403, "origin_not_allowed"), "origin {origin:?}");
    }
    let path = format!("/api/customer/download/{}", demo::SKY_ARCHIVE);
    let refused = browser.get_with(&path, &[("sec-fetch-site", "cross-site")]).await;
    assert_eq!(refused.refusal(), (403, "origin_not_allowed"), "a link that takes a download");
    assert_eq!(browser.library().await[0]["downloadUsed"], 0);
}

#[tokio::test]
async fn a_bearer_is_worth_nothing_where_the_shop_does_not_allow_it() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    browser.buy(&shop, demo::SKY_SAMPLER, "new@recordings-mail.net").await;
    let token = browser.cookie("__Host-session").expect("a session");

    let stranger = Browser::at(&shop);
    let bearer = format!("Bearer {token}");
    let session = stranger.get_with("/api/session", &[("authorization", &bearer)]).await;
    assert_eq!(session.body, json!({ "active": false }));
    let wanted = json!({ "products": [demo::SKY_SAMPLER], "transport": "bearer" });
    assert_eq!(stranger.post("/api/checkout", &wanted).await.refusal(), (422, "rejected"));
}

#[tokio::test]
async fn no_other_site_can_change_anything_with_the_buyers_cookies() {
    let shop = open_shop().await;
    let browser = Browser::signed_in(&shop, demo::ADA, Proof::Mailbox).await;
    browser.begin(demo::SKY_SAMPLER).await;
    for (method, path) in [
        (Method::POST, "/api/checkout"),
        (Method::POST, "/api/session"),
        (Method::DELETE, "/api/session"),
        (Method::DELETE, "/api/sessions"),
        (Method::DELETE, "/api/sessions/0000000000000000"),
        (Method::POST, "/api/login"),
        (Method::POST, "/api/login/verify"),
    ] {
        for (origin, site) in [("https://evil.test", "cross-site"), ("null", ""), ("", "same-site"), ("", "")] {
            let headers = [("content-type", "application/json"), ("origin", origin), ("sec-fetch-site", site)];
            let refused = browser.send(method.clone(), path, Some("{}".to_owned()), &headers).await;
            assert_eq!(refused.refusal(), (403, "origin_not_allowed"), "{method} {path} from {origin:?}, {site:?}");
        }
    }
    assert_eq!(browser.scope().await.as_deref(), Some("account"));
}

#[tokio::test]
async fn a_session_that_was_planted_in_a_browser_ends_when_its_owner_signs_in() {
    let shop = open_shop().await;
    let attacker = Browser::signed_in(&shop, demo::GRACE, Proof::Mailbox).await;
    let planted = attacker.cookie("__Host-session").expect("a session");

    let victim = Browser::at(&shop);
    victim.set_cookie("__Host-session", &planted);
    victim.sign_in(&shop, demo::ADA_EMAIL).await;

    assert_ne!(victim.cookie("__Host-session"), Some(planted));
    assert_eq!(victim.get("/api/session").await.body["customer"]["id"], json!(demo::ADA));
    assert_eq!(attacker.scope().await, None, "the planted session has ended");
}

#[tokio::test]
async fn a_session_that_was_planted_in_a_browser_ends_with_a_claim() {
    let shop = open_shop().await;
    let attacker = Browser::signed_in(&shop, demo::GRACE, Proof::Checkout(demo::ADA)).await;
    let planted = attacker.cookie("__Host-session").expect("a session");

    let victim = Browser::at(&shop);
    victim.set_cookie("__Host-session", &planted);
    victim.buy(&shop, demo::SKY_SAMPLER, "new@recordings-mail.net").await;

    assert_ne!(victim.cookie("__Host-session"), Some(planted));
    assert_eq!(attacker.scope().await, None);
}

#[tokio::test]
async fn a_code_is_worth_nothing_in_another_browser() {
    let shop = open_shop().await;
    let (victim, thief) = (Browser::at(&shop), Browser::at(&shop));
    let code = victim.ask_for_code(&shop, demo::ADA_EMAIL).await;

    assert_eq!(thief.type_code(&code).await.refusal(), (401, "unauthenticated"), "without a key");
    thief.ask_for_code(&shop, demo::GRACE_EMAIL).await;
    assert_eq!(thief.type_code(&code).await.refusal(), (403, "login_code_invalid"), "with a key of its own");
    assert_eq!(victim.type_code(&code).await.status, 201, "the victim is not locked out by the attempts");
}

#[tokio::test]
async fn a_replayed_code_opens_nothing() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    let code = browser.ask_for_code(&shop, demo::ADA_EMAIL).await;
    assert_eq!(browser.type_code(&code).await.status, 201);
    let session = browser.cookie("__Host-session");

    assert_eq!(browser.twin().type_code(&code).await.refusal(), (403, "login_code_invalid"));
    assert_eq!(browser.cookie("__Host-session"), session);
    assert_eq!(browser.scope().await.as_deref(), Some("account"), "the session that it opened lives on");
}

#[tokio::test]
async fn a_bearer_is_not_handed_out_at_sign_in_where_the_shop_does_not_allow_it() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    let code = browser.ask_for_code(&shop, demo::ADA_EMAIL).await;

    let wanted = json!({ "email": demo::ADA_EMAIL, "transport": "bearer" });
    let refused = browser.post("/api/login", &wanted).await;
    assert_eq!((refused.refusal(), &refused.body["errors"][0]["field"]), ((422, "rejected"), &json!("transport")));
    let wanted = json!({ "code": code, "transport": "bearer" });
    assert_eq!(browser.post("/api/login/verify", &wanted).await.refusal(), (422, "rejected"));
    assert_eq!(browser.type_code(&code).await.status, 201, "that cost no try");
}

#[tokio::test]
async fn a_page_on_another_site_can_hold_key_and_session_itself_where_the_shop_allows_it() {
    let shop = open_shop_with([("ALLOW_BEARER", "true")]).await;
    let page = Browser::at(&shop);
    let wanted = json!({ "products": [demo::SKY_SAMPLER], "transport": "bearer" });
    let begun = page.post("/api/checkout", &wanted).await;
    assert_eq!((begun.status, page.cookie("__Host-browser")), (201, None));
    let (checkout, key) = (begun.body["checkoutId"].as_str().unwrap(), begun.body["browserKey"].as_str().unwrap());
    let status = page.get_with(&format!("/api/checkout/{checkout}"), &[("browser-key", key)]).await;
    assert_eq!(status.body["status"], "open");

    let (polar_url, secret) = begun.body["url"].as_str().unwrap().split_once("/checkout/").unwrap();
    let confirm = format!("{polar_url}/v1/checkouts/client/{secret}/confirm");
    let details = json!({ "customer_email": "new@recordings-mail.net" }).to_string();
    let request = startup::http_client().post(confirm).header("content-type", "application/json").body(details);
    assert_eq!(request.send().await.unwrap().status(), 200);
    polar(&shop).settle().await;

    let claim = json!({ "checkoutId": checkout, "browserKey": key, "transport": "bearer" });
    let told = async {
        while page.get_with(&format!("/api/checkout/{checkout}"), &[("browser-key", key)]).await.body["status"]
            != "succeeded"
        {}
    };
    tokio::time::timeout(std::time::Duration::from_mins(1), told).await.expect("word of the payment");
    let claimed = page.post("/api/session", &claim).await;
    assert_eq!((claimed.status, page.cookie("__Host-session")), (201, None));
    let bearer = format!("Bearer {}", claimed.body["token"].as_str().unwrap());
    let library = page.get_with("/api/customer/downloadable-products", &[("authorization", &bearer)]).await;
    assert_eq!(library.body["items"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_claim_comes_too_late_when_the_window_is_over() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    // Ada paid for this one months ago; see the demo shop.
    let checkouts = format!("{}/checkouts/?customer_id={}", polar(&shop).api_url(), demo::ADA);
    let request = startup::http_client().get(checkouts).bearer_auth(polar(&shop).access_token());
    let checkouts: Value = serde_json::from_slice(&request.send().await.unwrap().bytes().await.unwrap()).unwrap();
    let checkout = checkouts["items"][0]["id"].as_str().expect("an old checkout");
    let key = BrowserKey::generate();
    let table = Checkouts::new(shop.dynamodb.client(), "checkouts");
    let begun = NewCheckout { id: checkout.parse().unwrap(), browser_key: &key };
    table.create(&begun, jiff::Timestamp::now()).await.unwrap();
    browser.set_cookie("__Host-browser", &key.expose());

    assert_eq!(browser.claim(checkout).await.refusal(), (410, "claim_window_over"));
}

#[tokio::test]
async fn a_page_cannot_choose_where_buyers_are_sent() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    for field in ["successUrl", "returnUrl", "embedOrigin"] {
        for url in ["https://evil.test/", "javascript:alert(1)", "//evil.test", "/thanks"] {
            let wanted = json!({ "products": [demo::SKY_SAMPLER], field: url });
            let refused = browser.post("/api/checkout", &wanted).await;
            assert_eq!(refused.refusal(), (422, "rejected"), "{field} {url}");
            assert_eq!(refused.body["errors"][0]["field"], field);
        }
    }
}

#[tokio::test]
async fn a_page_cannot_say_who_the_customer_is_or_what_it_costs() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    for field in ["customerId", "externalCustomerId", "prices", "customerIpAddress"] {
        let refused =
            browser.post("/api/checkout", &json!({ "products": [demo::SKY_SAMPLER], field: demo::ADA })).await;
        assert_eq!(refused.refusal(), (400, "invalid_request"), "{field}");
    }
    let discount = json!({ "products": [demo::SKY_SAMPLER], "discountId": demo::GIFT_DISCOUNT });
    assert_eq!(browser.post("/api/checkout", &discount).await.body["errors"][0]["field"], "discountId");
    let metadata = json!({ "products": [demo::SKY_SAMPLER], "metadata": { "note": "x" } });
    assert_eq!(browser.post("/api/checkout", &metadata).await.body["errors"][0]["field"], "metadata.note");
}
