use std::time::Duration;

use aws_json::AwsJson;
use aws_sdk_dynamodb::{
    Client, Config,
    config::{
        BehaviorVersion, Credentials, IdentityCache, Region, StalledStreamProtectionConfig, timeout::TimeoutConfig,
    },
};
use polar::{AccessToken, Server};
use url::Url;

use crate::{
    SettingError, Settings,
    http_client::{SdkHttpClient, http_client_of},
    secrets::Secret,
};

/// The connections to the outside world that every request of a program shares.
#[derive(Clone)]
pub struct Clients {
    /// Polar, with the shop's organization access token.
    pub polar: polar::Client,
    /// DynamoDB, with the function's role.
    pub dynamodb: Client,
    /// Single actions of other AWS services, with the same role.
    pub aws: AwsJson,
}

impl Clients {
    /// Creates the clients from the settings, without opening a connection or fetching a secret yet.
    pub fn from_settings(settings: &Settings) -> Result<Self, SettingError> {
        let http = http_client_of(settings)?;
        let base_url = match settings.optional::<Url>("POLAR_API_URL")? {
            Some(url) => checked(url)?,
            None => settings.required::<Server>("POLAR_SERVER")?.base_url(),
        };
        let aws = aws_json(settings, http.clone())?;
        let secret = Secret::POLAR_ACCESS_TOKEN.from_settings(settings, &aws)?;
        let access_token = AccessToken::kept_by(move || {
            let secret = secret.clone();
            async move { Ok(secret.get().await?) }
        });
        let request = Duration::from_millis(settings.or_default("POLAR_TIME_LIMIT_MILLISECONDS", "8000")?);
        let limits = polar::Limits { attempt: request / 2, request };
        let dynamodb = dynamodb_client(settings, http.clone())?;
        let polar = polar::Client::new(polar::Config { base_url, access_token, http, limits });
        Ok(Self { polar, dynamodb, aws })
    }
}

/// If the version were missing, Polar would answer each request with a 404 that looks like any other.
fn checked(url: Url) -> Result<Url, SettingError> {
    if url.path().trim_end_matches('/').ends_with("/v1") {
        return Ok(url);
    }
    Err(SettingError::Invalid { name: "POLAR_API_URL", reason: "it must end in /v1".to_owned() })
}

/// A client for single actions of AWS services, for a program that needs neither Polar nor DynamoDB.
pub fn connect_aws(settings: &Settings) -> Result<AwsJson, SettingError> {
    aws_json(settings, http_client_of(settings)?)
}

/// The settings for other endpoints of AWS services, named as in AWS's own programs.
const ENDPOINTS: [(&str, &str); 6] = [
    ("cloudformation", "AWS_ENDPOINT_URL_CLOUDFORMATION"),
    ("dynamodb", "AWS_ENDPOINT_URL_DYNAMODB"),
    ("lambda", "AWS_ENDPOINT_URL_LAMBDA"),
    ("ses", "AWS_ENDPOINT_URL_SES"),
    ("sqs", "AWS_ENDPOINT_URL_SQS"),
    ("ssm", "AWS_ENDPOINT_URL_SSM"),
];

/// The configured endpoint of a service. Its own setting takes precedence over the one for all services, as in AWS's own programs.
fn endpoint(settings: &Settings, name: &'static str) -> Result<Option<String>, SettingError> {
    Ok(settings.optional(name)?.or(settings.optional("AWS_ENDPOINT_URL")?))
}

pub(crate) fn aws_json(settings: &Settings, http: reqwest::Client) -> Result<AwsJson, SettingError> {
    let mut aws = AwsJson::new(http, settings.required("AWS_REGION")?, credentials(settings)?);
    for (service, name) in ENDPOINTS {
        if let Some(url) = endpoint(settings, name)? {
            aws = aws.with_endpoint(service, url);
        }
    }
    Ok(aws)
}

/// The time limit of one DynamoDB operation with all its tries. The time limit of a request depends on it: a request reads, calls Polar and writes.
pub const DYNAMODB_TIME_LIMIT: Duration = Duration::from_secs(3);
/// DynamoDB answers within milliseconds; if a try hangs, there must be time for another.
const DYNAMODB_ATTEMPT_LIMIT: Duration = Duration::from_millis(1400);

/// Takes region and credentials straight from Lambda's environment, because the SDK's own search for them takes about 4 ms of a cold start.
fn dynamodb_client(settings: &Settings, http: reqwest::Client) -> Result<Client, SettingError> {
    let time_limits =
        TimeoutConfig::builder().read_timeout(DYNAMODB_ATTEMPT_LIMIT).operation_timeout(DYNAMODB_TIME_LIMIT);
    let mut config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(settings.required::<String>("AWS_REGION")?))
        .credentials_provider(credentials(settings)?)
        .timeout_config(time_limits.build())
        // The time limits already end a stalled answer, and these credentials never change, so watching and caching are turned off.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .identity_cache(IdentityCache::no_cache())
        .http_client(SdkHttpClient(http));
    if let Some(url) = endpoint(settings, "AWS_ENDPOINT_URL_DYNAMODB")? {
        config = config.endpoint_url(url);
    }
    Ok(Client::from_conf(config.build()))
}

pub(crate) fn credentials(settings: &Settings) -> Result<Credentials, SettingError> {
    Ok(Credentials::new(
        settings.required::<String>("AWS_ACCESS_KEY_ID")?,
        settings.required::<String>("AWS_SECRET_ACCESS_KEY")?,
        settings.optional("AWS_SESSION_TOKEN")?,
        None,
        "environment",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_polar_without_its_version_stops_the_start() {
        for (url, is_taken) in [
            ("https://api.polar.sh/v1", true),
            ("https://api.polar.sh/v1/", true),
            ("http://127.0.0.1:8000/polar/v1", true),
            ("https://api.polar.sh", false),
            ("https://api.polar.sh/v2", false),
            ("https://api.polar.sh/xv1", false),
        ] {
            assert_eq!(checked(url.parse().unwrap()).is_ok(), is_taken, "{url}");
        }
    }

    #[test]
    fn an_address_of_one_service_comes_before_that_of_all() {
        let all: Settings =
            [("AWS_ENDPOINT_URL", "http://all"), ("AWS_ENDPOINT_URL_SQS", "http://sqs")].into_iter().collect();
        assert_eq!(endpoint(&all, "AWS_ENDPOINT_URL_SQS").unwrap().as_deref(), Some("http://sqs"));
        assert_eq!(endpoint(&all, "AWS_ENDPOINT_URL_SSM").unwrap().as_deref(), Some("http://all"));
    }
}
