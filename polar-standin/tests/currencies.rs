//! Checkouts in a currency that the shop asks for.
//!
//! No recording has one. The rules are those of Polar's source (`server/polar/checkout/service.py`): the price in that
//! currency or none, and without a wish the organization's default.

#[allow(unreachable_pub, reason = "shared by several test programs")]
mod support;

use polar_standin::Standin;
use serde_json::{Value, json};
use support::{Answer, call, confirm, example, get, post, standin};

async fn begin(standin: &Standin, currency: Value) -> Answer {
    post(standin, "/v1/checkouts/", &json!({"products": [example::PLANNER], "currency": currency})).await
}

fn price(answer: &Answer) -> (&str, i64) {
    (answer.text_at("/currency"), answer.json["amount"].as_i64().unwrap_or_default())
}

#[tokio::test]
async fn the_price_in_the_currency_is_charged_and_given_back() {
    let standin = standin().await;
    let checkout = begin(&standin, json!("eur")).await;
    assert_eq!((checkout.status, price(&checkout)), (201, ("eur", 2_200)));
    assert_eq!(checkout.text_at("/product_price/price_currency"), "eur");
    assert_eq!(checkout.json["product_price_id"], checkout.json["product_price"]["id"]);

    let page = call("GET", checkout.text_at("/url"), "", None).await.text();
    for part in [r#"<span id="price">€22.00</span>"#, r#"<span aria-hidden="true">€</span>"#, r#""currency":"eur""#]
    {
        assert!(page.contains(part), "{part}");
    }

    let paying = json!({"customer_email": "euro@recordings-mail.net", "customer_billing_address": {"country": "FR"},
        "confirmation_token_id": "ctoken_1_ok"});
    assert_eq!(confirm(&standin, &checkout.json, &paying).await.status, 200);
    standin.settle().await;
    let orders = get(&standin, &format!("/v1/orders/?checkout_id={}", checkout.text_at("/id"))).await;
    let order = &orders.json["items"][0];
    assert_eq!((&order["currency"], &order["total_amount"]), (&json!("eur"), &json!(2_200)));
    assert_eq!(order["product_price"]["price_currency"], "eur");

    let refund = json!({"order_id": order["id"], "reason": "customer_request", "amount": 2_200});
    let refund = post(&standin, "/v1/refunds/", &refund).await;
    assert_eq!((refund.status, price(&refund)), (201, ("eur", 2_200)), "{}", refund.json);
}

#[tokio::test]
async fn a_checkout_without_a_currency_has_the_default_one() {
    let standin = standin().await;
    assert_eq!(price(&begin(&standin, Value::Null).await), ("usd", 2_400));
    assert_eq!(price(&begin(&standin, json!("usd")).await), ("usd", 2_400));
}

#[tokio::test]
async fn a_product_without_a_price_in_the_currency_is_refused_by_its_place() {
    let refused = begin(&standin().await, json!("gbp")).await;
    let flaw = json!({"type": "value_error", "loc": ["body", "products", 0],
        "msg": "Product is not available in the specified currency.", "input": example::PLANNER});
    assert_eq!(refused.status, 422);
    assert_eq!(refused.json, json!({"error": "PolarRequestValidationError", "detail": [flaw]}));
}

#[tokio::test]
async fn what_is_no_currency_of_polars_is_refused_by_its_field() {
    let standin = standin().await;
    for currency in [json!("EUR"), json!("eu"), json!("euro"), json!("xyz"), json!(""), json!(5)] {
        let refused = begin(&standin, currency.clone()).await;
        assert_eq!((refused.status, refused.text_at("/error")), (422, "RequestValidationError"), "{currency}");
        let first = &refused.json["detail"][0];
        assert_eq!(
            (&first["type"], &first["loc"][2], &first["input"]),
            (&json!("enum"), &json!("currency"), &currency)
        );
        let message = first["msg"].as_str().unwrap_or_default();
        assert!(message.starts_with("Input should be 'aed', ") && message.ends_with(" or 'zmw'"), "{message}");
    }
}

#[tokio::test]
async fn another_product_of_the_checkout_keeps_the_currency_if_it_can() {
    let standin = standin().await;
    let products = [example::PLANNER, example::COURSE, example::BOOK];
    let checkout = post(&standin, "/v1/checkouts/", &json!({"products": products, "currency": "eur"})).await;
    let url = format!("{}/checkouts/client/{}", standin.api_url(), checkout.text_at("/client_secret"));
    for (product, expected) in [(example::COURSE, ("eur", 3_600)), (example::BOOK, ("usd", 1_900))] {
        let changed = call("PATCH", &url, "", Some(&json!({"product_id": product}))).await;
        assert_eq!((changed.status, price(&changed)), (200, expected), "{product}");
    }
}
