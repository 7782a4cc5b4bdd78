use std::time::Duration;

use polar::WebhookSecret;
use reqwest::{IntoUrl, Method, RequestBuilder};
use secrecy::{ExposeSecret, SecretString};
use startup::{Clients, Secret, SecretError, SettingError, Settings};
use url::Url;

/// Requests that take longer fail.
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// What is missing to call Polar or AWS.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Lack {
    #[error(transparent)]
    Setting(#[from] SettingError),
    #[error(transparent)]
    Secret(#[from] SecretError),
}

/// How a shop was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// It runs on this machine.
    Local,
    /// It was deployed as this stack.
    Stack(String),
    /// The environment's settings describe it.
    Environment,
}

/// The shop that a command is about.
pub(crate) struct Shop {
    pub(crate) place: Place,
    /// The settings of all its functions together.
    pub(crate) settings: Settings,
    /// The base URL of its API.
    pub(crate) api_url: Option<Url>,
    /// The address that Polar sends its events to.
    pub(crate) webhook_url: Option<String>,
    http: reqwest::Client,
}

impl Shop {
    /// A shop with these settings.
    pub(crate) fn new(place: Place, settings: Settings, api_url: Option<Url>) -> Self {
        Self { place, settings, api_url, webhook_url: None, http: startup::http_client() }
    }

    /// The same shop, with this address for Polar's events in place of the route's.
    pub(crate) fn with_webhook_url(mut self, url: String) -> Self {
        self.webhook_url = Some(url);
        self
    }

    /// A request to the shop's own routes, or to the store of a file.
    pub(crate) fn request(&self, method: Method, url: impl IntoUrl) -> RequestBuilder {
        self.http.request(method, url).timeout(TIME_LIMIT)
    }

    /// The address of one of its routes.
    pub(crate) fn route(&self, path: &str) -> Option<Url> {
        self.api_url.as_ref()?.join(path).ok()
    }

    /// Whether it runs on this machine, where queue and mails are part of the shop's own program.
    pub(crate) fn is_local(&self) -> bool {
        self.place == Place::Local
    }

    /// How to name this shop on the command line.
    pub(crate) fn flag(&self) -> String {
        match &self.place {
            Place::Local => " --local".to_owned(),
            Place::Stack(name) => format!(" --stack {name}"),
            Place::Environment => String::new(),
        }
    }

    /// AWS, by the operator's own credentials.
    pub(crate) fn aws(&self) -> Result<aws_json::AwsJson, SettingError> {
        startup::connect_aws(&self.settings)
    }

    /// Polar and DynamoDB. Fetches the access token first, so that a missing token is not mistaken for a Polar that does not answer.
    pub(crate) async fn clients(&self) -> Result<Clients, Lack> {
        let token = self.fetch(Secret::POLAR_ACCESS_TOKEN).await?;
        self.clients_with(&token)
    }

    /// Polar with a token that may read and change webhook endpoints; the shop's own token needs no such scope.
    pub(crate) async fn polar_for_setup(&self) -> Result<polar::Client, Lack> {
        let token = match self.settings.optional::<String>("POLAR_SETUP_TOKEN")? {
            Some(token) => token.into(),
            None => self.fetch(Secret::POLAR_ACCESS_TOKEN).await?,
        };
        Ok(self.clients_with(&token)?.polar)
    }

    /// The secret that the webhook function verifies signatures with.
    pub(crate) async fn webhook_secret(&self) -> Result<WebhookSecret, Lack> {
        self.fetch(Secret::POLAR_WEBHOOK_SECRET).await.map(WebhookSecret::new)
    }

    fn clients_with(&self, token: &SecretString) -> Result<Clients, Lack> {
        Ok(Clients::from_settings(&self.settings.clone().with("POLAR_ACCESS_TOKEN", token.expose_secret()))?)
    }

    async fn fetch(&self, secret: Secret) -> Result<SecretString, Lack> {
        Ok(secret.from_settings(&self.settings, &self.aws()?)?.get().await?)
    }
}
