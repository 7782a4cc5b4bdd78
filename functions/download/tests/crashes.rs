//! The program is killed in the middle of its work, as Lambda may, and started again.

use std::{path::Path, sync::Arc};

use serde_json::{Value, json};
use store::Downloads;
use testbed::{
    Answer, Event, Function, Purchase, World, demo,
    seeds::{ACCOUNT_SESSION, BUYER, BUYER_EMAIL},
    wait_until,
};
use tokio::task::JoinSet;

const DOWNLOAD: &str = env!("CARGO_BIN_EXE_download");
/// Of the product without a limit of its own; more than all loads ask for together.
const LIMIT: usize = 100;
const AT_ONCE: usize = 12;
const KILLS: u64 = 8;

/// Numbers that only look like chance: each run kills at the same places, as far as the machine lets it.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        // Xorshift, after Marsaglia.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

async fn start(world: &World, settings: &[(&'static str, &str)]) -> Function {
    let mut environment = world.environment_of("download").await.unwrap();
    environment.extend(settings.iter().map(|(name, value)| (*name, (*value).to_owned())));
    Function::start(Path::new(DOWNLOAD), &environment).await.expect("the program starts")
}

fn download(wanted: &Value) -> Event {
    Event::post("/api/customer/download", wanted).cookie("__Host-session", ACCOUNT_SESSION)
}

async fn seeded() -> World {
    let world = World::start().await.unwrap();
    world.seed_events().await.unwrap();
    world
}

/// Downloads that the tables know of, over all files of the buyer.
async fn counted(world: &World) -> usize {
    let counters = Downloads::new(world.dynamodb.client(), "downloads").list_counters(BUYER).await.unwrap();
    counters.values().map(|counter| counter.used as usize).sum()
}

/// Many downloads of the same at once.
struct Load<'a> {
    world: &'a World,
    settings: &'a [(&'static str, &'static str)],
    wanted: Value,
    /// Without a grace time each of them counts, with one only the first.
    each_counts: bool,
}

impl Load<'_> {
    /// Starts the program, sends the load and kills it somewhere after some of the answers; gives those that arrived.
    async fn kill(&self, chance: &mut Chance) -> Vec<Answer> {
        let world = self.world;
        let before = counted(world).await;
        let function = Arc::new(start(world, self.settings).await);
        let mut load = JoinSet::new();
        for _ in 0..AT_ONCE {
            let (function, event) = (Arc::clone(&function), download(&self.wanted));
            load.spawn(async move { function.call(event).await });
        }
        drop(function);
        let mut answers = Vec::new();
        for _ in 0..chance.below(AT_ONCE as u64 / 2) {
            answers.extend(load.join_next().await.map(|answer| answer.expect("no panic").expect("an answer")));
        }
        if chance.below(2) == 0 {
            // Somewhere between the questions to Polar, of which a download has at least three.
            let killed_at = world.polar.requests().len() as u64 + 1 + chance.below(6);
            wait_until("questions to Polar", async || world.polar.requests().len() as u64 >= killed_at).await;
        } else {
            // After a unit was taken and before anybody has seen its link.
            let units = if self.each_counts { answers.len() + 1 } else { 1 };
            wait_until("units", async || counted(world).await >= before + units).await;
        }
        // With the last of those who wait goes the program.
        load.shutdown().await;
        answers
    }
}

#[tokio::test]
async fn a_program_that_is_killed_again_and_again_hands_out_no_more_than_the_limit() {
    let world = seeded().await;
    let settings = [("DOWNLOAD_GRACE_SECONDS", "0"), ("DOWNLOAD_LIMIT", "100")];
    let wanted = json!({ "productId": demo::POLYGON_PRIMER });
    let load = Load { world: &world, settings: &settings, wanted: wanted.clone(), each_counts: true };
    let (mut chance, mut handed_out) = (Chance(0x5eed), 0);

    for round in 1..=KILLS {
        let answers = load.kill(&mut chance).await;
        handed_out += answers.iter().filter(|answer| answer.status == 200).count();
        let counted = counted(&world).await;
        assert!(handed_out <= counted && counted <= LIMIT, "round {round}: {handed_out} links, {counted} counted");
    }

    let function = start(&world, &settings).await;
    let left = LIMIT - counted(&world).await;
    for _ in 0..left {
        assert_eq!(function.call(download(&wanted)).await.unwrap().status, 200);
    }
    let refused = function.call(download(&wanted)).await.unwrap();
    assert_eq!((refused.status, refused.body["code"].as_str()), (429, Some("download_limit_reached")));
    assert_eq!(counted(&world).await, LIMIT);
    let lost = LIMIT - left - handed_out;
    println!("{KILLS} kills lost the answers to {lost} of {LIMIT} downloads");
    assert!(lost > 0, "a kill came between a unit and its answer");
}

#[tokio::test]
async fn whoever_lost_the_answer_gets_the_link_again_without_paying_twice() {
    let world = seeded().await;
    let mut chance = Chance(0xb0b);

    for round in 1..=KILLS {
        // One download only, so that a second unit would be a refusal.
        let purchase = Purchase { product_id: demo::TYPEFACE, email: BUYER_EMAIL.to_owned(), checkout_id: None };
        let order = world.polar.buy(&purchase).unwrap().order_id;
        let wanted = json!({ "productId": demo::TYPEFACE, "orderId": order });
        let load = Load { world: &world, settings: &[], wanted: wanted.clone(), each_counts: false };
        load.kill(&mut chance).await;

        let function = start(&world, &[]).await;
        let again = function.call(download(&wanted)).await.unwrap();
        assert_eq!((again.status, &again.body["remainingDownloads"]), (200, &json!(0)), "round {round}");
        assert_eq!(counted(&world).await as u64, round);
    }
}

#[tokio::test]
async fn an_answer_that_is_lost_after_the_unit_was_taken_is_made_up_for() {
    let world = seeded().await;
    let wanted = json!({ "productId": demo::BRUSH_PACK });
    let function = Arc::new(start(&world, &[]).await);
    let mut buyer = JoinSet::new();
    let (called, event) = (Arc::clone(&function), download(&wanted));
    buyer.spawn(async move { called.call(event).await });
    drop(function);

    wait_until("a unit", async || counted(&world).await > 0).await;
    buyer.shutdown().await;

    let again = start(&world, &[]).await.call(download(&wanted)).await.unwrap();
    assert_eq!(again.status, 200);
    assert_eq!(counted(&world).await, 1);
    let results = history(&world).await;
    assert_eq!(results[0], "repeated", "{results:?}");
}

/// The results of the buyer's attempts, the newest first.
async fn history(world: &World) -> Vec<String> {
    let history = store::History::new(world.dynamodb.client(), "downloads");
    let page = history.list(BUYER, store::HistoryOf::Account, None, 10).await.unwrap();
    page.attempts.into_iter().map(|attempt| attempt.result.to_string()).collect()
}
