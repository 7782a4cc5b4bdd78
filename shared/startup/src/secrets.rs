use std::{sync::Arc, time::Duration};

use aws_json::{Action, AwsJson};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::{sync::Mutex, time::Instant};
use tracing::warn;

use crate::{SettingError, Settings, error::in_words};

const GET_PARAMETER: Action = Action::rpc("ssm", "AmazonSSM.GetParameter", "1.1");

/// Why a secret could not be fetched.
#[derive(thiserror::Error)]
pub enum SecretError {
    /// The parameter store did not return it.
    #[error("cannot fetch the secret in the parameter {parameter:?}: does it exist, and may this function read it?")]
    Parameter {
        /// The parameter's name.
        parameter: String,
        /// The error of the parameter store.
        #[source]
        source: aws_json::Error,
    },
}

in_words!(SecretError);

/// The two settings that a secret can come from.
#[derive(Clone, Copy, Debug)]
pub struct Secret {
    /// The setting that contains the secret itself, for a local shop.
    pub value: &'static str,
    /// The setting with the name of the SSM parameter that holds it, so that on AWS the secret is in no template and no function configuration.
    pub parameter: &'static str,
}

impl Secret {
    /// The organization's access token.
    pub const POLAR_ACCESS_TOKEN: Self =
        Self { value: "POLAR_ACCESS_TOKEN", parameter: "POLAR_ACCESS_TOKEN_PARAMETER" };
    /// The key of Polar's webhook signatures.
    pub const POLAR_WEBHOOK_SECRET: Self =
        Self { value: "POLAR_WEBHOOK_SECRET", parameter: "POLAR_WEBHOOK_SECRET_PARAMETER" };

    /// Reads where the secret is. It is fetched when it is first needed.
    pub fn from_settings(self, settings: &Settings, aws: &AwsJson) -> Result<KeptSecret, SettingError> {
        let place = match settings.optional::<String>(self.value)? {
            Some(secret) => Place::Setting(secret.trim().into()),
            None => Place::Parameter(Arc::new(Parameter {
                name: settings.required(self.parameter)?,
                aws: aws.clone(),
                believed: BELIEVED,
                fetched: Mutex::default(),
            })),
        };
        Ok(KeptSecret(place))
    }
}

/// How long a fetched secret is used. After a rotation, every instance has the new one within this time.
const BELIEVED: Duration = Duration::from_mins(15);

/// A secret, or where to fetch it. It is fetched when first needed, so that a cold start does not wait for it, and kept for
/// 15 minutes.
#[derive(Clone)]
pub struct KeptSecret(Place);

#[derive(Clone)]
enum Place {
    Setting(SecretString),
    Parameter(Arc<Parameter>),
}

struct Parameter {
    name: String,
    aws: AwsJson,
    believed: Duration,
    fetched: Mutex<Option<Fetched>>,
}

struct Fetched {
    secret: SecretString,
    at: Instant,
}

impl KeptSecret {
    /// A secret that needs no fetching.
    #[must_use]
    pub fn new(secret: impl Into<SecretString>) -> Self {
        Self(Place::Setting(secret.into()))
    }

    /// Returns the secret. It is fetched the first time and then every 15 minutes; concurrent callers fetch it once.
    pub async fn get(&self) -> Result<SecretString, SecretError> {
        match &self.0 {
            Place::Setting(secret) => Ok(secret.clone()),
            Place::Parameter(parameter) => parameter.get().await,
        }
    }
}

impl Parameter {
    async fn get(&self) -> Result<SecretString, SecretError> {
        let mut fetched = self.fetched.lock().await;
        let fresh = fetched.as_ref().filter(|fetched| fetched.at.elapsed() < self.believed);
        if let Some(Fetched { secret, .. }) = fresh {
            return Ok(secret.clone());
        }
        let secret = match (get_parameter(&self.name, &self.aws).await, fetched.take()) {
            (Ok(secret), _) => secret,
            // The old secret stays in use while the parameter store is unavailable.
            (Err(error), Some(earlier)) => {
                warn!(%error, "could not fetch a secret again; keeping the old one");
                earlier.secret
            }
            (Err(error), None) => return Err(error),
        };
        *fetched = Some(Fetched { secret: secret.clone(), at: Instant::now() });
        Ok(secret)
    }
}

async fn get_parameter(name: &str, aws: &AwsJson) -> Result<SecretString, SecretError> {
    let input = serde_json::json!({ "Name": name, "WithDecryption": true });
    let output = aws.call::<GetParameterOutput>(GET_PARAMETER, &input).await;
    output
        // A secret that was stored from a file may end with a line break. Polar's secrets never have surrounding whitespace.
        .map(|output| output.parameter.value.expose_secret().trim().into())
        .map_err(|source| SecretError::Parameter { parameter: name.to_owned(), source })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetParameterOutput {
    parameter: StoredParameter,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct StoredParameter {
    value: SecretString,
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use axum::{
        Json, Router,
        http::HeaderMap,
        http::StatusCode,
        routing::{MethodRouter, post},
    };
    use serde_json::{Value, json};
    use tokio::net::TcpListener;

    use super::*;
    use crate::{clients::aws_json, http_client};

    async fn serving(get: MethodRouter) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/", listener.local_addr().expect("an address"));
        tokio::spawn(axum::serve(listener, Router::new().route("/", get)).into_future());
        url
    }

    /// A parameter store with one parameter, which answers signed requests only.
    async fn parameter_store() -> String {
        async fn get(headers: HeaderMap, body: String) -> (StatusCode, Json<Value>) {
            let body: Value = serde_json::from_str(&body).expect("JSON");
            let signed = headers.get("authorization").is_some_and(|value| {
                value.to_str().is_ok_and(|value| value.starts_with("AWS4-HMAC-SHA256 Credential=AKID/"))
            });
            assert_eq!(headers["x-amz-target"], "AmazonSSM.GetParameter");
            match (signed, body["Name"].as_str(), &body["WithDecryption"]) {
                (true, Some("/shop/polar"), Value::Bool(true)) => {
                    let parameter = json!({ "Name": "/shop/polar", "Value": "polar_oat_x\r\n" });
                    (StatusCode::OK, Json(json!({ "Parameter": parameter })))
                }
                _ => (StatusCode::BAD_REQUEST, Json(json!({ "__type": "ParameterNotFound" }))),
            }
        }
        serving(post(get)).await
    }

    fn settings(endpoint: &str, parameter: &str) -> Settings {
        let settings = [
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "AKID"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_ENDPOINT_URL_SSM", endpoint),
            ("POLAR_ACCESS_TOKEN_PARAMETER", parameter),
        ];
        settings.into_iter().collect()
    }

    fn kept(settings: &Settings) -> Result<KeptSecret, SettingError> {
        let aws = aws_json(settings, http_client()).expect("settings of AWS");
        Secret::POLAR_ACCESS_TOKEN.from_settings(settings, &aws)
    }

    async fn fetch(settings: &Settings) -> Result<SecretString, SecretError> {
        kept(settings).expect("settings of the secret").get().await
    }

    /// A parameter store that hands out another secret each time, and after the third is away.
    async fn rotating_store() -> String {
        let calls = Arc::new(AtomicUsize::new(1));
        let get = post(async move || match calls.fetch_add(1, Ordering::Relaxed) {
            call @ 1..=3 => (StatusCode::OK, Json(json!({ "Parameter": { "Value": format!("polar_oat_{call}") } }))),
            _ => (StatusCode::SERVICE_UNAVAILABLE, Json(json!({}))),
        });
        serving(get).await
    }

    async fn fetched_in_turn(believed: Duration, times: usize) -> Vec<String> {
        let settings = settings(&rotating_store().await, "/shop/polar");
        let aws = aws_json(&settings, http_client()).expect("settings of AWS");
        let parameter = Parameter { name: "/shop/polar".to_owned(), aws, believed, fetched: Mutex::default() };
        let mut secrets = Vec::new();
        for _ in 0..times {
            secrets.push(parameter.get().await.expect("a secret").expose_secret().to_owned());
        }
        secrets
    }

    #[tokio::test]
    async fn a_secret_is_fetched_once_as_long_as_it_is_believed() {
        assert_eq!(fetched_in_turn(BELIEVED, 3).await, ["polar_oat_1", "polar_oat_1", "polar_oat_1"]);
    }

    #[tokio::test]
    async fn a_rotated_secret_is_taken_over_and_the_last_one_kept_while_the_store_is_away() {
        let secrets = fetched_in_turn(Duration::ZERO, 5).await;
        assert_eq!(secrets, ["polar_oat_1", "polar_oat_2", "polar_oat_3", "polar_oat_3", "polar_oat_3"]);
    }

    #[tokio::test]
    async fn the_token_is_fetched_by_its_parameters_name_without_the_end_of_a_line() {
        let settings = settings(&parameter_store().await, "/shop/polar");
        let token = fetch(&settings).await.expect("the token");
        assert_eq!(token.expose_secret(), "polar_oat_x");
    }

    #[tokio::test]
    async fn a_refused_parameter_is_named_with_awss_reason() {
        let settings = settings(&parameter_store().await, "/shop/other");
        let error = fetch(&settings).await.expect_err("refused");
        assert!(error.to_string().contains("/shop/other"), "{error}");
        let reason = std::error::Error::source(&error).expect("a reason").to_string();
        assert!(reason.contains("ParameterNotFound"), "{reason}");
    }

    #[test]
    fn without_a_token_and_a_parameter_the_setting_is_named() {
        let settings = settings("http://127.0.0.1:9/", "");
        let error = kept(&settings).err().expect("missing").to_string();
        assert_eq!(error, "the setting POLAR_ACCESS_TOKEN_PARAMETER is missing");
    }
}
