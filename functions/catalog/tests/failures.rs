//! What the function says when something else fails.

use std::path::Path;

use testbed::Event;

const CATALOG: &str = env!("CARGO_BIN_EXE_catalog");

#[tokio::test]
async fn trouble_at_polar_has_its_code_and_passes() {
    let event = Event::get("/api/products");
    testbed::check_troubles("catalog", Path::new(CATALOG), &event).await.expect("each trouble is answered");
}

#[tokio::test]
async fn a_missing_setting_stops_the_start_and_is_named() {
    let required = ["POLAR_SERVER", "POLAR_ACCESS_TOKEN_PARAMETER", "STOREFRONT_ORIGINS"];
    testbed::check_required_settings("catalog", Path::new(CATALOG), &required).await.expect("each setting is named");
}
