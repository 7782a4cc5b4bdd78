//! Running the built command.

use std::{collections::BTreeMap, process::Stdio};

use serde_json::Value;
use tokio::process::{Child, Command};

/// What no output may contain, besides what a test adds: how secrets of Polar's begin, and AWS's key.
const SECRETS: [&str; 6] = ["polar_oat_", "polar_cst_", "polar_mst_", "whsec_", "operator-key", "X-Amz-Signature"];

/// What a command printed, and how it ended.
pub(crate) struct Output {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Output {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", self.stdout, self.stderr))
    }
}

/// Starts it with nothing in its environment but this; it ends when the child is dropped.
pub(crate) fn start(environment: &BTreeMap<String, String>, arguments: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_storefront"));
    command.env_clear().envs(environment).args(arguments).stdin(Stdio::null()).kill_on_drop(true);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command starts")
}

/// Runs it to its end, and looks for secrets in whatever it says.
pub(crate) async fn run(environment: &BTreeMap<String, String>, arguments: &[&str]) -> Output {
    let output = start(environment, arguments).wait_with_output().await.expect("the command ends");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    let output = Output {
        code: output.status.code().expect("a code"),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    };
    for secret in SECRETS {
        let shown = output.stdout.contains(secret) || output.stderr.contains(secret);
        assert!(!shown, "{arguments:?} shows {secret}: {}{}", output.stdout, output.stderr);
    }
    output
}
