//! Running the built command.

use std::collections::BTreeMap;

use serde_json::Value;
use tokio::process::Command;

/// What no output may contain, besides what a test adds: how secrets of Polar's begin, and AWS's key.
const SECRETS: [&str; 6] = ["polar_oat_", "polar_cst_", "polar_mst_", "whsec_", "operator-key", "X-Amz-Signature"];

/// What the command said.
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Said {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", self.stdout, self.stderr))
    }
}

/// Runs it with nothing in its environment but this, and looks for secrets in whatever it says.
pub(crate) async fn run(environment: &BTreeMap<String, String>, arguments: &[&str]) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_storefront"));
    let output = command.env_clear().envs(environment).args(arguments).output().await.expect("the command runs");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    let said =
        Said { code: output.status.code().expect("a code"), stdout: text(output.stdout), stderr: text(output.stderr) };
    for secret in SECRETS {
        let shown = said.stdout.contains(secret) || said.stderr.contains(secret);
        assert!(!shown, "{arguments:?} shows {secret}: {}{}", said.stdout, said.stderr);
    }
    said
}
