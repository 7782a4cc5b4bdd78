//! Runs the whole shop in a separate process, with its data in a temporary folder.

use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use aws_sdk_dynamodb::Client;
use jiff::Timestamp;
use serde_json::Value;
use startup::{Clients, Settings, http_client};
use store::{SessionToken, Sessions};
use testbed::seeds::ACCOUNT_SESSION;
use tokio::time;

use crate::{program::memory, scene::account_session};

/// A share of the requests to Polar that nobody uses up.
pub(crate) const UNLIMITED: &str = "1000000000";

pub(crate) struct Shop {
    program: Child,
    _data: tempfile::TempDir,
    pub(crate) http: reqwest::Client,
    pub(crate) url: String,
    pub(crate) dynamodb: Client,
    pub(crate) sessions: Sessions,
}

impl Shop {
    /// Starts the program with these settings, and waits until it answers.
    pub(crate) async fn start(program: &Path, settings: &[(&str, &str)]) -> anyhow::Result<Self> {
        let data = tempfile::tempdir()?;
        let ready = data.path().join("ready.json");
        let mut command = Command::new(program);
        command.args(["--port", "0", "--data"]).arg(data.path()).arg("--ready-file").arg(&ready);
        command.env("LOG_LEVEL", "warn").envs(settings.iter().copied()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut program = command.spawn().with_context(|| program.display().to_string())?;
        let text = loop {
            if let Ok(text) = fs::read_to_string(&ready) {
                break text;
            }
            ensure!(program.try_wait()?.is_none(), "the shop has ended before it answered");
            time::sleep(Duration::from_millis(20)).await;
        };
        let addresses: Value = serde_json::from_str(&text)?;
        let address = |name: &str| addresses[name].as_str().map(str::to_owned).context("an address");
        let settings: Settings = [
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", "local".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "local".to_owned()),
            ("AWS_ENDPOINT_URL_DYNAMODB", address("dynamodb")?),
            ("POLAR_SERVER", "sandbox".to_owned()),
            ("POLAR_ACCESS_TOKEN", "unused".to_owned()),
        ]
        .into_iter()
        .collect();
        let dynamodb = Clients::from_settings(&settings)?.dynamodb;
        let sessions = Sessions::new(dynamodb.clone(), "sessions");
        Ok(Self { program, _data: data, http: http_client(), url: address("shop")?, dynamodb, sessions })
    }

    /// Signs the buyer in with the token that requests have.
    pub(crate) async fn sign_in(&self) -> anyhow::Result<()> {
        let token = SessionToken::parse(ACCOUNT_SESSION).context("the session token")?;
        self.sessions.create(&account_session(token), Timestamp::now()).await?;
        Ok(())
    }

    /// What it holds in memory, in MB.
    pub(crate) fn memory(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "far below 2 to the 52nd")]
        let bytes = memory(self.program.id(), "VmRSS:") as f64;
        bytes / (1024.0 * 1024.0)
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        self.program.kill().ok();
        self.program.wait().ok();
    }
}

/// How long an answer takes, which must be a good one.
pub(crate) async fn timed(request: &reqwest::RequestBuilder) -> anyhow::Result<Duration> {
    let request = request.try_clone().context("a body in memory")?;
    let begun = Instant::now();
    let answer = request.send().await?;
    let status = answer.status();
    let body = answer.bytes().await?;
    ensure!(status.is_success(), "{status} {}", String::from_utf8_lossy(&body));
    Ok(begun.elapsed())
}
