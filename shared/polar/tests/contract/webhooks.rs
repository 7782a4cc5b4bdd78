//! Webhook deliveries as a receiver saw them.

use jiff::Timestamp;
use polar::{
    Error, WebhookSecret,
    webhook::{Event, EventData, EventType, Headers, VerifyError, verify},
};
use serde_json::{Value, json};

use crate::recording::Recording;

fn deliveries() -> Vec<Recording> {
    Recording::all().into_iter().filter(|recording| !recording.part("/received_at_unix").is_null()).collect()
}

fn body(delivery: &Recording) -> &str {
    delivery.part("/request/body_text").as_str().unwrap()
}

fn headers(delivery: &Recording) -> Headers<'_> {
    let header = |name| delivery.request_header(name).unwrap();
    Headers { id: header("webhook-id"), timestamp: header("webhook-timestamp"), signature: header("webhook-signature") }
}

fn received_at(delivery: &Recording) -> Timestamp {
    #[allow(clippy::cast_possible_truncation, reason = "seconds of this century")]
    Timestamp::from_second(delivery.part("/received_at_unix").as_f64().unwrap() as i64).unwrap()
}

#[test]
fn each_recorded_delivery_is_believed() {
    let secrets = Recording::read("webhook-secrets");
    let deliveries = deliveries();
    assert_eq!(deliveries.len(), 26);
    for delivery in deliveries {
        let secret = secrets.part(&format!("/{}", delivery.path().replace('/', "~1")));
        let secret = WebhookSecret::new(secret.as_str().unwrap());

        let verdict = verify(&secret, headers(&delivery), body(&delivery).as_bytes(), received_at(&delivery));

        assert_eq!(verdict, Ok(()), "{}", delivery.name);
    }
}

#[test]
fn a_body_that_was_written_anew_is_not_believed() {
    let delivery = Recording::read("812-webhook-customer-state-changed");
    let secret = WebhookSecret::new(Recording::read("webhook-secrets").part("/~1hook").as_str().unwrap());
    let pretty = serde_json::to_string_pretty(delivery.sent()).unwrap();

    let verdict = verify(&secret, headers(&delivery), pretty.as_bytes(), received_at(&delivery));

    assert_eq!(verdict, Err(VerifyError::Forged));
}

#[test]
fn each_recorded_event_is_read_with_what_it_is_about() {
    for delivery in deliveries() {
        let event = Event::from_json(body(&delivery).as_bytes()).unwrap();

        let sent = delivery.sent();
        assert_eq!(json!(event.kind), sent["type"], "{}", delivery.name);
        let (family, id) = match &event.data {
            EventData::CustomerState(data) => ("customer", json!(data.id)),
            EventData::Customer(data) => ("customer", json!(data.id)),
            EventData::BenefitGrant(data) => ("benefit_grant", json!(data.id)),
            EventData::Benefit(data) => ("benefit", json!(data.id)),
            EventData::Order(data) => ("order", json!(data.id)),
            EventData::Checkout(data) => ("checkout", json!(data.id)),
            EventData::Product(data) => ("product", json!(data.id)),
            EventData::Subscription(data) => ("subscription", json!(data.id)),
            EventData::Other(data) => ("", data["id"].clone()),
        };
        assert_eq!(id, sent["data"]["id"], "{}", delivery.name);
        let others = ["member.created", "member.deleted", "refund.created"];
        let expected = sent["type"].as_str().unwrap();
        let expected = if others.contains(&expected) { "" } else { expected.split('.').next().unwrap() };
        assert_eq!(family, expected, "{}", delivery.name);
    }
}

#[test]
fn a_revoked_grant_names_what_was_lost() {
    let delivery = Recording::read("817-webhook-benefit-grant-revoked");

    let event = Event::from_json(body(&delivery).as_bytes()).unwrap();

    let EventData::BenefitGrant(grant) = event.data else { panic!("{:?}", event.kind) };
    assert_eq!(event.kind, EventType::BenefitGrantRevoked);
    assert!(grant.is_revoked && !grant.is_granted);
    assert_eq!(json!(grant.files()), delivery.sent()["data"]["properties"]["files"]);
}

#[test]
fn an_event_of_an_unknown_kind_is_kept() {
    let body =
        r#"{"type": "moon.risen", "timestamp": "2026-11-21T11:02:20Z", "api_version": "2027-01", "data": {"a": 1}}"#;

    let event = Event::from_json(body.as_bytes()).unwrap();

    assert_eq!(event.kind, EventType::Unknown("moon.risen".into()));
    assert_eq!(event.api_version.as_deref(), Some("2027-01"));
    assert_eq!(event.data, EventData::Other(json!({"a": 1})));
}

#[test]
fn an_event_that_cannot_be_read_names_the_place() {
    let mut sent: Value = Recording::read("809-webhook-order-paid").sent().clone();
    sent["data"]["total_amount"] = json!("a lot");

    let error = Event::from_json(sent.to_string().as_bytes()).unwrap_err();

    assert!(matches!(&error, Error::Unexpected { path, .. } if path == "data.total_amount"), "{error:?}");
}
