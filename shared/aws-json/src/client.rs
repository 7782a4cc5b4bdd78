use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use aws_smithy_runtime_api::client::identity::Identity;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    Action, Error,
    action::Protocol,
    error::Source,
    refusal::{Refusal, bare},
};

const TIME_LIMIT: Duration = Duration::from_secs(5);

/// Calls services in one region, with one set of credentials.
#[derive(Clone)]
pub struct AwsJson {
    http: reqwest::Client,
    pub(crate) region: String,
    credentials: Credentials,
    endpoints: Vec<(&'static str, String)>,
}

/// The answer of a service: the code of a refusal, or a body.
type Answer = Result<Vec<u8>, String>;

/// A request before it is signed.
type Unsigned = Result<http::Request<Vec<u8>>, http::Error>;

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

    pub(crate) async fn perform<T: DeserializeOwned>(
        &self,
        service: &'static str,
        request: Unsigned,
    ) -> Result<T, Error> {
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

    pub(crate) fn endpoint(&self, service: &str) -> Option<&str> {
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
