//! What the function says when something else fails, or when it is sent too much.

use std::path::Path;

use serde_json::json;
use testbed::{Event, World, demo};

const CHECKOUT: &str = env!("CARGO_BIN_EXE_checkout");

#[tokio::test]
async fn trouble_at_polar_has_its_code_and_passes() {
    let event = Event::post("/api/checkout", &json!({ "products": [demo::FOREST_PACK] }));
    testbed::check_troubles("checkout", Path::new(CHECKOUT), &event).await.expect("each trouble is answered");
}

#[tokio::test]
async fn a_missing_setting_stops_the_start_and_is_named() {
    let required = [
        "POLAR_SERVER",
        "POLAR_ACCESS_TOKEN_PARAMETER",
        "STOREFRONT_ORIGINS",
        "SESSIONS_TABLE",
        "CHECKOUTS_TABLE",
        "LIMITS_TABLE",
    ];
    testbed::check_required_settings("checkout", Path::new(CHECKOUT), &required).await.expect("each setting is named");
}

#[tokio::test]
async fn a_body_of_a_megabyte_is_too_large() {
    let world = World::start().await.unwrap();
    let checkout = world.run("checkout", Path::new(CHECKOUT)).await.unwrap();
    let body = json!({ "products": [demo::FOREST_PACK], "customerName": "a".repeat(1 << 20) });

    let answer = checkout.call(Event::post("/api/checkout", &body)).await.unwrap();

    assert_eq!((answer.status, answer.body["code"].as_str()), (413, Some("payload_too_large")));
    assert_eq!(world.polar.requests().len(), 0);
}

#[tokio::test]
async fn a_checkout_is_not_begun_twice_when_polar_hangs_up_on_the_first_try() {
    let world = World::start().await.unwrap();
    let checkout = world.run("checkout", Path::new(CHECKOUT)).await.unwrap();
    world.polar.fault(testbed::Fault::on("POST /v1/checkouts/").drop_connection());

    let event = Event::post("/api/checkout", &json!({ "products": [demo::FOREST_PACK] }));
    let answer = checkout.call(event).await.unwrap();

    assert_eq!(answer.status, 503);
    let tries = world.polar.requests().iter().filter(|request| request.line() == "POST /v1/checkouts/").count();
    assert_eq!(tries, 1);
}
