use std::{
    fs,
    io::ErrorKind,
    net::{Ipv4Addr, SocketAddr},
};

use anyhow::{Context, bail};
use axum::{Json, Router, routing::get};
use dynamodb::Embedded;
use http_api::Origins;
use mail::{Mailer, Outbox};
use polar_standin::{Standin, WebhookEndpoint};
use serde_json::json;
use startup::{Clients, KeptSecret, Settings};
use tokio::{net::TcpListener, task::JoinHandle};
use worker::Worker;

use crate::{Options, Upkeep, cors::cors, outbox::outbox_page, page::page};

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
}

impl LocalShop {
    /// Starts everything and returns once it answers.
    ///
    /// # Errors
    /// With one line that says what is in the way: a port, a data file, a setting.
    pub async fn start(options: &Options) -> anyhow::Result<Self> {
        let listener = bind(options.port).await?;
        let address = listener.local_addr()?;
        let dynamodb = start_dynamodb(options).await?;
        let standin = start_standin(options).await?;

        let settings = settings(options, address, &dynamodb, standin.as_ref())?;
        let clients = Clients::from_settings(&settings)?;
        let outbox = Outbox::default();
        let mailer = Mailer::to_outbox(&settings, outbox.clone())?;
        let upkeep = Upkeep::start(Worker::from_settings(&settings, &clients, mailer)?).await;
        let router = router(&settings, &clients, &upkeep)?.merge(outbox_page(outbox.clone()));
        let router = router.into_make_service_with_connect_info::<SocketAddr>();
        let server = tokio::spawn(axum::serve(listener, router).into_future());
        if let Some(standin) = &standin {
            let secret: String = settings.required("POLAR_WEBHOOK_SECRET")?;
            standin
                .add_webhook_endpoint(WebhookEndpoint::new(&format!("http://{address}/api/webhooks/polar"), &secret))?;
        }
        let url = format!("http://localhost:{}", address.port());
        let shop = Self { url, dynamodb, standin, upkeep, outbox, server };
        shop.write_ready_file(options)?;
        Ok(shop)
    }

    /// Where Polar is, as a person would open it.
    #[must_use]
    pub fn polar_url(&self) -> &str {
        self.standin.as_ref().map_or("https://polar.sh", |standin| standin.url())
    }

    fn write_ready_file(&self, options: &Options) -> anyhow::Result<()> {
        let Some(file) = &options.ready_file else { return Ok(()) };
        let addresses = json!({ "shop": self.url, "polar": self.polar_url(), "dynamodb": self.dynamodb.url() });
        // A reader must never see half a file.
        let unfinished = file.with_extension("unfinished");
        fs::write(&unfinished, addresses.to_string())
            .and_then(|()| fs::rename(&unfinished, file))
            .with_context(|| format!("cannot write {}", file.display()))
    }
}

impl Drop for LocalShop {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Signs what the stand-in delivers. The real Polar has a secret of its own for each endpoint: set `POLAR_WEBHOOK_SECRET` to it.
const LOCAL_WEBHOOK_SECRET: &str = "whsec_bG9jYWwtc2hvcC1zZWNyZXQtbG9jYWwtc2hvcA";

async fn bind(port: u16) -> anyhow::Result<TcpListener> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            bail!("port {port} is taken: stop what uses it, or choose another port with --port or PORT")
        }
        listener => listener.with_context(|| format!("cannot listen on port {port}")),
    }
}

async fn start_dynamodb(options: &Options) -> anyhow::Result<Embedded> {
    if options.memory {
        return Embedded::in_memory().await;
    }
    fs::create_dir_all(&options.data).with_context(|| format!("cannot make the folder {}", options.data.display()))?;
    let file = options.data.join("dynamodb.db");
    Embedded::in_file(&file).await.context("move the file away to begin anew; it was left as it is")
}

async fn start_standin(options: &Options) -> anyhow::Result<Option<Standin>> {
    if options.settings.optional::<String>("POLAR_ACCESS_TOKEN")?.is_some() {
        return Ok(None);
    }
    let port = options.port.checked_add(u16::from(options.port != 0)).context("choose a port below 65535")?;
    let standin = polar_standin::Options {
        address: (Ipv4Addr::LOCALHOST, port).into(),
        state_file: (!options.memory).then(|| options.data.join("polar.json")),
        pace: options.pace,
        ..polar_standin::Options::default()
    };
    Ok(Some(Standin::start(standin).await.context("cannot start the stand-in for Polar")?))
}

/// The settings of the environment, with the addresses of this machine in place of AWS's and Polar's.
fn settings(
    options: &Options,
    address: SocketAddr,
    dynamodb: &Embedded,
    standin: Option<&Standin>,
) -> anyhow::Result<Settings> {
    let port = address.port();
    let mut settings = options.settings.clone();
    if settings.optional::<String>("POLAR_SERVER")?.is_none() {
        settings = settings.with("POLAR_SERVER", "sandbox");
    }
    if settings.optional::<String>("STOREFRONT_ORIGINS")?.is_none() {
        settings = settings.with("STOREFRONT_ORIGINS", format!("http://localhost:{port},http://127.0.0.1:{port}"));
    }
    if settings.optional::<String>("MAIL_FROM")?.is_none() {
        settings = settings.with("MAIL_FROM", "Meshwork Goods <shop@localhost>");
    }
    if settings.optional::<String>("POLAR_WEBHOOK_SECRET")?.is_none() {
        settings = settings.with("POLAR_WEBHOOK_SECRET", LOCAL_WEBHOOK_SECRET);
    }
    if let Some(standin) = standin {
        settings = settings.with("POLAR_API_URL", standin.api_url()).with("POLAR_ACCESS_TOKEN", standin.access_token());
    }
    Ok(settings
        .with("AWS_REGION", dynamodb::REGION)
        .with("AWS_ACCESS_KEY_ID", dynamodb::ACCESS_KEY)
        .with("AWS_SECRET_ACCESS_KEY", dynamodb::ACCESS_KEY)
        .with("AWS_SESSION_TOKEN", "")
        .with("AWS_ENDPOINT_URL_DYNAMODB", dynamodb.url())
        .with("SESSIONS_TABLE", "sessions")
        .with("CATALOGUE_TABLE", "catalogue")
        .with("CHECKOUTS_TABLE", "checkouts")
        .with("LOGINS_TABLE", "logins")
        .with("DOWNLOADS_TABLE", "downloads"))
}

/// The page, and behind it the very routers that the functions run.
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
    let api = http_api::serve(functions, origins.clone()).layer(cors(origins));
    Ok(page().route("/dead-letters", dead_letters).fallback_service(api))
}
