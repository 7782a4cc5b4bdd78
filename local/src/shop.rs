use std::{
    fs,
    io::ErrorKind,
    net::{Ipv4Addr, SocketAddr},
};

use anyhow::{Context, bail};
use axum::{
    Json, Router,
    extract::Request,
    http::{StatusCode, header},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::get,
};
use dynamodb::Embedded;
use http_api::Origins;
use mail::{Mailer, Outbox};
use polar_standin::{Standin, WebhookEndpoint};
use serde_json::json;
use startup::{Clients, KeptSecret, Settings};
use tokio::{net::TcpListener, task::JoinHandle};
use worker::Worker;

use crate::{
    Options, Upkeep,
    cors::with_cors,
    outbox::outbox_page,
    page::page,
    running::{Running, write_whole},
};

/// A running shop; it stops when it is dropped.
pub struct LocalShop {
    /// Where the page and the API are.
    pub url: String,
    /// The embedded DynamoDB.
    pub dynamodb: Embedded,
    /// The stand-in, unless the shop sells through the real Polar.
    pub standin: Option<Standin>,
    /// The worker and its queue.
    pub upkeep: Upkeep,
    /// What the worker has mailed.
    pub outbox: Outbox,
    server: JoinHandle<std::io::Result<()>>,
    #[expect(dead_code, reason = "its end is the end of the announcement")]
    running: Option<Running>,
}

impl LocalShop {
    /// Starts everything and returns once it answers.
    ///
    /// # Errors
    /// If a port, a data file or a setting prevents it; the error names it.
    pub async fn start(options: &Options) -> anyhow::Result<Self> {
        let listener = bind(options.port).await?;
        let address = listener.local_addr()?;
        let dynamodb = start_dynamodb(options).await?;
        let standin = start_standin(options).await?;

        let places = places(options, address, &dynamodb, standin.as_ref())?;
        let settings = places.iter().fold(options.settings.clone(), |all, (name, value)| all.with(name, value.clone()));
        let clients = Clients::from_settings(&settings)?;
        let outbox = Outbox::default();
        let mailer = Mailer::to_outbox(&settings, outbox.clone())?;
        let upkeep = Upkeep::start(Worker::from_settings(&settings, &clients, mailer)?).await;
        let router = router(&settings, &clients, &upkeep)?.merge(outbox_page(outbox.clone()));
        let router = router.layer(from_fn(refuse_other_hosts));
        let router = router.into_make_service_with_connect_info::<SocketAddr>();
        let server = tokio::spawn(axum::serve(listener, router).into_future());
        if let Some(standin) = &standin {
            let secret: String = settings.required("POLAR_WEBHOOK_SECRET")?;
            standin
                .add_webhook_endpoint(WebhookEndpoint::new(&format!("http://{address}/api/webhooks/polar"), &secret))?;
        }
        let url = format!("http://localhost:{}", address.port());
        let running = Running::announce(options, &url, address, &places)?;
        let shop = Self { url, dynamodb, standin, upkeep, outbox, server, running };
        shop.write_ready_file(options)?;
        Ok(shop)
    }

    /// The address of Polar for a browser.
    #[must_use]
    pub fn polar_url(&self) -> &str {
        self.standin.as_ref().map_or("https://polar.sh", |standin| standin.url())
    }

    fn write_ready_file(&self, options: &Options) -> anyhow::Result<()> {
        let Some(file) = &options.ready_file else { return Ok(()) };
        let addresses = json!({ "shop": self.url, "polar": self.polar_url(), "dynamodb": self.dynamodb.url() });
        write_whole(file, &addresses)
    }
}

impl Drop for LocalShop {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Signs the stand-in's webhooks. The real Polar has a separate secret for each endpoint; set `POLAR_WEBHOOK_SECRET` to that.
const LOCAL_WEBHOOK_SECRET: &str = "whsec_bG9jYWwtc2hvcC1zZWNyZXQtbG9jYWwtc2hvcA";

async fn bind(port: u16) -> anyhow::Result<TcpListener> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            bail!(
                "port {port} is already in use: stop the program that uses it, or choose another port with --port or PORT"
            )
        }
        listener => listener.with_context(|| format!("cannot listen on port {port}")),
    }
}

async fn start_dynamodb(options: &Options) -> anyhow::Result<Embedded> {
    if options.memory {
        return Embedded::in_memory().await;
    }
    fs::create_dir_all(&options.data)
        .with_context(|| format!("cannot create the folder {}", options.data.display()))?;
    let file = options.data.join("dynamodb.db");
    Embedded::in_file(&file).await.context(
        "the database file could not be opened and was not changed: move it away to start with an empty database",
    )
}

async fn start_standin(options: &Options) -> anyhow::Result<Option<Standin>> {
    if options.settings.optional::<String>("POLAR_ACCESS_TOKEN")?.is_some() {
        return Ok(None);
    }
    let port = options
        .port
        .checked_add(u16::from(options.port != 0))
        .context("the stand-in for Polar uses the next port: choose a port below 65535")?;
    let standin = polar_standin::Options {
        address: (Ipv4Addr::LOCALHOST, port).into(),
        shop: demo::shop()?,
        state_file: (!options.memory).then(|| options.data.join("polar.json")),
        pace: options.pace,
        ..polar_standin::Options::default()
    };
    Ok(Some(Standin::start(standin).await.context("cannot start the stand-in for Polar")?))
}

/// The settings for the local DynamoDB and Polar. None of them is a real secret.
fn places(
    options: &Options,
    address: SocketAddr,
    dynamodb: &Embedded,
    standin: Option<&Standin>,
) -> anyhow::Result<Vec<(&'static str, String)>> {
    let port = address.port();
    let defaults = [
        ("POLAR_SERVER", "sandbox".to_owned()),
        ("STOREFRONT_ORIGINS", format!("http://localhost:{port},http://127.0.0.1:{port}")),
        ("MAIL_FROM", "Meshwork Goods <shop@localhost>".to_owned()),
        ("POLAR_WEBHOOK_SECRET", LOCAL_WEBHOOK_SECRET.to_owned()),
    ];
    let mut places = Vec::new();
    for (name, value) in defaults {
        if options.settings.optional::<String>(name)?.is_none() {
            places.push((name, value));
        }
    }
    if let Some(standin) = standin {
        places.push(("POLAR_API_URL", standin.api_url()));
        places.push(("POLAR_ACCESS_TOKEN", standin.access_token().to_owned()));
    }
    places.extend([
        ("AWS_REGION", dynamodb::REGION.to_owned()),
        ("AWS_ACCESS_KEY_ID", dynamodb::ACCESS_KEY.to_owned()),
        ("AWS_SECRET_ACCESS_KEY", dynamodb::ACCESS_KEY.to_owned()),
        ("AWS_SESSION_TOKEN", String::new()),
        ("AWS_ENDPOINT_URL_DYNAMODB", dynamodb.url().to_owned()),
        ("SESSIONS_TABLE", "sessions".to_owned()),
        ("CATALOG_TABLE", "catalog".to_owned()),
        ("CHECKOUTS_TABLE", "checkouts".to_owned()),
        ("LOGINS_TABLE", "logins".to_owned()),
        ("LIMITS_TABLE", "limits".to_owned()),
        ("DOWNLOADS_TABLE", "downloads".to_owned()),
    ]);
    Ok(places)
}

/// Completes a request even if its connection is lost, as Lambda does.
async fn to_its_end(request: Request, next: Next) -> Response {
    let answer = tokio::spawn(next.run(request)).await;
    answer.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

/// Answers only requests to a host name of this machine. Otherwise a page elsewhere could point its own host name here (DNS rebinding) and read
/// sign-in codes in the outbox.
async fn refuse_other_hosts(request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host.rsplit_once(':').filter(|(_, port)| !port.contains(']')).map_or(host, |(name, _)| name);
    if matches!(name, "localhost" | "127.0.0.1" | "[::1]") {
        return next.run(request).await;
    }
    (StatusCode::MISDIRECTED_REQUEST, "This shop answers at http://localhost only.\n").into_response()
}

/// The storefront's pages and the routers of the functions.
fn router(settings: &Settings, clients: &Clients, upkeep: &Upkeep) -> anyhow::Result<Router> {
    let webhook_secret = KeptSecret::new(settings.required::<String>("POLAR_WEBHOOK_SECRET")?);
    let functions = Router::new()
        .merge(catalog::router(catalog::Shop::from_settings(settings, clients)?))
        .merge(checkout::router(checkout::Shop::from_settings(settings, clients)?))
        .merge(session::router(session::Shop::from_settings(settings, clients, upkeep.queue.clone())?))
        .merge(library::router(library::Shop::from_settings(settings, clients)?))
        .merge(download::router(download::Shop::from_settings(settings, clients)?))
        .merge(webhook::router(webhook::Shop::new(webhook_secret, upkeep.queue.clone())));
    let dead_letters = upkeep.dead_letters.clone();
    let dead_letters = get(move || std::future::ready(Json(dead_letters.list())));
    let origins = Origins::from_settings(settings)?;
    let api = with_cors(http_api::serve(functions, origins.clone()), origins).layer(from_fn(to_its_end));
    Ok(page().route("/dead-letters", dead_letters).fallback_service(api))
}
