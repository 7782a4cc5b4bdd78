use std::time::{Duration, SystemTime};

use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use polar::AccessToken;
use serde::Deserialize;

use crate::{SettingError, Settings, clients::credentials, error::in_words};

const TIME_LIMIT: Duration = Duration::from_secs(5);

/// Why a secret could not be fetched from the parameter store.
#[derive(thiserror::Error)]
pub enum SecretError {
    /// A setting is missing or malformed.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// The parameter store refused: no such parameter, or no right to read it.
    #[error(
        "the parameter store refused to hand out {parameter:?} ({code}): does the parameter exist, and may this function read it?"
    )]
    Refused {
        /// The parameter's name.
        parameter: String,
        /// AWS's name for the refusal.
        code: String,
    },
    /// The parameter store did not answer as it should.
    #[error("the parameter store does not answer")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

in_words!(SecretError);

/// The organization's token: from `POLAR_ACCESS_TOKEN` on one's own machine, and on AWS from the parameter that `POLAR_ACCESS_TOKEN_PARAMETER` names, so
/// that it stands in no template and no function's configuration.
pub(crate) async fn polar_access_token(
    settings: &Settings,
    http: &reqwest::Client,
) -> Result<AccessToken, SecretError> {
    if let Some(token) = settings.optional::<String>("POLAR_ACCESS_TOKEN")? {
        return Ok(AccessToken::new(token));
    }
    match settings.optional::<String>("POLAR_ACCESS_TOKEN_PARAMETER")? {
        Some(parameter) => Ok(AccessToken::new(get_parameter(settings, http, &parameter).await?)),
        None => Err(SettingError::Missing("POLAR_ACCESS_TOKEN_PARAMETER").into()),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetParameterOutput {
    parameter: Parameter,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Parameter {
    value: String,
}

#[derive(Deserialize)]
struct Refusal {
    #[serde(rename = "__type")]
    code: String,
}

/// One signed call of SSM's `GetParameter`; the whole SDK of that service would be larger than this program.
async fn get_parameter(settings: &Settings, http: &reqwest::Client, name: &str) -> Result<String, SecretError> {
    let request = signed_request(settings, name)?;
    let mut request = reqwest::Request::try_from(request).map_err(unavailable)?;
    *request.timeout_mut() = Some(TIME_LIMIT);
    let response = http.execute(request).await.map_err(unavailable)?;
    let refused = response.status().is_client_error();
    let body = response.bytes().await.map_err(unavailable)?;
    if refused {
        let Refusal { code } = serde_json::from_slice(&body).map_err(unavailable)?;
        return Err(SecretError::Refused { parameter: name.to_owned(), code });
    }
    let output: GetParameterOutput = serde_json::from_slice(&body).map_err(unavailable)?;
    Ok(output.parameter.value)
}

fn signed_request(settings: &Settings, name: &str) -> Result<http::Request<Vec<u8>>, SecretError> {
    let region = settings.required::<String>("AWS_REGION")?;
    let endpoint = match settings.optional("AWS_ENDPOINT_URL_SSM")? {
        Some(url) => url,
        None => format!("https://ssm.{region}.amazonaws.com/"),
    };
    let body = serde_json::json!({ "Name": name, "WithDecryption": true }).to_string().into_bytes();
    let mut request = http::Request::post(endpoint)
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", "AmazonSSM.GetParameter")
        .body(body)
        .map_err(unavailable)?;

    let identity = credentials(settings)?.into();
    let signing = v4::SigningParams::builder()
        .identity(&identity)
        .region(&region)
        .name("ssm")
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()
        .map_err(unavailable)?;
    let headers = request.headers().iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    let body = SignableBody::Bytes(request.body());
    let signable = SignableRequest::new("POST", request.uri().to_string(), headers, body).map_err(unavailable)?;
    let (instructions, _signature) = sign(signable, &signing.into()).map_err(unavailable)?.into_parts();
    instructions.apply_to_request_http1x(&mut request);
    Ok(request)
}

fn unavailable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> SecretError {
    SecretError::Unavailable(error.into())
}

#[cfg(test)]
mod tests {
    use axum::{Json, Router, http::HeaderMap, http::StatusCode, routing::post};
    use serde_json::{Value, json};
    use tokio::net::TcpListener;

    use super::*;
    use crate::http_client::http_client;

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
                    (StatusCode::OK, Json(json!({ "Parameter": { "Name": "/shop/polar", "Value": "polar_oat_x" } })))
                }
                _ => (StatusCode::BAD_REQUEST, Json(json!({ "__type": "ParameterNotFound" }))),
            }
        }
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/", listener.local_addr().expect("an address"));
        tokio::spawn(axum::serve(listener, Router::new().route("/", post(get))).into_future());
        url
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

    #[tokio::test]
    async fn the_token_is_fetched_by_its_parameters_name() {
        let settings = settings(&parameter_store().await, "/shop/polar");
        let token = polar_access_token(&settings, &http_client()).await.expect("the token");
        assert_eq!(token.expose(), "polar_oat_x");
    }

    #[tokio::test]
    async fn a_refused_parameter_is_named_with_awss_reason() {
        let settings = settings(&parameter_store().await, "/shop/other");
        let error = polar_access_token(&settings, &http_client()).await.expect_err("refused").to_string();
        assert!(error.contains("/shop/other") && error.contains("ParameterNotFound"), "{error}");
    }

    #[tokio::test]
    async fn without_a_token_and_a_parameter_the_setting_is_named() {
        let settings = Settings::from_iter([("AWS_REGION", "us-east-1")]);
        let error = polar_access_token(&settings, &http_client()).await.expect_err("missing").to_string();
        assert_eq!(error, "the setting POLAR_ACCESS_TOKEN_PARAMETER is missing");
    }
}
