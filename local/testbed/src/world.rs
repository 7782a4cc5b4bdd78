use std::{
    path::Path,
    sync::{Arc, PoisonError},
};

use anyhow::Context;
use dynamodb::Embedded;
use polar_standin::{Options, Pace, Standin};
use tokio::{sync::Mutex, task::JoinSet};

use serde_json::Value;

use crate::{
    Function, STOREFRONT_ORIGIN, Template,
    http::http_client,
    role::{Messages, Role, Used},
    ses::Ses,
};

/// Everything that a function talks to, each on a port of its own: Polar with the demo shop, and AWS.
pub struct World {
    /// Polar. Nothing happens there by itself: see its `settle`.
    pub polar: Standin,
    /// The shop's tables.
    pub dynamodb: Embedded,
    /// The roles in which functions reach AWS; each answers for as long as the world is there.
    roles: Mutex<JoinSet<()>>,
    messages: Messages,
    pub(crate) used: Used,
    pub(crate) ses: Arc<Ses>,
}

impl World {
    /// Starts a world in which nothing has happened yet.
    pub async fn start() -> anyhow::Result<Self> {
        let options = Options { shop: demo::shop()?, pace: Pace::Manual, ..Options::default() };
        let polar = Standin::start(options).await?;
        Ok(Self {
            polar,
            dynamodb: Embedded::in_memory().await?,
            roles: Mutex::default(),
            messages: Messages::default(),
            used: Used::default(),
            ses: Arc::default(),
        })
    }

    /// Starts a function with the settings and in the role that `template.yaml` gives it.
    pub async fn run(&self, name: &str, binary: &Path) -> anyhow::Result<Function> {
        Function::start(binary, &self.environment_of(name).await?).await
    }

    /// Every setting of the shop, for any function. A test appends what it wants otherwise.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let settings = [
            ("POLAR_SERVER", "sandbox"),
            ("POLAR_API_URL", &self.polar.api_url()),
            ("POLAR_ACCESS_TOKEN", self.polar.access_token()),
            ("CATALOG_TABLE", "catalog"),
            ("SESSIONS_TABLE", "sessions"),
            ("CHECKOUTS_TABLE", "checkouts"),
            ("LOGINS_TABLE", "logins"),
            ("LIMITS_TABLE", "limits"),
            // Some tests and the bench ask more in a minute than any buyer.
            ("POLAR_CALLS_PER_SESSION", "1000000"),
            ("POLAR_CALLS_PER_NETWORK", "1000000"),
            ("DOWNLOADS_TABLE", "downloads"),
            ("STOREFRONT_ORIGINS", STOREFRONT_ORIGIN),
            ("ALLOW_BEARER", "true"),
            ("CHECKOUT_DISCOUNT_IDS", ""),
            ("CHECKOUT_METADATA_KEYS", ""),
            ("CLAIM_WINDOW_SECONDS", "900"),
            ("ORDER_SESSION_IDLE_SECONDS", "86400"),
            ("ORDER_SESSION_ABSOLUTE_SECONDS", "604800"),
            ("ACCOUNT_SESSION_IDLE_SECONDS", "2592000"),
            ("ACCOUNT_SESSION_ABSOLUTE_SECONDS", "15552000"),
            ("DOWNLOAD_LIMIT", ""),
            ("DOWNLOAD_DAYS", ""),
            ("DOWNLOAD_GRACE_SECONDS", "3600"),
            ("RESOLVE_LINKS", "false"),
            ("MAIL_FROM", "Meshwork Goods <shop@shop.example>"),
            ("SIGN_IN_URL", ""),
            ("LOG_LEVEL", "info"),
            ("AWS_ENDPOINT_URL_DYNAMODB", self.dynamodb.url()),
        ];
        settings.map(|(name, value)| (name, value.to_owned())).into()
    }

    /// The same for code in the caller's own process, with what Lambda sets by itself.
    #[must_use]
    pub fn environment_here(&self) -> Vec<(&'static str, String)> {
        let by_lambda = [("AWS_REGION", "us-east-1"), ("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test")];
        let by_lambda = by_lambda.map(|(name, value)| (name, value.to_owned()));
        by_lambda.into_iter().chain(self.environment()).collect()
    }

    /// The settings that `template.yaml` gives to one function, no more, and AWS as the function's role sees it: what
    /// works here does not lack a variable or a permission once it is deployed.
    pub async fn environment_of(&self, function: &str) -> anyhow::Result<Vec<(&'static str, String)>> {
        let template = Template::read()?;
        let block = template.function(function)?;
        let secrets = vec![
            (ACCESS_TOKEN_PARAMETER, self.polar.access_token().to_owned()),
            (WEBHOOK_SECRET_PARAMETER, WEBHOOK_SECRET.to_owned()),
        ];
        let role = Role {
            permissions: block.permissions.clone(),
            used: Arc::clone(&self.used),
            secrets,
            messages: Arc::clone(&self.messages),
            ses: Arc::clone(&self.ses),
            dynamodb: self.dynamodb.url().to_owned(),
            client: http_client(),
        };
        let aws = role.serve(&mut *self.roles.lock().await).await?;

        let mut known = self.environment();
        known.extend([
            ("POLAR_ACCESS_TOKEN_PARAMETER", ACCESS_TOKEN_PARAMETER.to_owned()),
            ("POLAR_WEBHOOK_SECRET_PARAMETER", WEBHOOK_SECRET_PARAMETER.to_owned()),
            ("QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/123456789012/testbed".to_owned()),
        ]);
        for name in block.settings.keys() {
            known
                .iter()
                .find(|(known, _)| known == name)
                .with_context(|| format!("the testbed has no value for {name}"))?;
        }
        known.retain(|(name, _)| *name == "POLAR_API_URL" || block.settings.contains_key(*name));
        let services =
            ["AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_SES", "AWS_ENDPOINT_URL_SQS", "AWS_ENDPOINT_URL_SSM"];
        known.extend(services.map(|service| (service, aws.clone())));
        Ok(known)
    }

    /// Takes what functions have sent to the queue so far, as JSON.
    #[must_use]
    pub fn take_messages(&self) -> Vec<Value> {
        std::mem::take(&mut *self.messages.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

const ACCESS_TOKEN_PARAMETER: &str = "/testbed/PolarAccessTokenParameter";
const WEBHOOK_SECRET_PARAMETER: &str = "/testbed/PolarWebhookSecretParameter";
/// What Polar signs its webhooks with.
pub const WEBHOOK_SECRET: &str = "whsec_ovyN6cPrTv56AApvzCaJno08SSmGJmgbWilb33N2JuK";
