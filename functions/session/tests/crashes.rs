//! The program is killed in the middle of a claim, as Lambda may, and the browser asks again.

use std::{collections::BTreeSet, path::Path};

use serde_json::json;
use testbed::{
    Answer, BegunCheckout, Event, Function, World, demo,
    seeds::{BROWSER_KEY, BUYER_EMAIL},
    wait_until,
};
use tokio::task::JoinSet;

const SESSION: &str = env!("CARGO_BIN_EXE_session");
const KILLS: usize = 3;

struct Shop {
    world: World,
    checkout: BegunCheckout,
}

impl Shop {
    /// With a checkout that was paid, and whose browser has not come back yet.
    async fn open() -> Self {
        let world = World::start().await.unwrap();
        let checkout = world.begin_checkout(demo::FOREST_PACK, BROWSER_KEY).await.unwrap();
        world.pay(&checkout.url, BUYER_EMAIL).await.unwrap();
        world.polar.settle().await;
        Self { world, checkout }
    }

    async fn start(&self) -> Function {
        self.world.run("session", Path::new(SESSION)).await.expect("the program starts")
    }

    fn claim(&self) -> Event {
        let event = Event::post("/api/session", &json!({ "checkoutId": self.checkout.id }));
        event.cookie("__Host-browser", BROWSER_KEY)
    }

    /// Claims, and kills the program once something is true; the answer is lost, whether it was under way or not.
    async fn kill_once(&self, what: &str, is_true: impl AsyncFn() -> bool) {
        let (function, event) = (self.start().await, self.claim());
        let mut browser = JoinSet::new();
        browser.spawn(async move { function.call_while_pending(&event).await });
        wait_until(what, is_true).await;
        browser.shutdown().await;
    }

    /// Claims until it is answered: just after a claim its answer may be under way to the browser, and Polar may have been asked a moment ago.
    async fn claim_again(&self) -> Answer {
        self.start().await.call_while_pending(&self.claim()).await.expect("an answer in time")
    }

    /// What the table has instead of the sessions' tokens.
    async fn token_hashes(&self) -> BTreeSet<String> {
        let rows = self.world.dynamodb.client().scan().table_name("sessions").send().await.unwrap();
        rows.items().iter().map(|row| row["token_hash"].as_s().unwrap().clone()).collect()
    }

    /// Whether an answer brings the one session that there is, and it opens the order.
    async fn opens_its_order(&self, answer: &Answer) {
        assert_eq!((answer.status, answer.body["scope"].as_str()), (201, Some("order")), "{}", answer.body);
        assert_eq!(self.token_hashes().await.len(), 1);
        let token = answer.cookie("__Host-session").expect("a session");
        let event = Event::get("/api/session").cookie("__Host-session", token);
        let shown = self.start().await.call(event).await.unwrap();
        assert_eq!(shown.body["active"], true, "{}", shown.body);
    }
}

#[tokio::test]
async fn a_claim_that_is_killed_while_polar_is_asked_claims_nothing_and_the_next_one_does() {
    let shop = Shop::open().await;
    let asked =
        || shop.world.polar.requests().iter().filter(|request| request.line().contains("/v1/checkouts/")).count();
    let before = asked();
    shop.kill_once("a question to Polar", async || asked() > before).await;

    let answer = shop.claim_again().await;
    shop.opens_its_order(&answer).await;
}

#[tokio::test]
async fn a_purchase_survives_the_loss_of_one_answer_after_the_other() {
    let shop = Shop::open().await;
    for _ in 0..KILLS {
        let before = shop.token_hashes().await;
        shop.kill_once("a new token", async || shop.token_hashes().await != before).await;
    }

    let answer = shop.claim_again().await;
    shop.opens_its_order(&answer).await;
}
