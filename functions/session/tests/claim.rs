//! From a checkout that is being paid to a session, step by step.

use std::path::Path;

use serde_json::json;
use testbed::{
    Answer, BegunCheckout, Event, Function, World, demo,
    seeds::{BROWSER_KEY, BUYER_EMAIL},
};

const SESSION: &str = env!("CARGO_BIN_EXE_session");

fn claim_of(checkout: &BegunCheckout) -> Event {
    let event = Event::post("/api/session", &json!({ "checkoutId": checkout.id }));
    event.cookie("__Host-browser", BROWSER_KEY)
}

async fn claim(session: &Function, checkout: &BegunCheckout) -> Answer {
    session.call(claim_of(checkout)).await.expect("an answer")
}

#[tokio::test]
async fn a_claim_is_pending_until_polar_says_that_the_checkout_succeeded() {
    let world = World::start().await.unwrap();
    let session = world.run("session", Path::new(SESSION)).await.unwrap();
    let checkout = world.begin_checkout(demo::FOREST_PACK, BROWSER_KEY).await.unwrap();

    let open = claim(&session, &checkout).await;
    assert_eq!((open.status, open.headers["retry-after"].as_str()), (202, "1"));
    assert_eq!(open.body, json!({ "status": "pending", "checkoutStatus": "open" }));
    assert!(open.cookies.is_empty());

    world.pay(&checkout.url, BUYER_EMAIL).await.unwrap();
    assert_eq!(claim(&session, &checkout).await.status, 202, "confirmed is not paid");

    world.polar.settle_step().await;
    // No webhook tells this world of the payment, so Polar is asked once more when a second is over.
    let succeeded = session.call_while_pending(&claim_of(&checkout)).await.expect("an answer in time");
    assert_eq!(succeeded.status, 201);
    assert!(succeeded.cookie("__Host-session").is_some());
}

#[tokio::test]
async fn instances_that_claim_at_once_open_one_session() {
    let world = World::start().await.unwrap();
    let checkout = world.begin_checkout(demo::FOREST_PACK, BROWSER_KEY).await.unwrap();
    world.pay(&checkout.url, BUYER_EMAIL).await.unwrap();
    world.polar.settle().await;
    let run = || world.run("session", Path::new(SESSION));
    let (a, b, c) = tokio::try_join!(run(), run(), run()).unwrap();

    let answers = tokio::join!(claim(&a, &checkout), claim(&b, &checkout), claim(&c, &checkout));

    let mut statuses = [answers.0.status, answers.1.status, answers.2.status];
    statuses.sort_unstable();
    assert!(statuses[0] == 201 && statuses.iter().all(|status| matches!(status, 201 | 202)), "{statuses:?}");
    let sessions = world.dynamodb.client().scan().table_name("sessions").send().await.unwrap();
    assert_eq!(sessions.count(), 1);
}

#[tokio::test]
async fn a_session_that_was_ended_is_gone_with_the_next_request() {
    let world = World::start().await.unwrap();
    world.seed_events().await.unwrap();
    let session = world.run("session", Path::new(SESSION)).await.unwrap();
    let with_session = |event: Event| event.cookie("__Host-session", testbed::seeds::ACCOUNT_SESSION);

    let ended = session.call(with_session(Event::delete("/api/session"))).await.unwrap();
    assert_eq!((ended.status, ended.cookie("__Host-session")), (204, Some("")));

    let shown = session.call(with_session(Event::get("/api/session"))).await.unwrap();
    assert_eq!(shown.body, json!({ "active": false }));
}
