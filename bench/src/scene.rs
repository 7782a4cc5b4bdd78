//! The environment of the measurements: the demo shop with one signed-in buyer, behind two upstreams.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};

use anyhow::Context;
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use products::Products;
use ring::hmac;
use serde_json::{Value, json};
use startup::{Clients, Settings};
use store::{BrowserKey, Checkouts, Lifetime, NewCheckout, NewSession, Proof, SessionToken, Sessions};
use testbed::{
    Event, Purchase, WEBHOOK_SECRET, World, demo,
    seeds::{ACCOUNT_SESSION, BROWSER_KEY, BUYER_EMAIL, CLAIMED_CHECKOUT},
};
use tokio_rustls::rustls::ClientConfig;

use crate::{certificate::Authority, program::Program, upstream::Upstream};

/// Long enough for no session to be renewed while it is measured.
pub(crate) const LIFETIME: Lifetime = Lifetime { idle: Duration::from_hours(48), absolute: Duration::from_hours(96) };

/// A session of the whole account, with a token that events and requests can name.
pub(crate) fn account_session(token: SessionToken) -> NewSession {
    NewSession {
        token,
        proof: Proof::Mailbox,
        lifetime: LIFETIME,
        client: "bench".to_owned(),
        adds_to: None,
        replaces: Vec::new(),
        keeps: Vec::new(),
    }
}

/// How long the upstreams take to answer.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Delays {
    /// Polar.
    pub(crate) polar: Duration,
    /// DynamoDB, the parameter store and the queue.
    pub(crate) aws: Duration,
}

/// A world behind upstreams of its own.
pub(crate) struct Scene {
    /// The stand-in, and the tables.
    pub(crate) world: World,
    authority: Authority,
    polar: Upstream,
    aws: BTreeMap<&'static str, Upstream>,
    encrypted: bool,
}

/// How often a program asked its upstreams for what.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    /// Methods and paths of Polar's.
    pub(crate) polar: BTreeMap<String, usize>,
    /// Actions of AWS's, with their tables.
    pub(crate) aws: BTreeMap<String, usize>,
}

impl Scene {
    /// Begins with a published catalog and a buyer who has bought something and signed in. Upstreams speak HTTPS, or
    /// plain HTTP if they are not `encrypted`.
    pub(crate) async fn begin(encrypted: bool) -> anyhow::Result<Self> {
        let world = World::start().await?;
        let authority = Authority::new()?;
        let tls = encrypted.then(|| authority.server(&["h2", "http/1.1"]));
        let polar = Upstream::start(world.polar.url(), tls).await?;
        let scene = Self { world, authority, polar, aws: BTreeMap::new(), encrypted };
        scene.publish_catalog().await?;
        scene.sign_in().await?;
        Ok(scene)
    }

    async fn publish_catalog(&self) -> anyhow::Result<()> {
        let settings: Settings = self.world.environment_here().into_iter().collect();
        let clients = Clients::from_settings(&settings)?;
        Ok(Products::from_settings(&settings, &clients)?.refresh(Timestamp::now()).await?)
    }

    async fn sign_in(&self) -> anyhow::Result<()> {
        let now = Timestamp::now();
        let sessions = Sessions::new(self.world.dynamodb.client(), "sessions");
        let token = SessionToken::parse(ACCOUNT_SESSION).context("the session token")?;
        sessions.create(&account_session(token), now).await?;
        let purchase = Purchase {
            product_id: demo::SKY_SAMPLER,
            email: BUYER_EMAIL.to_owned(),
            checkout_id: Some(CLAIMED_CHECKOUT),
        };
        self.world.polar.buy(&purchase)?;
        let checkouts = Checkouts::new(self.world.dynamodb.client(), "checkouts");
        let key = BrowserKey::parse(BROWSER_KEY).context("the browser key")?;
        let checkout = NewCheckout { id: CLAIMED_CHECKOUT, browser_key: &key };
        Ok(checkouts.create(&checkout, now).await?)
    }

    /// A function of the shop with the settings and in the role that `template.yaml` gives it.
    pub(crate) async fn program(
        &mut self,
        name: &str,
        function: &'static str,
        command: Vec<PathBuf>,
    ) -> anyhow::Result<Program> {
        let mut settings = self.world.environment_of(function).await?;
        let origin =
            settings.iter().find(|(name, _)| *name == "AWS_ENDPOINT_URL_DYNAMODB").context("a role")?.1.clone();
        if !self.aws.contains_key(function) {
            // DynamoDB speaks nothing newer.
            let tls = self.encrypted.then(|| self.authority.server(&["http/1.1"]));
            self.aws.insert(function, Upstream::start(&origin, tls).await?);
        }
        let aws = self.aws[function].url();
        for (name, value) in &mut settings {
            match *name {
                "POLAR_API_URL" => *value = format!("{}/v1", self.polar.url()),
                name if name.starts_with("AWS_ENDPOINT_URL_") => aws.clone_into(value),
                _ => {}
            }
        }
        let authority = self.authority.file().to_str().context("a path in UTF-8")?.to_owned();
        // Without a grace time each download is a counted one.
        settings.extend([
            ("DOWNLOAD_GRACE_SECONDS", "0".to_owned()),
            ("EXTRA_CA_FILE", authority.clone()),
            ("NODE_EXTRA_CA_CERTS", authority),
        ]);
        Ok(Program { name: name.to_owned(), command, settings })
    }

    /// The upstream that is Polar.
    pub(crate) fn polar(&self) -> &Upstream {
        &self.polar
    }

    /// The upstream that is AWS to a function; `None` before there is a program of it.
    pub(crate) fn aws(&self, function: &str) -> Option<&Upstream> {
        self.aws.get(function)
    }

    /// TLS for a client of the upstreams.
    pub(crate) fn tls(&self) -> Arc<ClientConfig> {
        self.authority.client()
    }

    /// How long the upstreams take from now on.
    pub(crate) fn delay(&self, delays: Delays) {
        self.polar.delay(delays.polar);
        self.aws.values().for_each(|upstream| upstream.delay(delays.aws));
    }

    /// From now on what was answered once is answered from memory.
    pub(crate) fn remember(&self, remembers: bool) {
        self.polar.remember(remembers);
        self.aws.values().for_each(|upstream| upstream.remember(remembers));
    }

    /// What was asked since the last time.
    pub(crate) fn take_asked(&self) -> Asked {
        let mut asked = Asked { polar: self.polar.take_asked(), aws: BTreeMap::new() };
        for upstream in self.aws.values() {
            for (question, times) in upstream.take_asked() {
                *asked.aws.entry(question).or_default() += times;
            }
        }
        asked
    }
}

/// One route, and the event that asks for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Route {
    /// The function that serves it.
    pub(crate) function: &'static str,
    /// Its name in the tables.
    pub(crate) name: &'static str,
    event: fn() -> Value,
}

impl Route {
    /// The routes of a function; none for a program that is no function of the shop's.
    pub(crate) fn of(function: &str) -> impl Iterator<Item = Self> {
        ROUTES.iter().filter(move |route| route.function == function).copied()
    }

    /// An event for it.
    pub(crate) fn event(&self) -> Vec<u8> {
        (self.event)().to_string().into_bytes()
    }
}

/// What is measured of each function comes first, then its other routes.
pub(crate) const ROUTES: &[Route] = &[
    Route {
        function: "catalog",
        name: "GET /api/products",
        event: || Event::get("/api/products?limit=100").into_json(),
    },
    Route {
        function: "catalog",
        name: "GET /api/products, in gzip",
        event: || Event::get("/api/products?limit=100").header("accept-encoding", "gzip").into_json(),
    },
    Route {
        function: "catalog",
        name: "GET /api/products/{id}",
        event: || Event::get(&format!("/api/products/{}", demo::FOREST_PACK)).into_json(),
    },
    Route {
        function: "checkout",
        name: "POST /api/checkout",
        event: || with_browser(Event::post("/api/checkout", &json!({ "products": [demo::FOREST_PACK] }))),
    },
    Route {
        function: "checkout",
        name: "GET /api/checkout/{id}",
        event: || with_browser(Event::get(&format!("/api/checkout/{CLAIMED_CHECKOUT}"))),
    },
    Route { function: "session", name: "GET /api/session", event: || signed_in(Event::get("/api/session")) },
    Route {
        function: "library",
        name: "GET /api/customer/downloadable-products",
        event: || signed_in(Event::get("/api/customer/downloadable-products")),
    },
    Route {
        function: "library",
        name: "GET /api/customer/orders",
        event: || signed_in(Event::get("/api/customer/orders")),
    },
    Route {
        function: "download",
        name: "POST /api/customer/download",
        event: || signed_in(Event::post("/api/customer/download", &json!({ "productId": demo::POLYGON_PRIMER }))),
    },
    Route {
        function: "download",
        name: "GET /api/customer/downloads",
        event: || signed_in(Event::get("/api/customer/downloads")),
    },
    Route { function: "webhook", name: "POST /api/webhooks/polar", event: webhook },
    Route { function: "worker", name: "an event in the queue", event: queued },
    Route { function: "worker", name: "the schedule", event: || json!({ "job": "reconcile" }) },
];

fn signed_in(event: Event) -> Value {
    event.cookie("__Host-session", ACCOUNT_SESSION).into_json()
}

fn with_browser(event: Event) -> Value {
    event.cookie("__Host-browser", BROWSER_KEY).into_json()
}

/// A delivery of Polar's at this moment: signatures grow stale.
fn webhook() -> Value {
    let body =
        json!({ "type": "customer.deleted", "timestamp": "2026-08-22T08:47:05Z", "data": { "id": demo::GRACE } });
    let (id, timestamp) = ("0f8f5f0a-6c3e-4b7e-9d1b-6a1b2c3d4e5f", Timestamp::now().as_second());
    let key = hmac::Key::new(hmac::HMAC_SHA256, WEBHOOK_SECRET.as_bytes());
    let tag = hmac::sign(&key, format!("{id}.{timestamp}.{body}").as_bytes());
    Event::post("/api/webhooks/polar", &body)
        .header("webhook-id", id)
        .header("webhook-timestamp", &timestamp.to_string())
        .header("webhook-signature", &format!("v1,{}", STANDARD.encode(tag)))
        .into_json()
}

fn queued() -> Value {
    let job = json!({
        "job": "polar_event",
        "id": "0f8f5f0a-6c3e-4b7e-9d1b-6a1b2c3d4e5f",
        "kind": "product.updated",
        "happened_at": "2026-11-21T12:00:00Z",
        "subject_id": demo::SKY_SAMPLER,
        "customer_id": null,
    });
    json!({ "Records": [{
        "messageId": "059f36b4-87a3-44ab-83d2-661975830a7d",
        "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
        "body": job.to_string(),
        "attributes": {},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:bench",
        "awsRegion": "us-east-1",
    }] })
}
