//! What the function says when something else fails, or when it is sent too much.

use std::path::Path;

use serde_json::json;
use testbed::{
    Event, World,
    seeds::{BROWSER_KEY, PAID_CHECKOUT},
};

const SESSION: &str = env!("CARGO_BIN_EXE_session");

#[tokio::test]
async fn trouble_at_polar_has_its_code_and_leaves_the_checkout_to_be_claimed() {
    let event = Event::post("/api/session", &json!({ "checkoutId": PAID_CHECKOUT }));
    let event = event.cookie("__Host-browser", BROWSER_KEY);
    testbed::check_troubles("session", Path::new(SESSION), &event).await.expect("each trouble is answered");
}

#[tokio::test]
async fn a_missing_setting_stops_the_start_and_is_named() {
    let required = [
        "POLAR_SERVER",
        "POLAR_ACCESS_TOKEN_PARAMETER",
        "STOREFRONT_ORIGINS",
        "SESSIONS_TABLE",
        "CHECKOUTS_TABLE",
        "LOGINS_TABLE",
        "LIMITS_TABLE",
        "QUEUE_URL",
    ];
    testbed::check_required_settings("session", Path::new(SESSION), &required).await.expect("each setting is named");
}

#[tokio::test]
async fn a_body_of_a_megabyte_is_too_large() {
    let world = World::start().await.unwrap();
    let session = world.run("session", Path::new(SESSION)).await.unwrap();
    let body = json!({ "checkoutId": PAID_CHECKOUT, "browserKey": "a".repeat(1 << 20) });

    let answer = session.call(Event::post("/api/session", &body)).await.unwrap();

    assert_eq!((answer.status, answer.body["code"].as_str()), (413, Some("payload_too_large")));
}
