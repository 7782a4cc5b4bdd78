//! What the function says when something else fails, or when it is sent too much.

use std::path::Path;

use serde_json::json;
use testbed::{Event, World, demo, seeds::ORDER_SESSION};

const DOWNLOAD: &str = env!("CARGO_BIN_EXE_download");

#[tokio::test]
async fn trouble_at_polar_has_its_code_and_costs_no_download() {
    let event = Event::post("/api/customer/download", &json!({ "productId": demo::SKY_SAMPLER }));
    let event = event.cookie("__Host-session", ORDER_SESSION);
    testbed::check_troubles("download", Path::new(DOWNLOAD), &event).await.expect("each trouble is answered");
}

#[tokio::test]
async fn a_missing_setting_stops_the_start_and_is_named() {
    let required = [
        "POLAR_SERVER",
        "POLAR_ACCESS_TOKEN_PARAMETER",
        "STOREFRONT_ORIGINS",
        "SESSIONS_TABLE",
        "DOWNLOADS_TABLE",
        "LIMITS_TABLE",
    ];
    testbed::check_required_settings("download", Path::new(DOWNLOAD), &required).await.expect("each setting is named");
}

#[tokio::test]
async fn a_body_of_a_megabyte_is_too_large() {
    let world = World::start().await.unwrap();
    world.seed_events().await.unwrap();
    let download = world.run("download", Path::new(DOWNLOAD)).await.unwrap();
    let event = Event::post("/api/customer/download", &json!({ "productId": "a".repeat(1 << 20) }));

    let answer = download.call(event.cookie("__Host-session", ORDER_SESSION)).await.unwrap();

    assert_eq!((answer.status, answer.body["code"].as_str()), (413, Some("payload_too_large")));
}
