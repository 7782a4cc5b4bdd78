//! The program is killed after Polar has begun a checkout, as Lambda may, and the page asks again.

use std::path::Path;

use serde_json::json;
use testbed::{Answer, Event, Function, World, demo, wait_until};

const CHECKOUT: &str = env!("CARGO_BIN_EXE_checkout");
const KILLS: usize = 5;

async fn begin(checkout: &Function) -> Answer {
    let event = Event::post("/api/checkout", &json!({ "products": [demo::FOREST_PACK] }));
    let event = event.header("idempotency-key", "9f1c1f9e-6d2b-4a57-9a2e-0f3b5b6c7d8e");
    checkout.call(event).await.expect("an answer")
}

/// Waits until Polar was asked for so many checkouts.
async fn begun_at_polar(world: &World, count: usize) {
    let begun = || world.polar.requests().iter().filter(|request| request.line() == "POST /v1/checkouts/").count();
    wait_until("checkouts at Polar", async || begun() >= count).await;
}

#[tokio::test]
async fn a_request_that_is_cut_off_again_and_again_begins_one_checkout_that_anybody_sees() {
    let world = World::start().await.unwrap();
    let run = || world.run("checkout", Path::new(CHECKOUT));
    for kill in 1..=KILLS {
        let checkout = run().await.unwrap();
        tokio::select! {
            () = begun_at_polar(&world, kill) => {}
            // The kill before came after the row was written, so Polar is not asked any more.
            _ = begin(&checkout) => break,
        }
    }

    let (first, again) = (begin(&run().await.unwrap()).await, begin(&run().await.unwrap()).await);
    assert_eq!(first.status, 201, "{}", first.body);
    assert_eq!((&first.body, &first.cookies), (&again.body, &again.cookies));
    let rows = world.dynamodb.client().scan().table_name("checkouts").send().await.unwrap();
    assert_eq!(rows.count(), 2, "the answer and its checkout");
}
