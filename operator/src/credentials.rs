//! Finds AWS credentials: in the environment, or else through the AWS CLI, which supports profiles, single sign-on and roles.

use std::process::Command;

use serde::Deserialize;
use startup::Settings;

use crate::failure::Failure;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Exported {
    access_key_id: String,
    secret_access_key: String,
    session_token: Option<String>,
}

/// Settings with region and credentials, and nothing else.
pub(crate) fn find(environment: &Settings, region: Option<&str>) -> Result<Settings, Failure> {
    let region = match (region, environment.optional("AWS_REGION")?, environment.optional("AWS_DEFAULT_REGION")?) {
        (Some(region), ..) => region.to_owned(),
        (None, Some(region), _) | (None, None, Some(region)) => region,
        (None, None, None) => ask_cli(&["configure", "get", "region"]).ok_or_else(|| not_found("region"))?,
    };
    let Exported { access_key_id, secret_access_key, session_token } =
        match environment.optional("AWS_ACCESS_KEY_ID")? {
            Some(access_key_id) => Exported {
                access_key_id,
                secret_access_key: environment.required("AWS_SECRET_ACCESS_KEY")?,
                session_token: environment.optional("AWS_SESSION_TOKEN")?,
            },
            None => exported().or_else(configured).ok_or_else(|| not_found("credentials"))?,
        };
    let settings = [
        ("AWS_REGION", region),
        ("AWS_ACCESS_KEY_ID", access_key_id),
        ("AWS_SECRET_ACCESS_KEY", secret_access_key),
        ("AWS_SESSION_TOKEN", session_token.unwrap_or_default()),
    ];
    Ok(settings.into_iter().collect())
}

/// From any kind of profile. Version 1 of the AWS CLI has no such command.
fn exported() -> Option<Exported> {
    serde_json::from_str(&ask_cli(&["configure", "export-credentials", "--format", "process"])?).ok()
}

/// From a profile with keys of its own.
fn configured() -> Option<Exported> {
    let get = |name| ask_cli(&["configure", "get", name]);
    Some(Exported {
        access_key_id: get("aws_access_key_id")?,
        secret_access_key: get("aws_secret_access_key")?,
        session_token: get("aws_session_token"),
    })
}

fn ask_cli(arguments: &[&str]) -> Option<String> {
    let output = Command::new("aws").args(arguments).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned()).filter(|answer| !answer.is_empty())
}

fn not_found(what: &str) -> Failure {
    let advice = "run `aws configure`, sign in with version 2 of the AWS CLI, or set AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
    Failure::OutOfReach(format!("no AWS {what} found: {advice}"))
}
