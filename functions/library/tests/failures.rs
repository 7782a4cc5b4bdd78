//! What the function says when something else fails.

use std::path::Path;

use testbed::{Event, seeds::ACCOUNT_SESSION};

const LIBRARY: &str = env!("CARGO_BIN_EXE_library");

#[tokio::test]
async fn trouble_at_polar_has_its_code_and_passes() {
    let event = Event::get("/api/customer/downloadable-products").cookie("__Host-session", ACCOUNT_SESSION);
    testbed::check_troubles("library", Path::new(LIBRARY), &event).await.expect("each trouble is answered");
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
    testbed::check_required_settings("library", Path::new(LIBRARY), &required).await.expect("each setting is named");
}
