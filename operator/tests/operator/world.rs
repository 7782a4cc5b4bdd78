//! A deployed shop: the stand-in for Polar, the shop's own routes, and AWS around them.

use std::collections::BTreeMap;

use polar_standin::{Pace, Shop, Standin, WebhookEndpoint};
use polar_storefront::{LocalShop, Options};
use serde_json::Value;
use startup::Settings;

use crate::{
    aws::{Aws, QUEUE_URL, STACK},
    run::{Output, run},
};

pub(crate) const ACCESS_TOKEN_PARAMETER: &str = "/shop/access-token";
pub(crate) const SECRET_PARAMETER: &str = "/shop/webhook-secret";
/// What the webhook function believes, and what Polar signs with.
pub(crate) const SECRET: &str = "whsec_ovyN6cPrTv56AApvzCaJno08SSmGJmgbWilb33N2JuK";

/// A page on another site than the API.
const PAGE: &str = "https://shop.example";

/// What the shop sells, unless a test has something else in mind.
pub(crate) fn demo_shop() -> Shop {
    demo::shop().expect("the demo shop")
}

pub(crate) struct World {
    pub(crate) polar: Standin,
    pub(crate) shop: LocalShop,
    pub(crate) aws: Aws,
}

impl World {
    /// A shop in which all is well.
    pub(crate) async fn start() -> Self {
        Self::selling(demo_shop()).await
    }

    /// A shop that sells this.
    pub(crate) async fn selling(goods: Shop) -> Self {
        let options = polar_standin::Options { shop: goods, pace: Pace::Manual, ..polar_standin::Options::default() };
        let polar = Standin::start(options).await.expect("the stand-in starts");
        let settings = [
            ("POLAR_API_URL", polar.api_url()),
            ("POLAR_ACCESS_TOKEN", polar.access_token().to_owned()),
            ("POLAR_WEBHOOK_SECRET", SECRET.to_owned()),
            ("STOREFRONT_ORIGINS", PAGE.to_owned()),
        ];
        let options = Options {
            port: 0,
            memory: true,
            data: ".shop".into(),
            ready_file: None,
            pace: Pace::Manual,
            settings: Settings::from_iter(settings),
        };
        let shop = LocalShop::start(&options).await.expect("the shop starts");
        let aws = Aws::start(shop.url.clone(), variables(&polar, &shop)).await;
        aws.account().parameters.extend([
            (ACCESS_TOKEN_PARAMETER.to_owned(), polar.access_token().to_owned()),
            (SECRET_PARAMETER.to_owned(), SECRET.to_owned()),
        ]);
        let world = Self { polar, shop, aws };
        world.deliver_to(&world.webhook_url(), SECRET);
        world
    }

    pub(crate) fn webhook_url(&self) -> String {
        format!("{}/api/webhooks/polar", self.shop.url)
    }

    /// Lets Polar deliver there, signed with this secret.
    pub(crate) fn deliver_to(&self, url: &str, secret: &str) {
        self.polar.add_webhook_endpoint(WebhookEndpoint::new(url, secret)).expect("an endpoint");
    }

    /// Sets one of the functions' settings.
    pub(crate) fn set(&self, name: &str, value: &str) {
        self.aws.account().variables.insert(name.to_owned(), value.to_owned());
    }

    /// Puts something into the parameter store.
    pub(crate) fn put_parameter(&self, name: &str, value: &str) {
        self.aws.account().parameters.insert(name.to_owned(), value.to_owned());
    }

    /// What the operator has in the environment.
    pub(crate) fn environment(&self) -> BTreeMap<String, String> {
        let mut environment = BTreeMap::from([
            ("AWS_REGION".to_owned(), dynamodb::REGION.to_owned()),
            ("AWS_ACCESS_KEY_ID".to_owned(), "operator".to_owned()),
            ("AWS_SECRET_ACCESS_KEY".to_owned(), "operator-key".to_owned()),
            ("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), self.shop.dynamodb.url().to_owned()),
        ]);
        for service in ["CLOUDFORMATION", "LAMBDA", "SES", "SQS", "SSM"] {
            environment.insert(format!("AWS_ENDPOINT_URL_{service}"), self.aws.url.clone());
        }
        environment
    }

    /// Runs the command on the deployed shop.
    pub(crate) async fn run(&self, arguments: &[&str]) -> Output {
        run(&self.environment(), &[&["--stack", STACK], arguments].concat()).await
    }

    /// The same, with the answer as JSON.
    pub(crate) async fn ask(&self, arguments: &[&str]) -> Value {
        self.run(&[arguments, &["--json"]].concat()).await.json()
    }

    /// The stand-in's own API, with a token that may do everything.
    pub(crate) async fn at_polar(&self, method: reqwest::Method, path: &str, body: Option<Value>) -> Value {
        let http = startup::http_client();
        let request = http.request(method, format!("{}{path}", self.polar.api_url()));
        let request = request.bearer_auth(self.polar.access_token()).header("polar-version", polar::VERSION);
        let request = match body {
            Some(body) => request.header("content-type", "application/json").body(body.to_string()),
            None => request,
        };
        let answer = request.send().await.expect("an answer").bytes().await.expect("a body");
        serde_json::from_slice(&answer).expect("JSON")
    }
}

/// The settings of the functions, as the template gives them.
fn variables(polar: &Standin, shop: &LocalShop) -> BTreeMap<String, String> {
    let settings = [
        ("POLAR_SERVER", "sandbox"),
        ("POLAR_API_URL", &polar.api_url()),
        ("POLAR_ACCESS_TOKEN_PARAMETER", ACCESS_TOKEN_PARAMETER),
        ("POLAR_WEBHOOK_SECRET_PARAMETER", SECRET_PARAMETER),
        ("STOREFRONT_ORIGINS", &format!("{PAGE},{}", shop.url)),
        ("ALLOW_BEARER", "true"),
        ("QUEUE_URL", QUEUE_URL),
        ("MAIL_FROM", "The Shop <hello@shop.example>"),
        ("CATALOG_TABLE", "catalog"),
        ("SESSIONS_TABLE", "sessions"),
        ("CHECKOUTS_TABLE", "checkouts"),
        ("DOWNLOADS_TABLE", "downloads"),
        ("LOGINS_TABLE", "logins"),
        ("LIMITS_TABLE", "limits"),
        ("DOWNLOAD_GRACE_SECONDS", "0"),
    ];
    settings.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
