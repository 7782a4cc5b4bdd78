use std::{sync::Arc, time::Duration};

use aws_smithy_runtime_api::client::{
    http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use aws_smithy_types::body::SdkBody;
use rustls::{
    CipherSuite, ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};

use crate::{SettingError, Settings, lookups::Lookups};

const CONNECT_TIME_LIMIT: Duration = Duration::from_secs(2);
/// Lambda freezes an instance between events, and servers close idle connections meanwhile, so an old connection is probably dead.
const IDLE_CONNECTION_KEPT: Duration = Duration::from_secs(20);

/// The program's one HTTP client: rustls over ring with bundled roots, no redirects followed.
///
/// # Panics
/// If reqwest was built with another version of rustls than this crate. That is a build error, which every test finds.
#[must_use]
pub fn http_client() -> reqwest::Client {
    client(bundled_roots())
}

/// The same client, which also trusts the authorities in the PEM file `EXTRA_CA_FILE`.
pub(crate) fn http_client_of(settings: &Settings) -> Result<reqwest::Client, SettingError> {
    let mut roots = bundled_roots();
    if let Some(file) = settings.optional::<String>("EXTRA_CA_FILE")? {
        let invalid = |reason: String| SettingError::Invalid { name: "EXTRA_CA_FILE", reason };
        for certificate in CertificateDer::pem_file_iter(file).map_err(|error| invalid(error.to_string()))? {
            let certificate = certificate.map_err(|error| invalid(error.to_string()))?;
            roots.add(certificate).map_err(|error| invalid(error.to_string()))?;
        }
    }
    Ok(client(roots))
}

fn bundled_roots() -> RootCertStore {
    RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() }
}

fn client(roots: RootCertStore) -> reqwest::Client {
    let client = reqwest::Client::builder()
        .tls_backend_preconfigured(tls(roots))
        .dns_resolver(Lookups::default())
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIME_LIMIT)
        .pool_idle_timeout(IDLE_CONNECTION_KEPT)
        .no_proxy();
    client.build().expect("rustls of the version that reqwest was built with")
}

fn tls(roots: RootCertStore) -> ClientConfig {
    let mut provider = rustls::crypto::ring::default_provider();
    // Graviton has instructions for SHA-256, but not for the SHA-384 of AES-256, which would take a tenth of a handshake.
    provider.cipher_suites.sort_by_key(|suite| suite.suite() != CipherSuite::TLS13_AES_128_GCM_SHA256);
    let tls = ClientConfig::builder_with_provider(Arc::new(provider));
    let tls = tls.with_safe_default_protocol_versions().expect("ring knows the default versions of TLS");
    tls.with_root_certificates(roots).with_no_client_auth()
}

/// Lets the AWS SDK send its requests through the program's one HTTP client.
#[derive(Clone, Debug)]
pub(crate) struct SdkHttpClient(pub(crate) reqwest::Client);

impl HttpClient for SdkHttpClient {
    fn http_connector(&self, settings: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Connector { client: self.0.clone(), time_limit: settings.read_timeout() })
    }
}

#[derive(Debug)]
struct Connector {
    client: reqwest::Client,
    time_limit: Option<Duration>,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (client, time_limit) = (self.client.clone(), self.time_limit);
        HttpConnectorFuture::new(async move {
            let mut request = to_reqwest(request)?;
            *request.timeout_mut() = time_limit;
            let response = client.execute(request).await.map_err(connector_error)?;
            let response = http::Response::<reqwest::Body>::from(response).map(SdkBody::from_body_1_x);
            HttpResponse::try_from(response).map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

fn to_reqwest(request: HttpRequest) -> Result<reqwest::Request, ConnectorError> {
    let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
    let (parts, body) = request.into_parts();
    let body = body.bytes().ok_or_else(|| ConnectorError::user("DynamoDB has no streaming requests".into()))?.to_vec();
    http::Request::from_parts(parts, body)
        .try_into()
        .map_err(|error: reqwest::Error| ConnectorError::user(error.into()))
}

fn connector_error(error: reqwest::Error) -> ConnectorError {
    if error.is_timeout() { ConnectorError::timeout(error.into()) } else { ConnectorError::io(error.into()) }
}
