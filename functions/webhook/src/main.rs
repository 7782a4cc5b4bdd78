//! Runs the webhook route as a Lambda function.

use queue::Queue;
use startup::{Secret, Settings, connect_aws, log_json_to_stdout};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let settings = Settings::from_env();
    log_json_to_stdout(&settings)?;
    let aws = connect_aws(&settings)?;
    let secret = Secret::POLAR_WEBHOOK_SECRET.from_settings(&settings, &aws)?;
    let shop = webhook::Shop::new(secret, Queue::from_settings(&settings, aws)?);
    http_api::run(webhook::router(shop), http_api::Origins::from_settings(&settings)?).await
}
