//! What counts as a download, under load and in trouble.

use std::time::Duration;

use futures_util::future::join_all;
use polar_standin::Fault;
use reqwest::Method;
use serde_json::{Value, json};
use store::{Downloads, Proof};

use crate::support::{Answer, Browser, open_shop, open_shop_with, polar};

/// Patience for a machine that has a lot to do.
const PATIENT: (&str, &str) = ("POLAR_TIME_LIMIT_MILLISECONDS", "60000");

const CONNECTIONS: usize = 10;
const DOWNLOADS_EACH: usize = 20;

/// Asks for one file 200 times, as fast as ten connections at once carry it. That DynamoDB counts right under 200
/// writes at the very same moment is a test of the store's.
async fn stampede(browser: &Browser) -> Vec<Answer> {
    let path = format!("/api/customer/download/{}", demo::SKY_ARCHIVE);
    let connections = (0..CONNECTIONS).map(async |_| {
        let browser = browser.twin();
        let mut answers = Vec::new();
        for _ in 0..DOWNLOADS_EACH {
            answers.push(browser.get(&path).await);
        }
        answers
    });
    join_all(connections).await.concat()
}

fn links(downloads: &[Answer]) -> usize {
    downloads.iter().filter(|download| download.status == 302 && download.header("location").is_some()).count()
}

#[tokio::test]
async fn without_grace_a_limit_of_five_gives_five_of_two_hundred_downloads_over_ten_connections() {
    let shop = open_shop_with([("DOWNLOAD_GRACE_SECONDS", "0"), PATIENT]).await;
    let browser = Browser::at(&shop);
    browser.buy(&shop, demo::SKY_SAMPLER, "new@recordings-mail.net").await;

    let downloads = stampede(&browser).await;

    let refused = downloads.iter().filter(|download| download.refusal() == (429, "download_limit_reached")).count();
    assert_eq!((links(&downloads), refused), (5, 195));
    let row = browser.library().await.remove(0);
    assert_eq!(
        (&row["status"], &row["downloadUsed"], &row["remainingDownloads"]),
        (&json!("expired"), &json!(5), &json!(0))
    );
}

#[tokio::test]
async fn two_hundred_downloads_over_ten_connections_within_the_grace_time_cost_one() {
    let shop = open_shop_with([PATIENT]).await;
    let browser = Browser::at(&shop);
    browser.buy(&shop, demo::SKY_SAMPLER, "new@recordings-mail.net").await;

    let downloads = stampede(&browser).await;

    assert_eq!(links(&downloads), 200);
    assert_eq!(browser.library().await[0]["downloadUsed"], 1);
    let results = history(&browser).await;
    let count = |result: &str| results.iter().filter(|found| *found == result).count();
    assert_eq!((results.len(), count("issued"), count("repeated")), (200, 1, 199));
}

/// The results of all attempts, page by page.
async fn history(browser: &Browser) -> Vec<String> {
    let (mut results, mut next) = (Vec::new(), String::new());
    loop {
        let page = browser.get(&format!("/api/customer/downloads?limit=100{next}")).await.body;
        let attempts = page["items"].as_array().expect("items").iter();
        results.extend(attempts.map(|attempt| attempt["result"].as_str().unwrap_or_default().to_owned()));
        let Some(from) = page["next"].as_str() else { return results };
        next = format!("&from={from}");
    }
}

#[tokio::test]
async fn a_history_that_goes_on_from_nowhere_is_refused() {
    let shop = open_shop_with([]).await;
    let browser = Browser::signed_in(&shop, demo::ADA, Proof::Mailbox).await;
    let long = "a".repeat(2_000);
    for from in ["attempt", "attempt%23", "", &long] {
        let refused = browser.get(&format!("/api/customer/downloads?from={from}")).await;
        assert_eq!(refused.refusal(), (400, "invalid_request"), "{from}");
    }
}

#[tokio::test]
async fn a_double_click_a_resumed_and_a_retried_download_cost_one() {
    let shop = open_shop_with([]).await;
    let browser = Browser::at(&shop);
    browser.buy(&shop, demo::SKY_SAMPLER, "new@recordings-mail.net").await;
    let path = format!("/api/customer/download/{}", demo::SKY_ARCHIVE);

    let (first, second) = tokio::join!(browser.get(&path), browser.get(&path));
    let resumed = browser.get_with(&path, &[("range", "bytes=100-")]).await;
    let retried = browser.post("/api/customer/download", &json!({ "fileId": demo::SKY_ARCHIVE })).await;

    assert_eq!([first.status, second.status, resumed.status, retried.status], [302, 302, 302, 200]);
    assert_eq!(retried.body["remainingDownloads"], 4);
}

#[tokio::test]
async fn a_stopped_polar_costs_no_download() {
    let mut shop = open_shop_with([]).await;
    let browser = Browser::at(&shop);
    browser.buy(&shop, demo::SKY_SAMPLER, "new@recordings-mail.net").await;
    assert_eq!(browser.library().await.len(), 1);

    drop(shop.standin.take());
    let refused = browser.post("/api/customer/download", &json!({ "fileId": demo::SKY_ARCHIVE })).await;

    assert_eq!(refused.refusal(), (503, "polar_unavailable"));
    let customer = browser.get("/api/session").await.body["customer"]["id"].as_str().unwrap().parse().unwrap();
    let counters = Downloads::new(shop.dynamodb.client(), "downloads").list_counters(customer).await.unwrap();
    assert!(counters.is_empty(), "{counters:?}");
}

/// How a link of Polar's begins; the store's begin otherwise.
fn is_polars(url: &Value) -> bool {
    url.as_str().expect("an address").contains("/customer-portal/downloadables/")
}

#[tokio::test]
async fn a_resolved_link_leads_straight_to_the_store_for_an_hour() {
    let shop = open_shop_with([("RESOLVE_LINKS", "true")]).await;
    let browser = Browser::at(&shop);
    browser.buy(&shop, demo::SKY_SAMPLER, "new@recordings-mail.net").await;

    let link = browser.post("/api/customer/download", &json!({ "productId": demo::SKY_SAMPLER })).await;

    assert_eq!((link.status, &link.body["remainingDownloads"]), (200, &json!(4)));
    assert!(!is_polars(&link.body["downloadUrl"]), "{link:?}");
    let expires_at: jiff::Timestamp = link.body["expiresAt"].as_str().unwrap().parse().unwrap();
    assert!(expires_at <= jiff::Timestamp::now() + Duration::from_hours(1));
    let file = startup::http_client().get(link.body["downloadUrl"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(file.status(), 200, "no further redirect");
    assert_eq!(Some(file.bytes().await.unwrap().len() as u64), link.body["size"].as_u64());

    let followed = polar(&shop).requests().into_iter().rfind(|request| request.path.contains("/downloadables/."));
    let bearer = followed.and_then(|request| request.header("authorization").map(str::to_owned));
    assert!(bearer.is_some_and(|bearer| bearer.starts_with("Bearer polar_")), "counts for the customer");
}

#[tokio::test]
async fn by_default_a_link_is_polars_own() {
    let shop = open_shop_with([]).await;
    let browser = Browser::at(&shop);
    browser.buy(&shop, demo::SKY_SAMPLER, "new@recordings-mail.net").await;

    let link = browser.post("/api/customer/download", &json!({ "productId": demo::SKY_SAMPLER })).await;

    assert!(is_polars(&link.body["downloadUrl"]));
}

#[tokio::test]
async fn a_failure_to_resolve_a_link_costs_no_download() {
    let settings = [("RESOLVE_LINKS", "true"), ("POLAR_TIME_LIMIT_MILLISECONDS", "400")];
    let shop = open_shop_with(settings).await;
    let browser = Browser::at(&shop);
    browser.buy(&shop, demo::SKY_SAMPLER, "new@recordings-mail.net").await;
    let follow = || Fault::on("GET /v1/customer-portal/downloadables/{token}");
    let wanted = json!({ "productId": demo::SKY_SAMPLER });
    let gone = "{\"error\":\"ResourceUnavailable\",\"detail\":\"Unavailable\"}";

    for (case, fault, refusal) in [
        ("down", follow().status(503), (503, "polar_unavailable")),
        ("hanging", follow().hang(), (504, "polar_timeout")),
        ("gone in the middle", follow().drop_connection(), (503, "polar_unavailable")),
        ("limited", follow().rate_limited(Duration::from_mins(1)), (503, "polar_unavailable")),
        ("no redirect", follow().body(200, "application/json", "{}"), (502, "polar_unexpected")),
        ("withdrawn by Polar's virus scan", follow().body(410, "application/json", gone), (404, "file_not_found")),
    ] {
        polar(&shop).fault(fault);
        let refused = browser.post("/api/customer/download", &wanted).await;
        assert_eq!(refused.refusal(), refusal, "{case}: {:?}", refused.body);
        polar(&shop).clear_faults();
    }

    assert_eq!(browser.library().await[0]["downloadUsed"], 0);
    assert_eq!(browser.post("/api/customer/download", &wanted).await.body["remainingDownloads"], 4);
}

#[tokio::test]
async fn a_file_elsewhere_has_nothing_to_resolve() {
    let shop = open_shop_with([("RESOLVE_LINKS", "true")]).await;
    let customer = crate::support::bought(polar(&shop), demo::LIGHTING_COURSE, "new@recordings-mail.net").customer_id;
    let browser = Browser::signed_in(&shop, customer, store::Proof::Mailbox).await;

    let link = browser.post("/api/customer/download", &json!({ "fileId": demo::COURSE_VIDEOS })).await;

    assert_eq!((link.status, &link.body["expiresAt"]), (200, &Value::Null));
}

#[tokio::test]
async fn what_is_no_download_takes_none() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    browser.buy(&shop, demo::SKY_SAMPLER, "new@recordings-mail.net").await;
    let path = format!("/api/customer/download/{}", demo::SKY_ARCHIVE);
    for (name, value) in [
        ("sec-purpose", "prefetch"),
        ("sec-purpose", "prefetch;prerender"),
        ("sec-purpose", "prefetch;anonymous-client-ip"),
        ("purpose", "prefetch"),
        ("purpose", "preview"),
        ("x-purpose", "preview"),
        ("x-moz", "prefetch"),
        ("range", "bytes=0-0"),
        ("range", "bytes=0-1"),
        ("range", "bytes=-1"),
    ] {
        let refused = browser.get_with(&path, &[(name, value)]).await;
        assert_eq!(refused.refusal(), (403, "look_ahead"), "{name}: {value}");
        assert_eq!(refused.header("cache-control"), Some("no-store"));
        assert_eq!(refused.header("location"), None);
    }
    let head = browser.send(Method::HEAD, &path, None, &[]).await;
    assert_eq!((head.status, head.header("location")), (403, None));
    let from_sibling = |dest, user| {
        [("sec-fetch-site", "same-site"), ("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", dest), ("origin", user)]
    };
    for headers in [from_sibling("image", ""), from_sibling("video", "https://sibling.example")] {
        assert_eq!(browser.get_with(&path, &headers).await.refusal(), (403, "origin_not_allowed"));
    }
    let framed = [
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-user", "?1"),
        ("sec-fetch-dest", "iframe"),
        ("origin", ""),
    ];
    assert_eq!(browser.get_with(&path, &framed).await.refusal(), (403, "origin_not_allowed"));

    assert_eq!(browser.library().await[0]["downloadUsed"], 0);
    let history = browser.get("/api/customer/downloads").await;
    assert_eq!(history.body["items"], json!([]), "{history:?}");
    let click = [
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-user", "?1"),
        ("sec-fetch-dest", "document"),
        ("origin", ""),
    ];
    assert_eq!(browser.get_with(&path, &click).await.status, 302, "a link that the buyer has clicked");
    assert_eq!(browser.get_with(&path, &[("range", "bytes=100-")]).await.status, 302, "a download that goes on");
}

#[tokio::test]
async fn a_strangers_refusals_stay_out_of_the_customers_history() {
    let shop = open_shop().await;
    let (stranger, ada) = (Browser::at(&shop), Browser::signed_in(&shop, demo::ADA, Proof::Mailbox).await);
    stranger.buy(&shop, demo::SKY_SAMPLER, demo::ADA_EMAIL).await;
    for number in 0..5 {
        let wanted = json!({ "fileId": uuid::Uuid::from_u128(number) });
        assert_eq!(stranger.post("/api/customer/download", &wanted).await.refusal(), (403, "order_scope"));
    }
    let taken = stranger.post("/api/customer/download", &json!({ "fileId": demo::SKY_ARCHIVE })).await;
    assert_eq!(taken.status, 200);
    let results = async |browser: &Browser| {
        let history = browser.get("/api/customer/downloads").await;
        let items = history.body["items"].as_array().expect("items").clone();
        items.iter().map(|item| item["result"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(results(&stranger).await.len(), 6);
    let issued = results(&ada).await.into_iter().filter(|result| result == "issued").count();
    assert_eq!((issued, results(&ada).await.contains(&"order_scope".to_owned())), (1, false));
}
