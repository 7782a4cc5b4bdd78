//! What a login leaves behind, and what it waits for.

use std::path::Path;

use serde_json::json;
use testbed::{
    Event, World,
    seeds::{BROWSER_KEY, BUYER, LOGIN_CODE},
};

const SESSION: &str = env!("CARGO_BIN_EXE_session");

#[tokio::test]
async fn a_request_for_a_code_is_queued_with_all_that_the_worker_needs_and_asks_polar_nothing() {
    let world = World::start().await.unwrap();
    let session = world.run("session", Path::new(SESSION)).await.unwrap();
    let event = Event::post("/api/login", &json!({ "email": " Ada@recordings-mail.net " }));
    let begun = session.call(event).await.unwrap();

    assert_eq!(begun.status, 202, "{}", begun.body);
    let messages = world.take_messages();
    let [message] = messages.as_slice() else { panic!("one message: {}", messages.len()) };
    assert_eq!((&message["job"], &message["email"]), (&json!("login_code"), &json!("Ada@recordings-mail.net")));
    assert_eq!(message["expires_at"], begun.body["expiresAt"]);
    assert!(world.polar.requests().is_empty(), "so that nobody learns from the time who is a customer");
}

#[tokio::test]
async fn a_request_above_the_limits_queues_nothing() {
    let world = World::start().await.unwrap();
    world.seed_events().await.unwrap();
    let session = world.run("session", Path::new(SESSION)).await.unwrap();
    let event = Event::post("/api/login", &json!({ "email": "ada@recordings-mail.net" }));
    let refused = session.call(event.cookie("__Host-browser", testbed::seeds::OTHER_BROWSER_KEY)).await.unwrap();

    assert_eq!((refused.status, refused.body["code"].as_str()), (429, Some("rate_limited")));
    let wait: u32 = refused.headers["retry-after"].parse().expect("seconds");
    assert!((1..=900).contains(&wait), "{wait}");
    assert!(world.take_messages().is_empty());
}

#[tokio::test]
async fn instances_that_verify_one_code_at_once_open_one_session() {
    let world = World::start().await.unwrap();
    world.seed_events().await.unwrap();
    let run = || world.run("session", Path::new(SESSION));
    let (a, b, c) = tokio::try_join!(run(), run(), run()).unwrap();
    let verify = || {
        let event = Event::post("/api/login/verify", &json!({ "code": LOGIN_CODE }));
        event.cookie("__Host-browser", BROWSER_KEY)
    };

    let answers = tokio::try_join!(a.call(verify()), b.call(verify()), c.call(verify())).unwrap();

    let mut answers = [answers.0, answers.1, answers.2];
    answers.sort_by_key(|answer| answer.status);
    assert_eq!(answers.each_ref().map(|answer| answer.status), [201, 403, 403]);
    assert_eq!(answers[0].body["customer"]["id"], json!(BUYER));
}
