use std::{
    fs,
    io::Read,
    net::SocketAddr,
    path::Path,
    process::Stdio,
    sync::Arc,
    time::{Duration, SystemTime},
};

use anyhow::{Context, bail};
use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::read::GzDecoder;
use serde_json::Value;
use tempfile::NamedTempFile;
use tokio::{
    net::TcpListener,
    process::{Child, Command},
    task::JoinSet,
    time::timeout,
};

use crate::{
    Answer, Event, demand_described,
    runtime_api::{self, RuntimeApi},
    secrets::{Secrets, refuse},
};

/// Lambda's time for a start.
const START_LIMIT: Duration = Duration::from_secs(10);
/// The template's time for an event.
const EVENT_LIMIT: Duration = Duration::from_secs(15);

/// A built program, started as Lambda starts it; it ends when this is dropped, and so does the test if it has logged a credential.
pub struct Function {
    runtime_api: Arc<RuntimeApi>,
    output: NamedTempFile,
    /// What it must not have written.
    secrets: Secrets,
    /// The runtime API's server and the program, each of which ends with its task.
    _tasks: JoinSet<()>,
}

impl Function {
    /// Starts a program with Lambda's own variables and these settings, and waits until it asks for its first event.
    ///
    /// # Errors
    /// When the program reports an initialization error, ends, or needs more than 10 seconds; with all that it wrote.
    pub async fn start(binary: &Path, settings: &[(&str, String)]) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let output = NamedTempFile::new()?;
        let program = spawn(binary, listener.local_addr()?, settings, &output)
            .with_context(|| format!("cannot start {}", binary.display()))?;

        let runtime_api = Arc::new(RuntimeApi::new());
        let mut tasks = JoinSet::new();
        tasks.spawn(runtime_api::serve(listener, Arc::clone(&runtime_api)));
        tasks.spawn(watch_over(program, Arc::clone(&runtime_api)));
        let function = Self { runtime_api, output, secrets: Secrets::default(), _tasks: tasks };

        match timeout(START_LIMIT, function.runtime_api.ready()).await {
            Ok(Ok(())) => Ok(function),
            Ok(Err(end)) => bail!("{end}\n{}", function.logs()),
            Err(_) => bail!("no request for an event within {START_LIMIT:?}\n{}", function.logs()),
        }
    }

    /// Hands the program one event and returns its answer, both as JSON.
    ///
    /// # Errors
    /// When the program answers with an error, ends, or needs more than 15 seconds; with all that it wrote.
    pub async fn invoke(&self, event: Value) -> anyhow::Result<Value> {
        self.invoke_within(EVENT_LIMIT, event).await
    }

    /// Like [`Function::invoke`] with another time limit, which the program learns as its deadline.
    pub async fn invoke_within(&self, limit: Duration, event: Value) -> anyhow::Result<Value> {
        self.secrets.learn(&event);
        let request = event.clone();
        let answer = self.runtime_api.invoke(event, SystemTime::now() + limit);
        match timeout(limit, answer).await {
            Ok(Ok(answer)) => {
                let answer = decoded(answer)?;
                self.secrets.learn(&answer);
                demand_described_answer(&request, &answer);
                Ok(answer)
            }
            Ok(Err(error)) => bail!("{error}\n{}", self.logs()),
            Err(_) => bail!("no answer within {limit:?}\n{}", self.logs()),
        }
    }

    /// Calls one of the program's routes.
    pub async fn call(&self, event: Event) -> anyhow::Result<Answer> {
        Answer::read(self.invoke(event.into_json()).await?)
    }

    /// Calls a route again and again for as long as it answers 202.
    ///
    /// # Errors
    /// When a call fails, or after a minute.
    pub async fn call_while_pending(&self, event: &Event) -> anyhow::Result<Answer> {
        let answered = async {
            loop {
                let answer = self.call(event.clone()).await?;
                if answer.status != 202 {
                    return Ok(answer);
                }
            }
        };
        timeout(Duration::from_mins(1), answered).await.context("pending for a minute")?
    }

    /// All that the program has written so far. What it writes before it answers is here when the answer is.
    #[must_use]
    pub fn logs(&self) -> String {
        fs::read(self.output.path()).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        refuse(&self.secrets.leaks_in(&self.logs()));
    }
}

/// An answer with its body as a page reads it: API Gateway undoes base64, and the browser the compression.
fn decoded(mut answer: Value) -> anyhow::Result<Value> {
    if answer["isBase64Encoded"] == true {
        let body = STANDARD.decode(answer["body"].as_str().context("a body is text")?)?;
        let mut text = String::new();
        match answer["headers"]["content-encoding"].as_str() {
            Some("gzip") => GzDecoder::new(body.as_slice()).read_to_string(&mut text)?,
            Some("br") => brotli::Decompressor::new(body.as_slice(), body.len()).read_to_string(&mut text)?,
            coding => bail!("a body in {coding:?}"),
        };
        answer["body"] = Value::String(text);
        answer["isBase64Encoded"] = false.into();
    }
    Ok(answer)
}

/// Of a call through API Gateway; the worker's events have no routes.
fn demand_described_answer(event: &Value, answer: &Value) {
    let (method, path) = (&event["requestContext"]["http"]["method"], &event["rawPath"]);
    let (Some(method), Some(path)) = (method.as_str(), path.as_str()) else { return };
    if let Ok(answer) = Answer::read(answer.clone()) {
        demand_described(method, path, answer.status, &answer.body);
    }
}

/// A file takes the output, not a pipe: nobody has to read it in time.
fn spawn(
    binary: &Path,
    runtime_api: SocketAddr,
    settings: &[(&str, String)],
    output: &NamedTempFile,
) -> anyhow::Result<Child> {
    let name = binary.file_stem().and_then(|name| name.to_str()).context("a program has a name")?;
    let mut command = Command::new(binary);
    command
        .env_clear()
        .envs([
            ("PATH", "/usr/local/bin:/usr/bin:/bin"),
            ("LANG", "en_US.UTF-8"),
            ("TZ", ":UTC"),
            ("_HANDLER", "bootstrap"),
            ("AWS_LAMBDA_FUNCTION_NAME", name),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
            ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
            ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/testbed"),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "testbed"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_DEFAULT_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "testbed"),
            ("AWS_SECRET_ACCESS_KEY", "testbed"),
            ("AWS_SESSION_TOKEN", "testbed"),
        ])
        .env("AWS_LAMBDA_RUNTIME_API", runtime_api.to_string())
        .envs(settings.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(output.as_file().try_clone()?)
        .stderr(output.as_file().try_clone()?)
        .kill_on_drop(true);
    Ok(command.spawn()?)
}

async fn watch_over(mut program: Child, runtime_api: Arc<RuntimeApi>) {
    let end = match program.wait().await {
        Ok(status) => format!("the program ended: {status}"),
        Err(error) => format!("the program is lost: {error}"),
    };
    runtime_api.end(end);
}
