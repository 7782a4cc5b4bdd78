//! Measures what attackers can make the shop spend: CPU with unsigned webhooks, Polar's rate limit with endless checkouts, and the time of a
//! buyer in whose name they buy and send requests.

use std::{fs, path::Path, time::Duration};

use anyhow::Context;
use jiff::Timestamp;
use polar::{
    WebhookSecret,
    webhook::{Headers, LARGEST_BODY, sign, verify},
};
use polar_standin::{Options, RateLimits, Standin};
use reqwest::{Method, RequestBuilder};
use serde_json::json;
use store::{Attempt, History, HistoryOf, Outcome};
use testbed::{
    Purchase, demo,
    seeds::{ACCOUNT_SESSION, BUYER, BUYER_EMAIL},
};
use uuid::Uuid;

use crate::{
    figures::Times,
    shop::{Shop, UNLIMITED, timed},
};

/// What fits into the headers that API Gateway takes.
const SIGNATURES: usize = 2400;
/// The scheduler counts in ticks, which are longer than one message takes.
const WEBHOOKS: u32 = 200;
/// More than Polar answers in a minute.
const CHECKOUTS: usize = 600;
/// Free purchases in the buyer's name, one step after the other.
const PURCHASES: [usize; 3] = [0, 350, 1000];
/// Refusals in the buyer's history, likewise.
const REFUSALS: [u64; 3] = [0, 240, 2400];
/// A median of so many.
const TIMES: usize = 50;

/// Prints all of it.
pub(crate) async fn print(program: &Path) -> anyhow::Result<()> {
    print_webhooks()?;
    print_checkouts(program).await?;
    print_purchases(program).await?;
    print_history(program).await
}

/// The CPU of the largest body with signatures that do not fit: as many as a request can have, and one.
fn print_webhooks() -> anyhow::Result<()> {
    let (body, now) = (vec![b' '; LARGEST_BODY], Timestamp::now());
    let secret = WebhookSecret::new("whsec_ovyN6cPrTv56AApvzCaJno08SSmGJmgbWilb33N2JuK");
    let timestamp = now.as_second().to_string();
    let other = sign(&WebhookSecret::new("another"), "id", now.as_second(), b"");
    for (case, signature) in [("2,400 empty signatures", "v1, ".repeat(SIGNATURES)), ("one wrong signature", other)] {
        let headers = Headers { id: "id", timestamp: &timestamp, signature: &signature };
        let begun = cpu_milliseconds()?;
        let verdicts: Vec<_> = (0..WEBHOOKS).map(|_| verify(&secret, headers, &body, now)).collect();
        let spent = (cpu_milliseconds()? - begun) / f64::from(WEBHOOKS);
        println!("webhook of 1 MiB, {case}: {spent:.3} ms of CPU, {:?}", verdicts[0]);
    }
    Ok(())
}

fn cpu_milliseconds() -> anyhow::Result<f64> {
    let spent = fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanoseconds = spent.split(' ').next().context("the time on the processor")?;
    Ok(nanoseconds.parse::<f64>()? / 1e6)
}

/// What a visitor who begins checkouts without end leaves of Polar's limit to a buyer, without shares and with them.
async fn print_checkouts(program: &Path) -> anyhow::Result<()> {
    for (case, calls_per_network) in [("without shares", UNLIMITED), ("with shares", "100")] {
        let polar = Standin::start(Options { rate_limits: RateLimits::Production, ..demo_shop()? }).await?;
        let shop = shop_at(&polar, program, calls_per_network).await?;
        polar.clear_requests();
        let begin = || {
            let request = shop.http.post(format!("{}/api/checkout", shop.url)).header("origin", &shop.url);
            let request = request.header("content-type", "application/json");
            request.body(json!({ "products": [demo::SKY_SAMPLER] }).to_string())
        };
        for _ in 0..CHECKOUTS {
            begin().send().await?;
        }
        let calls = polar.requests().len();
        let buyers = begin().header("cookie", cookie()).send().await?.status();
        println!("{CHECKOUTS} checkouts of a visitor, {case}: {calls} calls of Polar; a buyer's own then: {buyers}");
    }
    Ok(())
}

fn demo_shop() -> anyhow::Result<Options> {
    Ok(Options { shop: demo::shop()?, ..Options::default() })
}

/// What a library and a download cost a buyer in whose name others have bought free products.
async fn print_purchases(program: &Path) -> anyhow::Result<()> {
    let polar = Standin::start(demo_shop()?).await?;
    let shop = shop_at(&polar, program, UNLIMITED).await?;
    let mut bought = 0;
    for count in PURCHASES {
        for _ in bought..count {
            polar.buy(&Purchase { product_id: demo::SKY_SAMPLER, email: BUYER_EMAIL.to_owned(), checkout_id: None })?;
        }
        bought = count;
        let library = signed_in(&shop, Method::GET, "/api/customer/downloadable-products");
        let download = signed_in(&shop, Method::POST, "/api/customer/download")
            .header("content-type", "application/json")
            .body(json!({ "productId": demo::POLYGON_PRIMER }).to_string());
        for (case, request) in [("library", library), ("download", download)] {
            let (times, calls) = (median(&request).await?, calls(&polar, &request).await?);
            println!("{count} free purchases in a buyer's name, {case}: {calls} calls of Polar, {times:.1} ms");
        }
    }
    Ok(())
}

/// How long the newest entry of a history takes, beside entries of refusals: the buyer's own, and those of a stranger's order.
async fn print_history(program: &Path) -> anyhow::Result<()> {
    let polar = Standin::start(demo_shop()?).await?;
    let shop = shop_at(&polar, program, UNLIMITED).await?;
    let history = History::new(shop.dynamodb.clone(), "downloads");
    let newest = signed_in(&shop, Method::GET, "/api/customer/downloads?limit=1");
    for (whose, view) in
        [("a stranger's order", HistoryOf::Checkout(Uuid::from_u128(7))), ("the buyer's own", HistoryOf::Account)]
    {
        let mut written = 0;
        for count in REFUSALS {
            for number in written..count {
                history.record_once(BUYER, view, Uuid::new_v4(), &refusal(number)).await?;
            }
            written = count;
            println!("{count} refusals of {whose}, ?limit=1: {:.2} ms", median(&newest).await?);
        }
    }
    Ok(())
}

fn refusal(number: u64) -> Attempt {
    Attempt {
        at: Timestamp::now() + Duration::from_millis(number),
        result: Outcome::NotEntitled,
        session_id: "bench".to_owned(),
        client: "bench".to_owned(),
        product_id: Some(demo::FOREST_PACK),
        order_id: None,
        file_id: Some(Uuid::new_v4()),
        file_name: None,
        version: None,
    }
}

async fn shop_at(polar: &Standin, program: &Path, calls_per_network: &str) -> anyhow::Result<Shop> {
    let url = polar.api_url();
    let settings = [
        ("POLAR_API_URL", url.as_str()),
        ("POLAR_ACCESS_TOKEN", polar.access_token()),
        ("POLAR_CALLS_PER_NETWORK", calls_per_network),
        ("POLAR_CALLS_PER_SESSION", UNLIMITED),
    ];
    let shop = Shop::start(program, &settings).await?;
    shop.sign_in().await?;
    Ok(shop)
}

fn cookie() -> String {
    format!("__Host-session={ACCOUNT_SESSION}")
}

fn signed_in(shop: &Shop, method: Method, path: &str) -> RequestBuilder {
    shop.http.request(method, format!("{}{path}", shop.url)).header("origin", &shop.url).header("cookie", cookie())
}

/// How often Polar is asked for one answer.
async fn calls(polar: &Standin, request: &RequestBuilder) -> anyhow::Result<usize> {
    polar.clear_requests();
    timed(request).await?;
    Ok(polar.requests().len())
}

async fn median(request: &RequestBuilder) -> anyhow::Result<f64> {
    let mut times = Times::default();
    for _ in 0..TIMES {
        times.add(timed(request).await?);
    }
    Ok(times.median())
}
