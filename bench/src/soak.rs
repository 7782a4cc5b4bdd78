//! Puts a local shop under load, and measures its throughput, latency and memory as time passes and its tables grow.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use store::{NewSession, Proof};
use testbed::{demo, seeds::ACCOUNT_SESSION};
use tokio::{task::JoinSet, time};

use crate::{
    figures::Times,
    scene::LIFETIME,
    shop::{Shop, UNLIMITED, timed},
};

/// Sessions in the table, one step after the other.
const TABLE_SIZES: [usize; 3] = [1_000, 10_000, 100_000];
/// Writes at the same time while the table is filled.
const WRITERS: usize = 32;
/// Clients that ask again as soon as they have an answer.
const CLIENTS: usize = 16;
/// How long they do.
const FULL_LOAD: Duration = Duration::from_secs(10);

/// What is asked in turn; library and download ask Polar's stand-in.
const MIX: [Ask; 4] = [
    Ask { name: "GET /api/products", path: "/api/products?limit=100", download: None },
    Ask { name: "GET /api/session", path: "/api/session", download: None },
    Ask {
        name: "GET /api/customer/downloadable-products",
        path: "/api/customer/downloadable-products",
        download: None,
    },
    Ask { name: "POST /api/customer/download", path: "/api/customer/download", download: Some(demo::POLYGON_PRIMER) },
];

/// One buyer asks as much as a whole shop's buyers do.
const NO_SHARES: [(&str, &str); 2] = [("POLAR_CALLS_PER_SESSION", UNLIMITED), ("POLAR_CALLS_PER_NETWORK", UNLIMITED)];

#[derive(Clone, Copy)]
struct Ask {
    name: &'static str,
    path: &'static str,
    download: Option<uuid::Uuid>,
}

/// What was found.
#[derive(Debug, Serialize)]
pub(crate) struct Soak {
    /// At full load, by route.
    full_load: Vec<Load>,
    /// `GET /api/session` at full load, by the number of sessions in the table.
    growth: Vec<Growth>,
    /// Requests a second of the steady load.
    rate: u32,
    /// The steady load, minute by minute.
    minutes: Vec<Minute>,
}

#[derive(Debug, Serialize)]
struct Load {
    route: &'static str,
    per_second: f64,
    p50: f64,
    p99: f64,
}

#[derive(Debug, Serialize)]
struct Growth {
    sessions: usize,
    load: Load,
    memory_mb: f64,
}

#[derive(Debug, Serialize)]
struct Minute {
    number: u32,
    answered: usize,
    failed: usize,
    p50: f64,
    p99: f64,
    memory_mb: f64,
}

/// Runs the shop for so many minutes at so many requests a second.
pub(crate) async fn soak(program: &Path, minutes: u32, rate: u32) -> anyhow::Result<Soak> {
    let shop = Shop::start(program, &NO_SHARES).await?;
    shop.sign_in().await?;
    let mut full_load = Vec::new();
    for ask in MIX {
        full_load.push(shop.full_load(ask).await?);
    }
    let mut found = Soak { full_load, growth: Vec::new(), rate, minutes: Vec::new() };
    for number in 1..=minutes {
        let minute = shop.minute(number, rate).await?;
        println!("{}", serde_json::to_string(&minute)?);
        found.minutes.push(minute);
    }
    let mut sessions = 0;
    for size in TABLE_SIZES {
        shop.add_sessions(size - sessions).await?;
        sessions = size;
        let growth = Growth { sessions, load: shop.full_load(MIX[1]).await?, memory_mb: shop.memory() };
        println!("{}", serde_json::to_string(&growth)?);
        found.growth.push(growth);
    }
    Ok(found)
}

impl Shop {
    /// Adds sessions of as many customers.
    async fn add_sessions(&self, count: usize) -> anyhow::Result<()> {
        let mut writers = JoinSet::new();
        for _ in 0..count {
            if writers.len() == WRITERS {
                writers.join_next().await.context("a writer")???;
            }
            let sessions = self.sessions.clone();
            writers.spawn(async move {
                let session = NewSession::open(uuid::Uuid::new_v4(), Proof::Mailbox, LIFETIME, "bench");
                sessions.create(&session, Timestamp::now()).await.map(|_| ()).map_err(anyhow::Error::from)
            });
        }
        while let Some(written) = writers.join_next().await {
            written??;
        }
        Ok(())
    }

    /// Some clients, each of which asks again as soon as it has an answer.
    async fn full_load(&self, ask: Ask) -> anyhow::Result<Load> {
        let begun = Instant::now();
        let mut clients = JoinSet::new();
        for _ in 0..CLIENTS {
            let request = self.request(ask);
            clients.spawn(async move {
                let mut times = Vec::new();
                while begun.elapsed() < FULL_LOAD {
                    times.push(timed(&request).await?);
                }
                anyhow::Ok(times)
            });
        }
        let mut times = Times::default();
        let mut answered = 0;
        while let Some(client) = clients.join_next().await {
            for time in client?? {
                times.add(time);
                answered += 1;
            }
        }
        let per_second = f64::from(answered) / begun.elapsed().as_secs_f64();
        Ok(Load { route: ask.name, per_second, p50: times.median(), p99: times.quantile(0.99) })
    }

    /// A minute at a steady rate: a request is sent when it is its time, whether or not the one before is answered.
    async fn minute(&self, number: u32, rate: u32) -> anyhow::Result<Minute> {
        let mut clock = time::interval(Duration::from_secs(1) / rate);
        let mut asked = JoinSet::new();
        let asks: Vec<_> = MIX.into_iter().map(|ask| self.request(ask)).collect();
        for request in asks.iter().cycle().take(usize::try_from(rate)? * 60) {
            clock.tick().await;
            let request = Arc::clone(request);
            asked.spawn(async move { timed(&request).await });
        }
        let (mut times, mut answered, mut failed) = (Times::default(), 0, 0);
        while let Some(time) = asked.join_next().await {
            match time? {
                Ok(time) => {
                    times.add(time);
                    answered += 1;
                }
                Err(_) => failed += 1,
            }
        }
        let (p50, p99) = (times.median(), times.quantile(0.99));
        Ok(Minute { number, answered, failed, p50, p99, memory_mb: self.memory() })
    }

    fn request(&self, ask: Ask) -> Arc<reqwest::RequestBuilder> {
        let url = format!("{}{}", self.url, ask.path);
        let request = match ask.download {
            Some(product) => self
                .http
                .post(url)
                .header("origin", &self.url)
                .header("content-type", "application/json")
                .body(json!({ "productId": product }).to_string()),
            None => self.http.get(url),
        };
        Arc::new(request.header("cookie", format!("__Host-session={ACCOUNT_SESSION}")))
    }
}
