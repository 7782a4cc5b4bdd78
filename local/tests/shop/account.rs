//! Buying while signed in to the whole account.

use crate::support::{Browser, CARD_THAT_PAYS, open_shop, polar};
use polar_storefront::LocalShop;
use serde_json::{Value, json};
use store::Proof;

/// A checkout as the merchant sees it at Polar.
async fn at_polar(shop: &LocalShop, checkout_id: &str) -> Value {
    let url = format!("{}/checkouts/{checkout_id}", polar(shop).api_url());
    let request = startup::http_client().get(url).bearer_auth(polar(shop).access_token());
    serde_json::from_slice(&request.send().await.unwrap().bytes().await.unwrap()).expect("a checkout")
}

/// Pays a checkout that knows its customer.
async fn pay(shop: &LocalShop, browser: &Browser, checkout_id: &str) {
    assert_eq!(browser.pay(checkout_id, "somebody-else@recordings-mail.net", CARD_THAT_PAYS).await, 200);
    polar(shop).settle().await;
}

#[tokio::test]
async fn a_checkout_of_a_signed_in_buyer_is_the_buyers_and_opens_the_account() {
    let shop = open_shop().await;
    let browser = Browser::signed_in(&shop, demo::ADA, Proof::Mailbox).await;
    let before = browser.twin();
    let wanted = json!({ "products": [demo::BRUSH_PACK], "customerEmail": "somebody-else@recordings-mail.net" });
    let begun = browser.post("/api/checkout", &wanted).await;
    let checkout_id = begun.body["checkoutId"].as_str().expect("a checkout");
    let checkout = at_polar(&shop, checkout_id).await;
    assert_eq!((&checkout["customer_id"], &checkout["customer_email"]), (&json!(demo::ADA), &json!(demo::ADA_EMAIL)));

    pay(&shop, &browser, checkout_id).await;
    let claimed = browser.claim(checkout_id).await;
    assert_eq!((claimed.status, &claimed.body["scope"]), (201, &json!("account")));
    assert_eq!(claimed.body["customer"]["id"], json!(demo::ADA));
    assert!(browser.library().await.iter().any(|row| row["productId"] == json!(demo::BRUSH_PACK)));
    assert_eq!(
        browser.cookie("__Host-session"),
        before.cookie("__Host-session"),
        "nothing was lost with a lost answer"
    );
    assert_eq!(browser.claim(checkout_id).await.body["scope"], "account", "a repeat");
}

#[tokio::test]
async fn a_page_that_has_lost_its_session_on_the_way_gets_the_order_only() {
    let shop = open_shop().await;
    let browser = Browser::signed_in(&shop, demo::ADA, Proof::Mailbox).await;
    let before = browser.twin();
    let checkout = browser.begin(demo::BRUSH_PACK).await;
    pay(&shop, &browser, &checkout).await;

    browser.set_cookie("__Host-session", "");
    assert_eq!(browser.claim(&checkout).await.body["scope"], "order", "the key of a browser opens no account");
    assert_eq!(before.scope().await.as_deref(), Some("account"), "and ends none");
}

#[tokio::test]
async fn no_purchase_prolongs_what_a_sign_in_has_proven() {
    let shop = open_shop().await;
    let browser = Browser::signed_in(&shop, demo::ADA, Proof::Mailbox).await;
    let end = browser.get("/api/session").await.body["absoluteExpiresAt"].clone();
    let checkout = browser.begin(demo::BRUSH_PACK).await;
    pay(&shop, &browser, &checkout).await;

    let claimed = browser.claim(&checkout).await.body;
    assert_eq!((&claimed["scope"], &claimed["absoluteExpiresAt"]), (&json!("account"), &end));
}

#[tokio::test]
async fn who_has_signed_out_before_the_claim_gets_the_order_only() {
    let shop = open_shop().await;
    for sign_out in ["/api/session", "/api/sessions"] {
        let browser = Browser::signed_in(&shop, demo::ADA, Proof::Mailbox).await;
        let checkout = browser.begin(demo::BRUSH_PACK).await;
        assert_eq!(browser.delete(sign_out).await.status, 204);
        pay(&shop, &browser, &checkout).await;

        assert_eq!(browser.claim(&checkout).await.body["scope"], "order", "after DELETE {sign_out}");
    }
}

#[tokio::test]
async fn who_signs_in_between_checkout_and_claim_keeps_the_account_and_gets_the_order() {
    let shop = open_shop().await;
    for (email, scope) in [(demo::ADA_EMAIL, "account"), (demo::GRACE_EMAIL, "order")] {
        let browser = Browser::at(&shop);
        let checkout = browser.begin(demo::SKY_SAMPLER).await;
        assert_eq!(browser.pay(&checkout, demo::ADA_EMAIL, None).await, 200);
        polar(&shop).settle().await;
        browser.sign_in(&shop, email).await;

        assert_eq!(browser.claim(&checkout).await.body["scope"], scope, "signed in as {email}");
        assert_eq!(browser.scope().await.as_deref(), Some("account"), "signed in as {email}");
    }
}

#[tokio::test]
async fn a_session_of_one_order_buys_in_nobodys_name() {
    let shop = open_shop().await;
    let thief = Browser::at(&shop);
    // Filed under the customer who has the address, see the demo shop.
    thief.buy(&shop, demo::SKY_SAMPLER, demo::ADA_EMAIL).await;
    let checkout = thief.begin(demo::BRUSH_PACK).await;

    assert_eq!(at_polar(&shop, &checkout).await["customer_id"], Value::Null);
    assert_eq!(thief.pay(&checkout, demo::ADA_EMAIL, CARD_THAT_PAYS).await, 200);
    polar(&shop).settle().await;
    assert_eq!(thief.claim(&checkout).await.body["scope"], "order");
}
