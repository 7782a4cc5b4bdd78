//! Runs the session routes as a Lambda function.

use queue::Queue;
use startup::{Clients, Settings, log_json_to_stdout};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let settings = Settings::from_env();
    log_json_to_stdout(&settings)?;
    let clients = Clients::from_settings(&settings)?;
    let queue = Queue::from_settings(&settings, clients.aws.clone())?;
    let shop = session::Shop::from_settings(&settings, &clients, queue)?;
    http_api::run(session::router(shop), http_api::Origins::from_settings(&settings)?).await
}
