//! Makes single signed calls to AWS services with JSON protocols, because the SDK of a whole service would be larger than the program.
//! It knows no particular service, does not retry, and finds no credentials itself.

mod look_up;

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use aws_smithy_runtime_api::client::identity::Identity;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

const TIME_LIMIT: Duration = Duration::from_secs(5);

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The service refused.
    #[error("{service} refused: {code}")]
    Refused {
        /// The service's name, as in `ssm`.
        service: &'static str,
        /// AWS's name for the refusal, as in `ParameterNotFound`.
        code: String,
    },
    /// The service gave no usable answer.
    #[error("{service} does not answer")]
    Unavailable {
        /// The service's name.
        service: &'static str,
        /// The cause.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// An action of a service.
#[derive(Clone, Copy, Debug)]
pub struct Action {
    service: &'static str,
    /// The service's name in addresses.
    host: &'static str,
    protocol: Protocol,
}

#[derive(Clone, Copy, Debug)]
enum Protocol {
    /// AWS JSON: one address for all actions, and headers that name the action and the protocol's version.
    Rpc { target: &'static str, version: &'static str },
    /// REST JSON: an address for each action.
    Rest { path: &'static str },
}

impl Action {
    /// An action of a service that speaks AWS JSON.
    ///
    /// `service` is its name in addresses and signatures (`sqs`), `target` the value of `X-Amz-Target` (`AmazonSQS.SendMessage`), `version` that of the protocol: `1.0` or `1.1`.
    #[must_use]
    pub const fn rpc(service: &'static str, target: &'static str, version: &'static str) -> Self {
        Self { service, host: service, protocol: Protocol::Rpc { target, version } }
    }

    /// A `POST` to a path of a service that speaks REST JSON. `service` is its name in signatures (`ses`), `host` that in addresses (`email`).
    #[must_use]
    pub const fn post(service: &'static str, host: &'static str, path: &'static str) -> Self {
        Self { service, host, protocol: Protocol::Rest { path } }
    }

    fn url(&self, endpoint: Option<&str>, region: &str) -> String {
        let path = match self.protocol {
            Protocol::Rpc { .. } => "/",
            Protocol::Rest { path } => path,
        };
        address(endpoint, self.host, region) + path
    }

    fn unavailable(&self, source: Source) -> Error {
        Error::Unavailable { service: self.service, source }
    }
}

/// The endpoint of a service, without a trailing slash.
fn address(endpoint: Option<&str>, host: &str, region: &str) -> String {
    match endpoint {
        Some(endpoint) => endpoint.trim_end_matches('/').to_owned(),
        None => format!("https://{host}.{region}.amazonaws.com"),
    }
}

/// Calls services in one region, with one set of credentials.
#[derive(Clone)]
pub struct AwsJson {
    http: reqwest::Client,
    region: String,
    credentials: Credentials,
    endpoints: Vec<(&'static str, String)>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Refusal {
    Json {
        #[serde(rename = "__type")]
        code: String,
    },
    Query {
        #[serde(rename = "Error")]
        error: QueryError,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct QueryError {
    code: String,
}

impl Refusal {
    fn code(self) -> String {
        match self {
            Self::Json { code } | Self::Query { error: QueryError { code } } => code,
        }
    }
}

/// The answer of a service: the code of a refusal, or a body.
type Answer = Result<Vec<u8>, String>;

impl AwsJson {
    /// Makes calls with this HTTP client.
    #[must_use]
    pub fn new(http: reqwest::Client, region: String, credentials: Credentials) -> Self {
        Self { http, region, credentials, endpoints: Vec::new() }
    }

    /// The same, with another endpoint for a service.
    #[must_use]
    pub fn with_endpoint(mut self, service: &'static str, url: String) -> Self {
        self.endpoints.push((service, url));
        self
    }

    /// Calls an action.
    pub async fn call<T: DeserializeOwned>(&self, action: Action, input: &impl Serialize) -> Result<T, Error> {
        let body = serde_json::to_vec(input).map_err(|error| action.unavailable(error.into()))?;
        self.perform(action.service, self.request(action, body)).await
    }

    async fn perform<T: DeserializeOwned>(&self, service: &'static str, request: Unsigned) -> Result<T, Error> {
        let unavailable = |source| Error::Unavailable { service, source };
        let answer = self.send(service, request).await.map_err(unavailable)?;
        let body = answer.map_err(|code| Error::Refused { service, code })?;
        serde_json::from_slice(&body).map_err(|error| unavailable(error.into()))
    }

    async fn send(&self, service: &str, request: Unsigned) -> Result<Answer, Source> {
        let mut request = reqwest::Request::try_from(self.signed(service, request?)?)?;
        *request.timeout_mut() = Some(TIME_LIMIT);
        let response = self.http.execute(request).await?;
        if !response.status().is_client_error() {
            return Ok(Ok(response.error_for_status()?.bytes().await?.to_vec()));
        }
        // REST services return the code in a header, the others in the body.
        let code = match response.headers().get("x-amzn-errortype") {
            Some(code) => code.to_str()?.to_owned(),
            None => serde_json::from_slice::<Refusal>(&response.bytes().await?)?.code(),
        };
        Ok(Err(bare(&code).to_owned()))
    }

    fn request(&self, action: Action, body: Vec<u8>) -> Unsigned {
        let request = http::Request::post(action.url(self.endpoint(action.service), &self.region));
        let request = match action.protocol {
            Protocol::Rpc { target, version } => request
                .header("content-type", format!("application/x-amz-json-{version}"))
                .header("x-amz-target", target),
            Protocol::Rest { .. } => request.header("content-type", "application/json"),
        };
        request.body(body)
    }

    fn endpoint(&self, service: &str) -> Option<&str> {
        let endpoint = self.endpoints.iter().find(|(known, _)| *known == service);
        endpoint.map(|(_, url)| url.as_str())
    }

    fn signed(&self, service: &str, mut request: http::Request<Vec<u8>>) -> Result<http::Request<Vec<u8>>, Source> {
        let identity = Identity::from(self.credentials.clone());
        let signing = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(service)
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()?;
        let headers = request.headers().iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        let body = SignableBody::Bytes(request.body());
        let signable = SignableRequest::new(request.method().as_str(), request.uri().to_string(), headers, body)?;
        let (instructions, _signature) = sign(signable, &signing.into())?.into_parts();
        instructions.apply_to_request_http1x(&mut request);
        Ok(request)
    }
}

/// A request before it is signed.
type Unsigned = Result<http::Request<Vec<u8>>, http::Error>;

/// A refusal's code without the namespace in front of it and the address behind it that some services add.
fn bare(code: &str) -> &str {
    let code = code.rsplit('#').next().unwrap_or(code);
    code.split(':').next().unwrap_or(code)
}

type Source = Box<dyn std::error::Error + Send + Sync>;

#[cfg(test)]
mod tests {
    use super::*;

    const SEND_MESSAGE: Action = Action::rpc("sqs", "AmazonSQS.SendMessage", "1.0");
    const SEND_EMAIL: Action = Action::post("ses", "email", "/v2/email/outbound-emails");

    #[test]
    fn an_action_has_the_address_of_its_service_in_the_region() {
        for (action, endpoint, url) in [
            (SEND_MESSAGE, None, "https://sqs.eu-central-1.amazonaws.com/"),
            (SEND_MESSAGE, Some("http://127.0.0.1:9/"), "http://127.0.0.1:9/"),
            (SEND_EMAIL, None, "https://email.eu-central-1.amazonaws.com/v2/email/outbound-emails"),
            (SEND_EMAIL, Some("http://127.0.0.1:9"), "http://127.0.0.1:9/v2/email/outbound-emails"),
        ] {
            assert_eq!(action.url(endpoint, "eu-central-1"), url);
        }
    }

    #[test]
    fn a_refusal_is_known_by_its_bare_code() {
        for code in [
            "ThrottlingException",
            "com.amazon.coral.availability#ThrottlingException",
            "ThrottlingException:http://internal.amazon.com/coral/com.amazon.coral.availability/",
        ] {
            assert_eq!(bare(code), "ThrottlingException");
        }
    }
}
