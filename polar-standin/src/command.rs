//! What the command line says, and the stand-in that it asks for.

use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Parser, ValueEnum};
use polar_standin::{Fault, Options, Pace, RateLimits, Shop, Standin, WebhookEndpoint};
use serde_json::json;

/// What is sold without `--seed`.
const EXAMPLE: &str = include_str!("../examples/shop.json");

/// The environment variable with the secret that signs webhooks. It is no argument: other users of the machine see those.
const SECRET: &str = "POLAR_WEBHOOK_SECRET";

/// A local Polar: its API, its hosted checkout, its file store and its webhooks, on one port of this machine.
///
/// Give your program the address and the access token that are printed at the start. README.md lists the routes, the format
/// of seeds and faults, and the routes below `/_standin` that move the clock and script faults while it runs.
#[derive(Parser)]
#[command(name = "polar-standin", version)]
pub(crate) struct Command {
    /// The port; 0 takes a free one.
    #[arg(long, default_value_t = 4004)]
    port: u16,

    /// The shop, as JSON; without it, a small example.
    #[arg(long, value_name = "FILE")]
    seed: Option<PathBuf>,

    /// Where customers, checkouts and orders survive a restart; without it, they are forgotten.
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,

    /// Deliver webhooks to this `http://` address, signed with the secret in the environment variable `POLAR_WEBHOOK_SECRET`.
    /// Can be given more than once.
    #[arg(long, value_name = "URL")]
    webhook: Vec<String>,

    /// Sign webhooks as Polar does for secrets made since September 2026: with the decoded secret.
    #[arg(long)]
    standard_signature: bool,

    /// Script these faults, as JSON.
    #[arg(long, value_name = "FILE")]
    faults: Option<PathBuf>,

    /// Whose limits of calls hold.
    #[arg(long, value_enum, default_value_t = Limits::Off)]
    rate_limits: Limits,

    /// Finish purchases and deliver webhooks only when asked to: `POST /_standin/settle` and `POST /_standin/deliver`.
    #[arg(long)]
    manual: bool,

    /// Write the addresses and the access token to this file, as JSON, once the API answers.
    #[arg(long, value_name = "FILE")]
    ready_file: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Limits {
    /// Call as often as you like.
    Off,
    /// 100 calls a minute, as at Polar's sandbox.
    Sandbox,
    /// 500 calls a minute, as at Polar itself.
    Production,
}

impl Command {
    /// Starts the stand-in and returns once it answers.
    pub(crate) async fn start(&self) -> anyhow::Result<Standin> {
        let faults = self.faults.as_deref().map(read_faults).transpose()?.unwrap_or_default();
        let webhooks = self.webhooks()?;
        let standin = Standin::start(self.options()?).await?;
        for fault in faults {
            standin.fault(fault);
        }
        for webhook in webhooks {
            standin.add_webhook_endpoint(webhook)?;
        }
        if let Some(file) = &self.ready_file {
            write_ready_file(file, &standin).with_context(|| format!("cannot write {}", file.display()))?;
        }
        Ok(standin)
    }

    fn options(&self) -> anyhow::Result<Options> {
        Ok(Options {
            address: (Ipv4Addr::LOCALHOST, self.port).into(),
            shop: match &self.seed {
                Some(file) => Shop::load(file)?,
                None => Shop::parse(EXAMPLE, Path::new(""))?,
            },
            pace: if self.manual { Pace::Manual } else { Pace::default() },
            state_file: self.data.as_ref().map(|folder| folder.join("polar.json")),
            rate_limits: match self.rate_limits {
                Limits::Off => RateLimits::Off,
                Limits::Sandbox => RateLimits::Sandbox,
                Limits::Production => RateLimits::Production,
            },
            ..Options::default()
        })
    }

    fn webhooks(&self) -> anyhow::Result<Vec<WebhookEndpoint>> {
        if self.webhook.is_empty() {
            return Ok(Vec::new());
        }
        let secret = std::env::var(SECRET).with_context(|| format!("set {SECRET}, which signs the webhooks"))?;
        let endpoint = |url: &String| {
            let endpoint = WebhookEndpoint::new(url, &secret);
            if self.standard_signature { endpoint.with_standard_signature() } else { endpoint }
        };
        Ok(self.webhook.iter().map(endpoint).collect())
    }
}

fn read_faults(file: &Path) -> anyhow::Result<Vec<Fault>> {
    let faults = || format!("the faults {}", file.display());
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", faults()))?;
    serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_str(&text)).with_context(faults)
}

/// No reader ever sees half of it.
fn write_ready_file(file: &Path, standin: &Standin) -> anyhow::Result<()> {
    let ready = json!({"url": standin.url(), "api_url": standin.api_url(), "access_token": standin.access_token()});
    let unfinished = file.with_extension("unfinished");
    fs::write(&unfinished, ready.to_string())?;
    fs::rename(&unfinished, file)?;
    Ok(())
}
