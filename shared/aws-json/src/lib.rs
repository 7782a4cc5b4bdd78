//! One signed call of an AWS service that speaks JSON: for a single action the SDK of a whole service would be larger than the program.
//! It knows no service, no retries and no credentials of its own.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use aws_smithy_runtime_api::client::identity::Identity;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

const TIME_LIMIT: Duration = Duration::from_secs(5);

/// Why a service did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The service refused.
    #[error("{service} refused: {code}")]
    Refused {
        /// The service's name in addresses, as in `ssm`.
        service: &'static str,
        /// AWS's name for the refusal, as in `ParameterNotFound`.
        code: String,
    },
    /// The service did not answer as it should.
    #[error("{service} does not answer")]
    Unavailable {
        /// The service's name in addresses.
        service: &'static str,
        /// What happened on the way.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// An action of a service.
#[derive(Clone, Copy, Debug)]
pub struct Action {
    /// The service's name in addresses and signatures: `ssm`, `sqs`.
    pub service: &'static str,
    /// The value of `X-Amz-Target`: `AmazonSSM.GetParameter`.
    pub target: &'static str,
    /// The version of the protocol: `1.0` or `1.1`.
    pub json: &'static str,
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
struct Refusal {
    #[serde(rename = "__type")]
    code: String,
}

impl AwsJson {
    /// Calls through this client.
    #[must_use]
    pub fn new(http: reqwest::Client, region: String, credentials: Credentials) -> Self {
        Self { http, region, credentials, endpoints: Vec::new() }
    }

    /// The same, with another address for a service.
    #[must_use]
    pub fn with_endpoint(mut self, service: &'static str, url: String) -> Self {
        self.endpoints.push((service, url));
        self
    }

    /// Calls an action.
    pub async fn call<T: DeserializeOwned>(&self, action: Action, input: &impl Serialize) -> Result<T, Error> {
        let unavailable = |source| Error::Unavailable { service: action.service, source };
        let (refused, body) = self.send(action, input).await.map_err(unavailable)?;
        if refused {
            let Refusal { code } = serde_json::from_slice(&body).map_err(|error| unavailable(error.into()))?;
            // Some services put a namespace in front.
            let code = code.rsplit('#').next().unwrap_or_default().to_owned();
            return Err(Error::Refused { service: action.service, code });
        }
        serde_json::from_slice(&body).map_err(|error| unavailable(error.into()))
    }

    async fn send(&self, action: Action, input: &impl Serialize) -> Result<(bool, Vec<u8>), Source> {
        let mut request = reqwest::Request::try_from(self.signed(action, serde_json::to_vec(input)?)?)?;
        *request.timeout_mut() = Some(TIME_LIMIT);
        let response = self.http.execute(request).await?;
        let refused = response.status().is_client_error();
        let response = if refused { response } else { response.error_for_status()? };
        Ok((refused, response.bytes().await?.to_vec()))
    }

    fn signed(&self, action: Action, body: Vec<u8>) -> Result<http::Request<Vec<u8>>, Source> {
        let mut request = http::Request::post(self.endpoint(action.service))
            .header("content-type", format!("application/x-amz-json-{}", action.json))
            .header("x-amz-target", action.target)
            .body(body)?;
        let identity = Identity::from(self.credentials.clone());
        let signing = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(action.service)
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()?;
        let headers = request.headers().iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        let body = SignableBody::Bytes(request.body());
        let signable = SignableRequest::new("POST", request.uri().to_string(), headers, body)?;
        let (instructions, _signature) = sign(signable, &signing.into())?.into_parts();
        instructions.apply_to_request_http1x(&mut request);
        Ok(request)
    }

    fn endpoint(&self, service: &str) -> String {
        let known = self.endpoints.iter().find(|(name, _)| *name == service);
        known.map_or_else(|| format!("https://{service}.{}.amazonaws.com/", self.region), |(_, url)| url.clone())
    }
}

type Source = Box<dyn std::error::Error + Send + Sync>;
