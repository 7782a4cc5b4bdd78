//! What the worker does not start without.

use std::path::Path;

#[tokio::test]
async fn a_missing_setting_stops_the_start_and_is_named() {
    let required = [
        "POLAR_SERVER",
        "POLAR_ACCESS_TOKEN_PARAMETER",
        "STOREFRONT_ORIGINS",
        "CATALOG_TABLE",
        "SESSIONS_TABLE",
        "DOWNLOADS_TABLE",
        "LOGINS_TABLE",
        "CHECKOUTS_TABLE",
        "MAIL_FROM",
    ];
    testbed::check_required_settings("worker", Path::new(env!("CARGO_BIN_EXE_worker")), &required)
        .await
        .expect("each of them is required");
}
