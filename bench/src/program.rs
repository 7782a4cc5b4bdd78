//! Starts a program as Lambda does, and observes it through `/proc`.

use std::{
    fs,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use serde_json::Value;

use crate::runtime_api::{Invocation, RuntimeApi};

/// How a program is started.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    /// Its name in the tables.
    pub(crate) name: String,
    /// The executable and its arguments.
    pub(crate) command: Vec<PathBuf>,
    /// Its settings.
    pub(crate) settings: Vec<(&'static str, String)>,
}

/// A program that asks for events; it ends when this is dropped.
pub(crate) struct Running {
    child: Child,
    runtime_api: RuntimeApi,
    /// From the start of the process to its first request for an event.
    pub(crate) init: Duration,
}

impl Program {
    /// Starts it, and waits until it asks for its first event.
    pub(crate) fn start(&self) -> anyhow::Result<Running> {
        let runtime_api = RuntimeApi::listen()?;
        let (program, arguments) = self.command.split_first().context("a command")?;
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env_clear()
            .envs(LAMBDA)
            .env("AWS_LAMBDA_RUNTIME_API", runtime_api.address().to_string())
            .envs(self.settings.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let begun = Instant::now();
        let child = command.spawn().with_context(|| format!("cannot start {}", self.name))?;
        let mut running = Running { child, runtime_api, init: Duration::ZERO };
        running.init = running.runtime_api.ready().with_context(|| self.name.clone())? - begun;
        Ok(running)
    }
}

impl Running {
    /// Hands over an event and takes the answer, which must be a success.
    pub(crate) fn invoke(&self, event: Vec<u8>) -> anyhow::Result<Invocation> {
        let invocation = self.runtime_api.invoke(event)?;
        let answer: Value = serde_json::from_slice(&invocation.answer)?;
        let status = answer["statusCode"].as_u64().unwrap_or(200);
        ensure!(status < 400, "the program answers {answer}");
        Ok(invocation)
    }

    /// CPU time of all its threads so far, user and system.
    pub(crate) fn cpu(&self) -> Duration {
        let threads = fs::read_dir(format!("/proc/{}/task", self.child.id())).into_iter().flatten().flatten();
        let spent = threads.filter_map(|thread| {
            let spent = fs::read_to_string(thread.path().join("schedstat")).ok()?;
            spent.split(' ').next()?.parse::<u64>().ok()
        });
        Duration::from_nanos(spent.sum())
    }

    /// The most memory that it ever had at once, in bytes.
    pub(crate) fn peak_memory(&self) -> u64 {
        memory(self.child.id(), "VmHWM:")
    }

    /// Asks it to end, and waits until it has: for tools that write their report then.
    pub(crate) fn end(mut self) -> anyhow::Result<()> {
        let id = self.child.id().to_string();
        ensure!(Command::new("kill").args(["-TERM", &id]).status()?.success(), "no such process");
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// A process's memory in bytes, by the name of a line of its status.
pub(crate) fn memory(process: u32, line: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let value = status.lines().find_map(|text| text.strip_prefix(line));
    let kilobytes: Option<u64> = value.and_then(|value| value.trim().trim_end_matches(" kB").parse().ok());
    kilobytes.unwrap_or_default() * 1024
}

/// What Lambda sets for every function.
const LAMBDA: [(&str, &str); 15] = [
    ("PATH", "/usr/local/bin:/usr/bin:/bin"),
    ("LANG", "en_US.UTF-8"),
    ("TZ", ":UTC"),
    ("AWS_LAMBDA_FUNCTION_NAME", "bench"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
    ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
    ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
    ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/bench"),
    ("AWS_LAMBDA_LOG_STREAM_NAME", "bench"),
    ("AWS_REGION", "us-east-1"),
    ("AWS_DEFAULT_REGION", "us-east-1"),
    ("AWS_ACCESS_KEY_ID", "bench"),
    ("AWS_SECRET_ACCESS_KEY", "bench"),
    ("AWS_SESSION_TOKEN", "bench"),
];
