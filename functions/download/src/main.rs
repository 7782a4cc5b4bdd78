//! Runs the download routes as a Lambda function.

use startup::{Clients, Settings, log_json_to_stdout};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let settings = Settings::from_env();
    log_json_to_stdout(&settings)?;
    let clients = Clients::from_settings(&settings)?;
    let shop = download::Shop::from_settings(&settings, &clients)?;
    http_api::run(download::router(shop), http_api::Origins::from_settings(&settings)?).await
}
