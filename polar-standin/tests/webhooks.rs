//! Webhooks: what is told, in which order, how it is signed, and what happens when nobody listens.

#[allow(unreachable_pub, reason = "shared by several test programs")]
mod support;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use polar_standin::{File, PendingDelivery, Purchase, Purchased, Standin, WebhookEndpoint};
use ring::hmac;
use serde_json::{Value, json};
use support::receiver::{Received, Receiver};
use support::recording::Recording;
use support::replay::NEWER;
use support::{confirm, example, get, post, standin};

const SECRET: &str = "whsec_IHPM9WjSVaDVEMZaPyNehxLOvWkwORsTtWxB60KVgEf";

/// A stand-in that delivers to a receiver.
async fn heard() -> (Standin, Receiver) {
    let (standin, receiver) = (standin().await, Receiver::start().await);
    standin.add_webhook_endpoint(WebhookEndpoint::new(&receiver.url, SECRET)).expect("an endpoint");
    (standin, receiver)
}

/// The same, for one type only.
async fn heard_of(kind: &str) -> (Standin, Receiver) {
    let (standin, receiver) = (standin().await, Receiver::start().await);
    standin.add_webhook_endpoint(WebhookEndpoint::new(&receiver.url, SECRET).only(&[kind])).expect("an endpoint");
    (standin, receiver)
}

fn purchase(product_id: uuid::Uuid) -> Purchase {
    Purchase { product_id, email: "hook@recordings-mail.net".to_owned(), checkout_id: None }
}

fn buy(standin: &Standin, product_id: uuid::Uuid) -> Purchased {
    standin.buy(&purchase(product_id)).expect("a purchase")
}

fn kinds(deliveries: &[PendingDelivery]) -> Vec<&str> {
    deliveries.iter().map(|delivery| delivery.event_type.as_str()).collect()
}

/// Type and status of each event of a recorded sequence.
fn recorded_sequence(number: &str) -> Vec<(String, Value)> {
    let deliveries = Recording::number(number).part("deliveries");
    let deliveries = deliveries.as_array().expect("deliveries").iter();
    deliveries.map(|event| (event["type"].as_str().unwrap_or_default().to_owned(), event["status"].clone())).collect()
}

fn told(arrived: &[Received]) -> Vec<(String, Value)> {
    arrived.iter().map(|one| (one.kind(), one.json()["data"]["status"].clone())).collect()
}

#[tokio::test]
async fn a_free_checkout_is_told_of_in_the_recorded_order() {
    let (standin, receiver) = heard().await;
    let checkout = post(&standin, "/v1/checkouts/", &json!({"products": [example::SAMPLER]})).await;
    let buyer = json!({"customer_email": "seq@recordings-mail.net"});
    assert_eq!(confirm(&standin, &checkout.json, &buyer).await.status, 200);
    standin.settle().await;
    assert_eq!(standin.deliver().await, 11);
    let arrived = receiver.take();
    assert_eq!(told(&arrived), recorded_sequence("890"));
    let benefits = |place: usize| arrived[place].json()["data"]["granted_benefits"].as_array().map(Vec::len);
    assert_eq!((benefits(4), benefits(10)), (Some(0), Some(1)), "the state has the benefits only at the end");
    // Recordings 806 and 810.
    let customer = |place: usize| arrived[place].json()["data"]["customer_id"].clone();
    assert_eq!((customer(2), customer(8).is_string()), (Value::Null, true), "not yet there when it is confirmed");
}

#[tokio::test]
async fn a_paid_checkout_and_its_refunds_are_told_of_in_the_recorded_order() {
    let (standin, receiver) = heard().await;
    let bought = buy(&standin, example::TYPEFACE);
    let order = get(&standin, &format!("/v1/orders/{}", bought.order_id)).await;
    let total = order.json["total_amount"].as_i64().expect("an amount");
    for (amount, revoke) in [(500, false), (total - 500, true)] {
        let body = json!({"order_id": bought.order_id, "reason": "customer_request", "amount": amount,
            "revoke_benefits": revoke});
        let answer = post(&standin, "/v1/refunds/", &body).await;
        assert_eq!(answer.status, 201, "{}", answer.json);
    }
    standin.deliver().await;
    assert_eq!(told(&receiver.take()), recorded_sequence("891"));
}

/// Every object that a webhook carries has the fields of the recorded one.
#[tokio::test]
async fn payloads_have_the_recorded_fields() {
    let (standin, receiver) = heard().await;
    let bought = buy(&standin, example::TYPEFACE);
    standin.partial_refund(bought.order_id, 100).expect("a refund");
    post(&standin, "/v1/checkouts/", &json!({"products": [example::SAMPLER]})).await;
    standin.archive_product(example::TYPEFACE);
    standin.add_file(example::TYPEFACE_FILES, File::downloadable(uuid::Uuid::from_u128(1), "b.txt", "text/plain", "b"));
    standin.refund(bought.order_id, true);
    standin.delete_customer(bought.customer_id);
    standin.advance(Duration::from_hours(25));
    standin.deliver().await;
    let arrived = receiver.take();
    for number in [
        "802", "803", "805", "807", "808", "809", "810", "811", "812", "813", "815", "816", "817", "818", "819", "820",
        "821", "822",
    ] {
        let recording = Recording::number(number);
        let recorded: Value = serde_json::from_str(recorded_body(&recording).as_str()).expect("JSON");
        let kind = recorded["type"].as_str().unwrap_or_default();
        let here = arrived.iter().find(|one| one.kind() == kind).unwrap_or_else(|| panic!("no {kind}")).json();
        assert_eq!(fields(&here), fields(&recorded), "{kind}");
        assert_eq!(fields(&here["data"]), fields(&recorded["data"]), "{kind}");
        for part in ["customer", "member", "benefit", "product", "properties", "items/0"] {
            let part = format!("/data/{part}");
            if let Some(recorded) = recorded.pointer(&part) {
                let here = here.pointer(&part).unwrap_or(&Value::Null);
                assert_eq!(fields(here), fields(recorded), "{kind}{part}");
            }
        }
    }
}

fn recorded_body(recording: &Recording) -> String {
    recording.part("request")["body_text"].as_str().unwrap_or_default().to_owned()
}

fn fields(object: &Value) -> Vec<String> {
    let names = object.as_object().into_iter().flatten().map(|(name, _)| name.clone());
    let mut names: Vec<String> = names.filter(|name| !NEWER.contains(&name.as_str())).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_delivery_looks_as_recorded() {
    let (standin, receiver) = heard().await;
    buy(&standin, example::SAMPLER);
    standin.deliver().await;
    let arrived = receiver.take();
    let recording = Recording::number("809");
    // `traceparent` is of the recorded server's tracing; the client's own headers may differ.
    let own = ["host", "accept", "accept-encoding", "connection", "content-length", "traceparent"];
    for (name, value) in
        recording.request_headers().iter().filter(|(name, _)| !own.contains(&name.to_lowercase().as_str()))
    {
        let here = arrived[0].header(name);
        let is_fixed = !name.starts_with("webhook-");
        assert!(if is_fixed { here == value } else { here.len() == value.len() }, "{name}: {here} instead of {value}");
    }
    let body = &arrived[0].body;
    assert!(body.starts_with(r#"{"type":"checkout.created","timestamp":"20"#), "{body}");
    assert_eq!(body.len(), arrived[0].header("content-length").parse::<usize>().expect("a length"));
}

#[tokio::test]
async fn both_derivations_of_the_key_are_signed_with() {
    let standin = standin().await;
    let (whole, decoded) = (Receiver::start().await, Receiver::start().await);
    standin.add_webhook_endpoint(WebhookEndpoint::new(&whole.url, SECRET)).expect("an endpoint");
    // 32 bytes as they are in base64.
    let secret = "whsec_b3VyIG93biBrZXkgb2YgdGhpcnR5LXR3byBieXRlcyE";
    let endpoint = WebhookEndpoint::new(&decoded.url, secret).with_standard_signature();
    standin.add_webhook_endpoint(endpoint).expect("an endpoint");
    buy(&standin, example::SAMPLER);
    standin.deliver().await;
    let key = b"our own key of thirty-two bytes!";
    for (receiver, key) in [(whole, SECRET.as_bytes()), (decoded, key.as_slice())] {
        let arrived = receiver.take();
        assert_eq!(arrived.len(), 11);
        for one in arrived {
            let signed = format!("{}.{}.{}", one.header("webhook-id"), one.header("webhook-timestamp"), one.body);
            let key = hmac::Key::new(hmac::HMAC_SHA256, key);
            let expected = STANDARD.encode(hmac::sign(&key, signed.as_bytes()));
            assert_eq!(one.header("webhook-signature"), format!("v1,{expected}"));
        }
    }
}

/// Recording 882, and the receivers of recording 892.
#[tokio::test]
async fn a_failed_delivery_is_repeated_with_the_same_id_and_body_and_a_new_time() {
    for status in [500, 302, 404] {
        let (standin, receiver) = heard_of("order.paid").await;
        receiver.answer(status);
        buy(&standin, example::SAMPLER);
        assert_eq!(standin.deliver().await, 1);
        assert_eq!(standin.deliver().await, 0, "not at once");
        standin.advance(Duration::from_secs(8));
        receiver.answer(204);
        assert_eq!(standin.deliver().await, 1);
        assert!(standin.pending_deliveries().is_empty());
        let arrived = receiver.take();
        assert_eq!(arrived[0].header("webhook-id"), arrived[1].header("webhook-id"));
        assert_eq!(arrived[0].body, arrived[1].body);
        assert_ne!(arrived[0].header("webhook-timestamp"), arrived[1].header("webhook-timestamp"));
        assert_ne!(arrived[0].header("webhook-signature"), arrived[1].header("webhook-signature"));
    }
}

#[tokio::test]
async fn an_event_has_failed_for_good_after_ten_attempts_and_an_endpoint_is_off_after_ten_events() {
    let (standin, receiver) = heard_of("product.updated").await;
    let endpoint = get(&standin, "/v1/webhooks/endpoints").await.text_at("/items/0/id").to_owned();
    receiver.answer(500);
    for _ in 0..5 {
        standin.remove_benefit(example::TYPEFACE, example::TYPEFACE_FILES);
        standin.add_benefit(example::TYPEFACE, example::TYPEFACE_FILES);
    }
    for _ in 0..9 {
        assert_eq!(standin.deliver().await, 10);
        standin.advance(Duration::from_mins(20));
    }
    let path = format!("/v1/webhooks/endpoints/{endpoint}");
    assert_eq!(get(&standin, &path).await.json["enabled"], true);
    standin.remove_benefit(example::TYPEFACE, example::TYPEFACE_FILES);
    assert_eq!(standin.deliver().await, 10, "the last attempts; the new event is given up");
    assert_eq!(get(&standin, &path).await.json["enabled"], false);
    standin.add_benefit(example::TYPEFACE, example::TYPEFACE_FILES);
    assert!(standin.pending_deliveries().is_empty(), "nothing is told to an endpoint that is off");

    receiver.answer(200);
    receiver.take();
    standin.add_webhook_endpoint(WebhookEndpoint::new(&receiver.url, SECRET)).expect("an endpoint");
    standin.archive_product(example::SAMPLER);
    assert_eq!((standin.deliver().await, receiver.kinds()), (1, vec!["product.updated".to_owned()]));
}

#[tokio::test(start_paused = true)]
async fn a_receiver_that_does_not_answer_is_given_up_after_ten_seconds() {
    let (standin, receiver) = heard_of("order.paid").await;
    receiver.answer(0);
    buy(&standin, example::SAMPLER);
    assert_eq!(standin.deliver().await, 1);
    let pending = standin.pending_deliveries();
    assert_eq!((pending.len(), pending[0].attempts), (1, 1));
}

#[tokio::test]
async fn an_endpoint_without_a_receiver_fails_and_recovers() {
    let (standin, receiver) = heard_of("order.paid").await;
    let url = receiver.url.clone();
    drop(receiver);
    buy(&standin, example::SAMPLER);
    standin.deliver().await;
    let listed = get(&standin, "/v1/webhooks/deliveries").await;
    assert_eq!(listed.json["items"][0]["succeeded"], false);
    assert_eq!(listed.json["items"][0]["http_code"], Value::Null);
    assert_eq!(standin.pending_deliveries()[0].url, url);
}

#[tokio::test]
async fn deliveries_can_be_taken_and_sent_by_hand() {
    let (standin, receiver) = heard().await;
    buy(&standin, example::SAMPLER);
    let taken = standin.take_deliveries();
    assert_eq!(taken.len(), 11);
    assert_eq!((standin.deliver().await, standin.pending_deliveries().len()), (0, 0));
    let paid = taken.iter().find(|delivery| delivery.event_type == "order.paid").expect("order.paid");
    let headers = paid.headers(standin.now());
    assert_eq!(headers["webhook-id"].to_str().expect("text"), paid.id.to_string());
    assert!(headers["webhook-signature"].to_str().expect("text").starts_with("v1,"));

    assert!(standin.redeliver(paid.id));
    standin.deliver().await;
    let arrived = receiver.take();
    assert_eq!((arrived.len(), arrived[0].body.as_str()), (1, paid.body.as_str()));
    assert_eq!(arrived[0].header("webhook-id"), paid.id.to_string());
}

#[tokio::test]
async fn a_shop_that_runs_by_itself_delivers_by_itself() {
    let pace =
        polar_standin::Pace::Timed { confirmed_to_succeeded: Duration::ZERO, succeeded_to_granted: Duration::ZERO };
    let options = polar_standin::Options { shop: support::shop(), pace, ..polar_standin::Options::default() };
    let standin = support::start(options).await;
    let receiver = Receiver::start().await;
    standin.add_webhook_endpoint(WebhookEndpoint::new(&receiver.url, SECRET)).expect("an endpoint");
    receiver.answer(503);
    buy(&standin, example::SAMPLER);
    let mut arrived = receiver.wait_for(11).await;
    // The last answer has arrived here, but perhaps not there yet.
    let answered = async {
        while standin.pending_deliveries().iter().any(|delivery| delivery.attempts == 0) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), answered).await.expect("answers");
    receiver.answer(200);
    standin.advance(Duration::from_secs(8));
    arrived.extend(receiver.wait_for(11).await);
    let ids: std::collections::BTreeSet<String> =
        arrived.iter().map(|one| one.header("webhook-id").to_owned()).collect();
    assert_eq!(ids.len(), 11, "each event came twice");
}

#[tokio::test]
async fn a_customer_who_is_deleted_is_told_of_as_recorded() {
    let (standin, _receiver) = heard().await;
    let bought = buy(&standin, example::SAMPLER);
    standin.take_deliveries();
    standin.delete_customer(bought.customer_id);
    let told = standin.pending_deliveries();
    assert_eq!(
        kinds(&told),
        [
            "member.deleted",
            "customer.deleted",
            "customer.state_changed",
            "benefit_grant.revoked",
            "customer.state_changed"
        ]
    );
    let deleted: Value = serde_json::from_str(&told[1].body).expect("JSON");
    assert_eq!(deleted["data"]["external_id"], Value::Null);
    assert!(deleted["data"]["deleted_at"].is_string());
}

#[tokio::test]
async fn a_subscription_is_told_of_from_its_start_to_its_end() {
    let (standin, _receiver) = heard().await;
    let bought = buy(&standin, example::CLUB);
    let id = bought.subscription_id.expect("a subscription");
    let told = standin.take_deliveries();
    assert!(
        kinds(&told)
            .windows(3)
            .any(|three| { three == ["subscription.created", "subscription.updated", "subscription.active"] })
    );
    let revoked = vec!["benefit_grant.revoked"; bought.grant_ids.len()];

    assert!(standin.cancel_subscription(id, true));
    let told = standin.take_deliveries();
    assert_eq!(kinds(&told), ["subscription.updated", "subscription.canceled", "customer.state_changed"]);
    standin.advance(Duration::from_hours(24 * 366));
    let told = standin.take_deliveries();
    let end = [&["subscription.updated", "subscription.revoked"], revoked.as_slice(), &["customer.state_changed"]];
    assert_eq!(kinds(&told), end.concat());
}
