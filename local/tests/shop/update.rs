//! Changing a checkout before it is paid, on the shop's own page.

use crate::support::{Answer, Browser, open_shop, polar};
use polar_standin::Fault;
use reqwest::Method;
use serde_json::{Value, json};

async fn change(browser: &Browser, checkout: &str, changed: &Value) -> Answer {
    let headers = [("content-type", "application/json")];
    browser.send(Method::PATCH, &format!("/api/checkout/{checkout}"), Some(changed.to_string()), &headers).await
}

#[tokio::test]
async fn a_buyer_types_a_discount_code_and_an_address() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    let checkout = browser.begin(demo::FOREST_PACK).await;

    let discounted = change(&browser, &checkout, &json!({ "discountCode": demo::WELCOME_CODE })).await;
    assert_eq!((discounted.status, &discounted.body["discountAmount"]), (200, &json!(475)), "a quarter of 19.00");
    let changed = json!({
        "customerName": "Ada",
        "customerBillingName": "Ada Lovelace",
        "customerBillingAddress": { "country": "DE", "city": "Berlin" },
    });
    let addressed = change(&browser, &checkout, &changed).await;
    assert_eq!((addressed.status, &addressed.body["discountAmount"]), (200, &json!(475)), "what is left out stays");
    assert!(addressed.body["taxAmount"].is_number(), "the country is known: {:?}", addressed.body);
    assert_eq!(browser.get(&format!("/api/checkout/{checkout}")).await.body, addressed.body);
}

#[tokio::test]
async fn a_buyer_chooses_among_the_products_that_were_offered_and_no_others() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    let offered = json!({ "products": [demo::FOREST_PACK, demo::BRUSH_PACK] });
    let begun = browser.post("/api/checkout", &offered).await;
    let checkout = begun.body["checkoutId"].as_str().expect("a checkout");

    let changed = change(&browser, checkout, &json!({ "productId": demo::BRUSH_PACK })).await;
    assert_eq!((changed.status, &changed.body["product"]["id"]), (200, &json!(demo::BRUSH_PACK)));
    for product in [demo::TYPEFACE, demo::ARCHIVED_PACK, demo::PRIVATE_COMMISSION] {
        let refused = change(&browser, checkout, &json!({ "productId": product })).await;
        assert_eq!((refused.refusal(), &refused.body["errors"][0]["field"]), ((422, "rejected"), &json!("productId")));
    }
}

#[tokio::test]
async fn what_cannot_be_changed_is_refused_with_the_field_to_blame() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    let checkout = browser.begin(demo::FOREST_PACK).await;
    for (changed, refusal, field) in [
        (json!({ "discountCode": "NO-SUCH-CODE" }), (422, "rejected"), "discountCode"),
        (json!({ "customerBillingAddress": { "country": "Atlantis" } }), (422, "rejected"), "customerBillingAddress"),
        (json!({ "customerEmail": demo::ADA_EMAIL }), (400, "invalid_request"), "customerEmail"),
        (json!({ "customerId": demo::ADA }), (400, "invalid_request"), "customerId"),
        (json!({ "discountId": demo::GIFT_DISCOUNT }), (400, "invalid_request"), "discountId"),
    ] {
        let refused = change(&browser, &checkout, &changed).await;
        assert_eq!(refused.refusal(), refusal, "{changed}: {:?}", refused.body);
        let blamed = refused.body["errors"][0]["field"].as_str().unwrap_or_default();
        assert!(blamed.starts_with(field), "{blamed} for {field}");
    }
}

#[tokio::test]
async fn only_the_browser_that_began_a_checkout_changes_it() {
    let shop = open_shop().await;
    let (buyer, thief) = (Browser::at(&shop), Browser::at(&shop));
    let checkout = buyer.begin(demo::FOREST_PACK).await;
    let changed = json!({ "customerName": "Eve" });

    assert_eq!(change(&thief, &checkout, &changed).await.refusal(), (401, "unauthenticated"), "without a key");
    thief.begin(demo::SKY_SAMPLER).await;
    assert_eq!(change(&thief, &checkout, &changed).await.refusal(), (404, "not_found"), "with a key of its own");
}

#[tokio::test]
async fn a_paid_checkout_stays_as_it_is() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    let checkout = browser.buy(&shop, demo::SKY_SAMPLER, "new@recordings-mail.net").await;
    let changed = json!({ "customerName": "Ada" });
    assert_eq!(change(&browser, &checkout, &changed).await.refusal(), (409, "checkout_not_open"));

    let open = browser.begin(demo::FOREST_PACK).await;
    polar(&shop).fault(Fault::on("PATCH /v1/checkouts/client/*").status(503));
    assert_eq!(change(&browser, &open, &changed).await.refusal(), (503, "polar_unavailable"));
}
