//! What the webhook route believes, and what becomes of it.

use std::{fs, path::Path, time::Duration};

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use http_api::Origins;
use http_body_util::BodyExt;
use jiff::Timestamp;
use queue::{Job, LocalQueue, PolarEvent};
use ring::hmac;
use serde_json::Value;
use startup::KeptSecret;
use tokio::{sync::mpsc, time::timeout};
use tower::ServiceExt;
use webhook::Shop;

const SECRET: &str = "whsec_ovyN6cPrTv56AApvzCaJno08SSmGJmgbWilb33N2JuK";

/// The shop's webhook route, and the jobs that come out of its queue.
struct Route {
    router: Router,
    jobs: mpsc::UnboundedReceiver<Job>,
}

fn open() -> Route {
    let local = LocalQueue::new(Duration::ZERO);
    let shop = Shop::new(KeptSecret::new(SECRET), local.queue());
    let origins = Origins::new(vec!["https://shop.example".parse().unwrap()]).unwrap();
    let (sender, jobs) = mpsc::unbounded_channel();
    tokio::spawn(local.run(move |job| std::future::ready(sender.send(job))));
    Route { router: http_api::serve(webhook::router(shop), origins), jobs }
}

/// The two ways in which Polar makes a key of a secret.
fn keys() -> [Vec<u8>; 2] {
    let decoded = STANDARD.decode("ovyN6cPrTv56AApvzCaJno08SSmGJmgbWilb33N2JuI=").expect("base64");
    [SECRET.as_bytes().to_vec(), decoded]
}

#[derive(Clone)]
struct Delivery {
    id: String,
    timestamp: String,
    signature: String,
    body: Vec<u8>,
}

impl Delivery {
    fn signed(id: &str, body: &[u8], key: &[u8], at: Timestamp) -> Self {
        let timestamp = at.as_second().to_string();
        let message = [id.as_bytes(), b".", timestamp.as_bytes(), b".", body].concat();
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), &message);
        let signature = format!("v1,{}", STANDARD.encode(tag));
        Self { id: id.to_owned(), timestamp, signature, body: body.to_vec() }
    }

    fn now(body: &[u8]) -> Self {
        Self::signed("0f8f5f0a-6c3e-4b7e-9d1b-6a1b2c3d4e5f", body, &keys()[0], Timestamp::now())
    }
}

impl Route {
    async fn deliver(&self, delivery: Delivery) -> (StatusCode, Value) {
        let headers = [
            ("webhook-id", delivery.id),
            ("webhook-timestamp", delivery.timestamp),
            ("webhook-signature", delivery.signature),
        ];
        let mut request = Request::post("/api/webhooks/polar").header("content-type", "application/json");
        for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
            request = request.header(*name, value);
        }
        let answer = self.router.clone().oneshot(request.body(Body::from(delivery.body)).unwrap()).await.unwrap();
        let status = answer.status();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    async fn next_event(&mut self) -> PolarEvent {
        match timeout(Duration::from_secs(10), self.jobs.recv()).await.expect("a job in time") {
            Some(Job::PolarEvent(event)) => event,
            job => panic!("an event: {job:?}"),
        }
    }
}

/// The raw bodies that Polar's server delivered, with their ids.
fn recorded_deliveries() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/polar/tests/recordings");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let recordings = files.into_iter().filter_map(|path| {
        let name = path.file_name()?.to_str()?;
        let delivery = name.starts_with("80") || name.starts_with("81") || name.starts_with("82");
        delivery.then(|| serde_json::from_slice::<Value>(&fs::read(&path).unwrap()).unwrap())
    });
    let id = |recording: &Value| {
        let headers = recording["request"]["headers"].as_array()?;
        let id = headers
            .iter()
            .find(|header| header[0].as_str().is_some_and(|name| name.eq_ignore_ascii_case("webhook-id")));
        Some(id?[1].as_str()?.to_owned())
    };
    recordings
        .map(|recording| {
            let body = recording["request"]["body_text"].as_str().expect("a raw body");
            (id(&recording).expect("an id"), body.as_bytes().to_vec())
        })
        .collect()
}

const EVENT: &[u8] = br#"{"type":"customer.deleted","timestamp":"2026-08-22T08:47:05.123456Z","data":{"id":"e12512b9-f4ab-4eda-b3d6-ad6efae5984a"}}"#;

#[tokio::test]
async fn every_recorded_delivery_is_queued_under_either_key() {
    let mut route = open();
    let deliveries = recorded_deliveries();
    assert!(deliveries.len() >= 26, "{}", deliveries.len());
    for (id, body) in &deliveries {
        for key in keys() {
            let (status, answer) = route.deliver(Delivery::signed(id, body, &key, Timestamp::now())).await;
            assert_eq!(status, StatusCode::ACCEPTED, "{answer}");
            let (event, sent) = (route.next_event().await, serde_json::from_slice::<Value>(body).unwrap());
            assert_eq!((&*event.id, &*event.kind), (&**id, sent["type"].as_str().unwrap()));
            assert_eq!(event.subject_id.map(|id| id.to_string()).as_deref(), sent["data"]["id"].as_str());
        }
    }
}

#[tokio::test]
async fn what_was_altered_or_is_too_old_is_not_believed() {
    let route = open();
    let now = Timestamp::now();
    let good = Delivery::now(EVENT);
    let altered = |change: fn(&mut Delivery)| {
        let mut delivery = good.clone();
        change(&mut delivery);
        delivery
    };
    let minutes =
        |minutes: i64| Delivery::signed("id", EVENT, &keys()[1], now + jiff::SignedDuration::from_mins(minutes));
    for (case, delivery) in [
        ("one byte of the body", altered(|delivery| delivery.body[20] ^= 1)),
        ("another id", altered(|delivery| delivery.id.push('0'))),
        ("half a signature", altered(|delivery| delivery.signature.truncate(20))),
        (
            "another version of signatures",
            altered(|delivery| delivery.signature = delivery.signature.replace("v1", "v2")),
        ),
        ("six minutes old", minutes(-6)),
        ("from the future", minutes(6)),
        ("another secret", Delivery::signed("id", EVENT, b"whsec_other", now)),
    ] {
        let (status, problem) = route.deliver(delivery).await;
        assert_eq!((status.as_u16(), problem["code"].as_str()), (401, Some("unauthenticated")), "{case}");
    }
}

#[tokio::test]
async fn what_is_missing_or_too_long_is_named() {
    let route = open();
    let without = |forget: fn(&mut Delivery)| {
        let mut delivery = Delivery::now(EVENT);
        forget(&mut delivery);
        delivery
    };
    let unsigned = without(|delivery| delivery.signature.clear());
    let (status, problem) = route.deliver(unsigned).await;
    assert_eq!((status.as_u16(), problem["code"].as_str()), (401, Some("unauthenticated")));
    for (field, delivery) in [
        ("webhook-id", without(|delivery| delivery.id.clear())),
        ("webhook-timestamp", without(|delivery| delivery.timestamp.clear())),
        ("webhook-timestamp", without(|delivery| delivery.timestamp = "soon".to_owned())),
        ("webhook-signature", without(|delivery| delivery.signature = "v1, ".repeat(2400))),
        ("webhook-id", without(|delivery| delivery.id = "i".repeat(257))),
        ("", Delivery::now(b"no JSON")),
        ("", Delivery::now(b"{}")),
    ] {
        let (status, problem) = route.deliver(delivery).await;
        assert_eq!((status.as_u16(), problem["code"].as_str()), (400, Some("invalid_request")), "{field}");
        assert_eq!(problem["errors"][0]["field"], field);
    }
    let (status, problem) = route.deliver(Delivery::now(&vec![b' '; 2_000_000])).await;
    assert_eq!((status.as_u16(), problem["code"].as_str()), (413, Some("payload_too_large")));
}

#[tokio::test]
async fn one_fitting_signature_among_several_is_enough() {
    let mut route = open();
    let mut delivery = Delivery::now(EVENT);
    delivery.signature = format!("v1,AAAA v2,x {}", delivery.signature);
    assert_eq!(route.deliver(delivery).await.0, StatusCode::ACCEPTED);
    let event = route.next_event().await;
    assert_eq!(event.customer_id, event.subject_id, "a customer event is about its customer");
}

#[tokio::test]
async fn a_kind_of_event_that_is_not_invented_yet_is_queued_too() {
    let mut route = open();
    let body = br#"{"type":"moon.landed","timestamp":"2026-08-22T08:47:05Z","data":{}}"#;
    assert_eq!(route.deliver(Delivery::now(body)).await.0, StatusCode::ACCEPTED);
    assert_eq!(route.next_event().await.kind, "moon.landed");
}
