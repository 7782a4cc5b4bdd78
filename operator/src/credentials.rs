//! Whose AWS account: the environment says it, or else the AWS CLI, which knows profiles, single sign-on and roles.

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
        (None, None, None) => ask_cli(&["configure", "get", "region"])?.trim().to_owned(),
    };
    let Exported { access_key_id, secret_access_key, session_token } =
        match environment.optional("AWS_ACCESS_KEY_ID")? {
            Some(access_key_id) => Exported {
                access_key_id,
                secret_access_key: environment.required("AWS_SECRET_ACCESS_KEY")?,
                session_token: environment.optional("AWS_SESSION_TOKEN")?,
            },
            None => serde_json::from_str(&ask_cli(&["configure", "export-credentials", "--format", "process"])?)?,
        };
    let settings = [
        ("AWS_REGION", region),
        ("AWS_ACCESS_KEY_ID", access_key_id),
        ("AWS_SECRET_ACCESS_KEY", secret_access_key),
        ("AWS_SESSION_TOKEN", session_token.unwrap_or_default()),
    ];
    Ok(settings.into_iter().collect())
}

fn ask_cli(arguments: &[&str]) -> Result<String, Failure> {
    let advice =
        "set AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in with version 2 of the AWS CLI";
    let output = Command::new("aws").args(arguments).output();
    let output = output.map_err(|_| Failure::OutOfReach(format!("there are no AWS credentials: {advice}")))?;
    if !output.status.success() {
        return Err(Failure::OutOfReach(format!("the AWS CLI has no region or credentials: {advice}")));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
