//! Limits of calls, and the blocks behind them, as recorded.

#[allow(unreachable_pub, reason = "shared by several test programs")]
mod support;

use std::time::Duration;

use polar_standin::{Options, Pace, Product, RateLimits, Shop};
use serde_json::json;
use support::Answer;
use support::recording::Recording;
use support::replay::Replay;

const ORGANIZATION: &str = "a3bd941f-1bf2-40f6-835e-aec6d3ac4e1e";
const ALBUM: &str = "a60255b5-916d-4ecc-8527-145d27382176";
const READ_ONLY_TOKEN: &str = "polar_oat_j77ss8efkaCQOdNP5MxvOFhm3GtSR3mwVd54P1pRfSs";

/// A shop with limits where the checkout of these recordings is open.
async fn limited(rate_limits: RateLimits, number: &str) -> Replay {
    let shop = Shop::named(ORGANIZATION.parse().expect("a uuid"), "Recording Shop", "rec-shop")
        .with_product(Product::new(ALBUM.parse().expect("a uuid"), "Free Album").priced(0));
    let options = Options { shop, pace: Pace::Manual, rate_limits, ..Options::default() };
    let standin = support::start(options).await;
    let read_only = standin.token_with_scopes(&["products:read"]);
    let mut replay = Replay::new(standin, &[ORGANIZATION, ALBUM]);
    replay.alias(READ_ONLY_TOKEN, &read_only);
    let url = replay.standin.url().to_owned();
    replay.alias("http://127.0.0.1:28001", &url);
    let secret = Recording::number(number)
        .url()
        .split("/client/")
        .nth(1)
        .and_then(|rest| rest.split('/').next())
        .map(str::to_owned);
    if let Some(secret) = secret {
        replay.begun_unrecorded(&secret, json!({"products": [ALBUM]})).await;
    }
    replay
}

/// Sends a recorded request; its answer has the recorded status, and if that is 429, nothing else but the wait.
async fn is_as_recorded(replay: &Replay, number: &str) {
    let recording = Recording::number(number);
    let answer = replay.send(&recording).await;
    assert_eq!(answer.status, recording.status(), "{}: {}", recording.name, answer.text());
    if answer.status == 429 {
        assert!(answer.bytes.is_empty(), "{}", recording.name);
        for name in ["content-type", "polar-version", "cache-control", "x-polar-sandbox"] {
            assert_eq!(answer.header(name), recording.response_header(name).unwrap_or_default(), "{name}");
        }
        let recorded = recording.response_header("retry-after").and_then(|text| text.parse().ok()).unwrap_or_default();
        // What is left of a block gets less while the test runs.
        assert!((recorded - 59..=recorded).contains(&wait(&answer)), "{}: {}", recording.name, wait(&answer));
    }
}

fn wait(answer: &Answer) -> i64 {
    answer.header("retry-after").parse().expect("a wait")
}

async fn statuses(replay: &Replay, number: &str, times: usize) -> Vec<u16> {
    let recording = Recording::number(number);
    let mut statuses = Vec::new();
    for _ in 0..times {
        statuses.push(replay.send(&recording).await.status);
    }
    statuses
}

#[tokio::test]
async fn the_seventh_confirm_in_a_minute_blocks_its_address_everywhere() {
    let replay = limited(RateLimits::Sandbox, "750").await;
    assert_eq!(statuses(&replay, "750", 6).await, [422; 6]);
    for number in ["751", "752", "753", "754", "755", "756"] {
        is_as_recorded(&replay, number).await;
    }
    replay.standin.advance(Duration::from_secs(1801));
    assert_eq!(statuses(&replay, "752", 1).await, [200]);
}

#[tokio::test]
async fn the_seventh_confirm_of_the_organization_blocks_all_its_tokens() {
    let replay = limited(RateLimits::Sandbox, "760").await;
    assert_eq!(statuses(&replay, "762", 1).await, [200], "the token is known by now");
    assert_eq!(statuses(&replay, "760", 6).await, [422; 6]);
    for number in ["760", "761", "762", "763"] {
        is_as_recorded(&replay, number).await;
    }
    replay.standin.advance(Duration::from_secs(301));
    assert_eq!(statuses(&replay, "762", 2).await, [200, 429], "a token that was not seen lately gets one call through");
}

#[tokio::test]
async fn twenty_confirms_an_hour_are_enough() {
    let replay = limited(RateLimits::Sandbox, "750").await;
    for times in [6, 6, 6, 2] {
        assert_eq!(statuses(&replay, "750", times).await, vec![422; times]);
        replay.standin.advance(Duration::from_mins(1));
    }
    is_as_recorded(&replay, "751").await;
}

#[tokio::test]
async fn an_organization_has_a_hundred_calls_a_minute_at_the_sandbox() {
    let replay = limited(RateLimits::Sandbox, "757").await;
    assert_eq!(statuses(&replay, "757", 101).await, vec![200; 101], "the first one makes the token known");
    is_as_recorded(&replay, "757").await;
    assert_eq!(statuses(&replay, "773", 1).await, [200], "others are counted on their own");
    replay.standin.advance(Duration::from_mins(1));
    assert_eq!(statuses(&replay, "757", 1).await, [200]);
}

#[tokio::test]
async fn a_bad_token_has_sixty_calls_a_minute() {
    let replay = limited(RateLimits::Production, "759").await;
    assert_eq!(statuses(&replay, "759", 60).await, vec![401; 60]);
    is_as_recorded(&replay, "759").await;
}

#[tokio::test]
async fn an_address_has_five_hundred_calls_a_minute() {
    let replay = limited(RateLimits::Production, "773").await;
    assert_eq!(statuses(&replay, "773", 500).await, vec![200; 500]);
    is_as_recorded(&replay, "773").await;
}

#[tokio::test]
async fn a_customer_is_counted_alone() {
    let replay = limited(RateLimits::Sandbox, "757").await;
    let buy = |email: &str| {
        let product_id = ALBUM.parse().expect("a uuid");
        let bought = polar_standin::Purchase { product_id, email: email.to_owned(), checkout_id: None };
        replay.standin.buy(&bought).expect("a purchase").customer_id
    };
    let mut tokens = Vec::new();
    for email in ["one@recordings-mail.net", "two@recordings-mail.net"] {
        let body = json!({"customer_id": buy(email)});
        let session = support::post(&replay.standin, "/v1/customer-sessions/", &body).await;
        tokens.push(session.text_at("/token").to_owned());
    }
    for _ in 0..101 {
        assert_eq!(support::portal(&replay.standin, "customers/me", &tokens[0]).await.status, 200);
    }
    assert_eq!(support::portal(&replay.standin, "customers/me", &tokens[0]).await.status, 429);
    assert_eq!(support::portal(&replay.standin, "customers/me", &tokens[1]).await.status, 200);
}

#[tokio::test]
async fn nothing_is_limited_unless_asked_for() {
    let replay = limited(RateLimits::Off, "750").await;
    assert_eq!(statuses(&replay, "750", 25).await, vec![422; 25]);
    assert_eq!(statuses(&replay, "759", 100).await, vec![401; 100]);
}
