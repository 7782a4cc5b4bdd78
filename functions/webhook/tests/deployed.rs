//! The built program with the settings and in the role that `template.yaml` gives it.

use std::path::Path;

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use ring::hmac;
use serde_json::{Value, json};
use testbed::{Event, Function, WEBHOOK_SECRET, World};

const BODY: &str = r#"{"type":"customer.deleted","timestamp":"2026-08-22T08:47:05.123456Z","data":{"id":"e12512b9-f4ab-4eda-b3d6-ad6efae5984a","email":"ada@recordings-mail.net"}}"#;
const ID: &str = "0f8f5f0a-6c3e-4b7e-9d1b-6a1b2c3d4e5f";

async fn deployed(world: &World) -> Function {
    world.run("webhook", Path::new(env!("CARGO_BIN_EXE_webhook"))).await.expect("the program starts")
}

/// A delivery of Polar's at this moment, as API Gateway hands it on.
fn delivery() -> Value {
    let timestamp = Timestamp::now().as_second();
    let key = hmac::Key::new(hmac::HMAC_SHA256, WEBHOOK_SECRET.as_bytes());
    let tag = hmac::sign(&key, format!("{ID}.{timestamp}.{BODY}").as_bytes());
    let body: Value = serde_json::from_str(BODY).expect("JSON");
    let event = Event::post("/api/webhooks/polar", &body)
        .header("webhook-id", ID)
        .header("webhook-timestamp", &timestamp.to_string())
        .header("webhook-signature", &format!("v1,{}", STANDARD.encode(tag)));
    let mut event = event.into_json();
    // Byte for byte what was signed.
    event["body"] = BODY.into();
    event
}

#[tokio::test]
async fn a_delivery_is_in_the_queue_when_it_is_answered_whether_or_not_the_gateway_encoded_it() {
    let world = World::start().await.expect("a world");
    let function = deployed(&world).await;
    let mut encoded = delivery();
    encoded["body"] = STANDARD.encode(BODY).into();
    encoded["isBase64Encoded"] = true.into();

    for event in [delivery(), encoded] {
        assert_eq!(function.invoke(event).await.expect("an answer")["statusCode"], 202);
        let job = json!({
            "job": "polar_event",
            "id": ID,
            "kind": "customer.deleted",
            "happened_at": "2026-08-22T08:47:05.123456Z",
            "subject_id": "e12512b9-f4ab-4eda-b3d6-ad6efae5984a",
            "customer_id": "e12512b9-f4ab-4eda-b3d6-ad6efae5984a",
        });
        assert_eq!(world.take_messages(), [job]);
    }
    assert!(!function.logs().contains("ada@recordings-mail.net"));
    assert!(!function.logs().contains(WEBHOOK_SECRET));
}
