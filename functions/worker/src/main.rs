//! Runs the worker as a Lambda function.

use jiff::Timestamp;
use lambda_runtime::{LambdaEvent, service_fn};
use mail::Mailer;
use startup::{Clients, Settings, log_json_to_stdout};
use worker::{Failure, Invocation, Worker};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let settings = Settings::from_env();
    log_json_to_stdout(&settings)?;
    let clients = Clients::from_settings(&settings)?;
    let worker = Worker::from_settings(&settings, &clients, Mailer::from_settings(&settings, &clients)?)?;
    let invoke = async |event: LambdaEvent<Invocation>| {
        worker.invoke(event.payload, Timestamp::now()).await.map_err(Failure::from)
    };
    lambda_runtime::run(service_fn(invoke)).await
}
