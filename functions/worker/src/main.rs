//! Runs the worker as a Lambda function.

use jiff::Timestamp;
use lambda_runtime::{LambdaEvent, service_fn};
use startup::{Clients, Settings, log_json_to_stdout};
use worker::{Invocation, Worker};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let settings = Settings::from_env();
    log_json_to_stdout(&settings)?;
    let worker = Worker::from_settings(&settings, &Clients::from_settings(&settings)?)?;
    let invoke = async |event: LambdaEvent<Invocation>| {
        worker.invoke(event.payload, Timestamp::now()).await.map_err(lambda_runtime::Error::from)
    };
    lambda_runtime::run(service_fn(invoke)).await
}
