//! What Polar refuses when a buyer changes a checkout, in Polar's own words as recorded.

use std::{fs, path::Path};

use serde_json::Value;
use testbed::{Answer, Fault, Function, World};

const CHECKOUT: &str = env!("CARGO_BIN_EXE_checkout");

/// Polar refuses a confirmation and a change with the same answers.
fn recorded(name: &str) -> Fault {
    let path = format!("{}/tests/recordings/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let recording: Value = serde_json::from_slice(&fs::read(path).expect(name)).expect(name);
    let response = &recording["response"];
    let status = response["status"].as_u64().and_then(|status| status.try_into().ok()).expect(name);
    Fault::on("PATCH /v1/checkouts/client/*").body(status, "application/json", response["body_json"].to_string())
}

async fn change(checkout: &Function) -> Answer {
    let event = fs::read(testbed::workspace().join("events/checkout-update-not-open.json")).expect("an event");
    let event = serde_json::from_slice(&event).expect("JSON");
    Answer::read(checkout.invoke(event).await.expect("an answer")).expect("an answer to API Gateway")
}

#[tokio::test]
async fn each_refusal_of_polars_says_what_the_buyer_can_do() {
    let world = World::start().await.unwrap();
    world.seed_events().await.unwrap();
    let checkout = world.run("checkout", Path::new(CHECKOUT)).await.unwrap();
    for (recording, refusal, field, retry_after) in [
        ("2d4-checkout-confirm-already-subscribed", (422, "rejected"), Some("productId"), None),
        ("2c7-checkout-confirm-customer-deleted", (409, "checkout_not_open"), None, None),
        ("2c8-checkout-confirm-parallel-409", (409, "checkout_not_open"), None, Some("1")),
    ] {
        world.polar.clear_faults();
        world.polar.fault(recorded(recording));

        let answer = change(&checkout).await;

        let code = answer.body["code"].as_str().unwrap_or_default();
        assert_eq!((answer.status, code), refusal, "{recording}: {}", answer.body);
        assert_eq!(answer.body["errors"][0]["field"].as_str(), field, "{recording}");
        assert_eq!(answer.headers.get("retry-after").map(String::as_str), retry_after, "{recording}");
        let detail = answer.body["detail"].as_str().unwrap_or_default();
        assert_eq!(detail.contains("Try again"), retry_after.is_some(), "{recording}: {detail}");
    }
}
