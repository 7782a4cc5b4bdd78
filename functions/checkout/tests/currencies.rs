//! A page asks for a currency, and Polar has a price in it or not.

use std::path::Path;

use serde_json::{Value, json};
use testbed::{Answer, Event, Function, World, demo};

const CHECKOUT: &str = env!("CARGO_BIN_EXE_checkout");

async fn open() -> (World, Function) {
    let world = World::start().await.unwrap();
    let checkout = world.run("checkout", Path::new(CHECKOUT)).await.unwrap();
    (world, checkout)
}

async fn begin(checkout: &Function, currency: &Value) -> Answer {
    let wanted = json!({ "products": [demo::STUDIO_PLANNER], "currency": currency });
    checkout.call(Event::post("/api/checkout", &wanted)).await.expect("an answer")
}

/// What Polar was asked for, one for each checkout.
fn asked_for(world: &World) -> Vec<Value> {
    let requests = world.polar.requests().into_iter().filter(|request| request.line() == "POST /v1/checkouts/");
    requests.map(|request| request.json()["currency"].clone()).collect()
}

#[tokio::test]
async fn polar_is_asked_for_the_currency_of_the_page_and_else_for_none() {
    let (world, checkout) = open().await;
    for currency in [json!("eur"), Value::Null] {
        let answer = begin(&checkout, &currency).await;
        assert_eq!(answer.status, 201, "{currency}: {}", answer.body);
    }
    assert_eq!(asked_for(&world), [json!("eur"), Value::Null]);
}

#[tokio::test]
async fn a_currency_that_polar_refuses_is_named() {
    let (_world, checkout) = open().await;
    for (case, currency, message) in [
        ("no price of the product", json!("gbp"), "Product is not available in the specified currency."),
        ("no currency of Polar's", json!("xyz"), "Input should be 'aed', "),
    ] {
        let answer = begin(&checkout, &currency).await;

        assert_eq!((answer.status, answer.body["code"].as_str()), (422, Some("rejected")), "{case}: {}", answer.body);
        let errors = answer.body["errors"].as_array().expect(case);
        assert_eq!((errors.len(), &errors[0]["field"]), (1, &json!("currency")), "{case}");
        assert!(errors[0]["message"].as_str().is_some_and(|text| text.starts_with(message)), "{case}: {}", errors[0]);
    }
}

#[tokio::test]
async fn what_is_no_currency_is_refused_before_polar_is_asked() {
    let (world, checkout) = open().await;
    for (currency, refusal) in [
        (json!("EUR"), (422, Some("rejected"))),
        (json!("eu"), (422, Some("rejected"))),
        (json!("euro"), (422, Some("rejected"))),
        (json!(5), (400, Some("invalid_request"))),
    ] {
        let answer = begin(&checkout, &currency).await;

        assert_eq!((answer.status, answer.body["code"].as_str()), refusal, "{currency}: {}", answer.body);
        assert_eq!(answer.body["errors"][0]["field"], "currency", "{currency}");
        assert_eq!(world.polar.requests().len(), 0, "{currency}");
    }
}
