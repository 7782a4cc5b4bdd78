//! What the worker does with several messages at once, against the stand-in and the embedded DynamoDB.

use std::{collections::BTreeSet, time::Duration};

use jiff::Timestamp;
use mail::Mailer;
use polar_standin::Fault;
use queue::{Job, PolarEvent};
use serde_json::{Value, json};
use startup::{Clients, Settings};
use testbed::World;
use uuid::Uuid;
use worker::{Invocation, Worker};

const KINDS: [&str; 4] = ["product.created", "product.updated", "benefit.created", "benefit.updated"];
/// Longer than clocks differ.
const LONG: Duration = Duration::from_mins(2);

/// A shop with a worker.
struct Shop {
    world: World,
    worker: Worker,
}

impl Shop {
    async fn open() -> Self {
        let world = World::start().await.expect("a world");
        let settings: Settings = world.environment_here().into_iter().collect();
        let clients = Clients::from_settings(&settings).expect("clients");
        let mailer = Mailer::from_settings(&settings, &clients).expect("a mailer");
        Self { worker: Worker::from_settings(&settings, &clients, mailer).expect("a worker"), world }
    }

    /// Hands the worker a batch, and gives the messages that it has not done.
    async fn invoke(&self, messages: &[Value], now: Timestamp) -> BTreeSet<String> {
        let invocation: Invocation = serde_json::from_value(json!({ "Records": messages })).expect("a batch");
        let answer = self.worker.invoke(invocation, now).await.expect("an answer");
        answer.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect()
    }

    /// How often the products were listed since the last time.
    fn listings(&self) -> usize {
        let listings = self.world.polar.requests().iter().filter(|request| request.path == "/v1/products/").count();
        self.world.polar.clear_requests();
        listings
    }
}

fn message(id: &str, body: &str) -> Value {
    json!({ "messageId": id, "eventSource": "aws:sqs", "body": body, "attributes": {}, "messageAttributes": {} })
}

fn event(id: &str, kind: &str, happened_at: Timestamp) -> Value {
    let job = Job::PolarEvent(PolarEvent {
        id: id.to_owned(),
        kind: kind.to_owned(),
        happened_at,
        subject_id: Some(demo::TYPEFACE),
        customer_id: Some(Uuid::from_u128(1)),
    });
    message(id, &serde_json::to_string(&job).expect("a job is JSON"))
}

/// Ten messages about the catalog, of every kind, a second apart.
fn changes(last_at: Timestamp) -> Vec<Value> {
    let kinds = KINDS.into_iter().cycle().zip(0..10_u8);
    kinds.map(|(kind, age)| event(&format!("change-{age}"), kind, last_at - Duration::from_secs(age.into()))).collect()
}

fn ids(messages: &[Value]) -> BTreeSet<String> {
    messages.iter().filter_map(|message| message["messageId"].as_str().map(str::to_owned)).collect()
}

#[tokio::test]
async fn ten_changes_of_the_catalog_list_it_once() {
    let shop = Shop::open().await;
    let now = Timestamp::now();
    assert_eq!((shop.invoke(&changes(now), now).await, shop.listings()), (BTreeSet::new(), 1));
}

#[tokio::test]
async fn a_batch_about_something_else_leaves_the_catalog_alone() {
    let shop = Shop::open().await;
    let now = Timestamp::now();
    let others = vec![event("order", "order.paid", now), event("news", "something.new", now)];
    assert_eq!((shop.invoke(&others, now).await, shop.listings()), (BTreeSet::new(), 0));
}

#[tokio::test]
async fn a_failed_refresh_fails_the_messages_that_wanted_it_and_no_other() {
    let shop = Shop::open().await;
    shop.world.polar.fault(Fault::on("GET /v1/products/").status(500));
    let now = Timestamp::now();
    let wanted = changes(now);
    let mut batch = wanted.clone();
    batch.insert(3, event("order", "order.paid", now));
    batch.push(event("customer", "customer.deleted", now));
    assert_eq!(shop.invoke(&batch, now).await, ids(&wanted));

    shop.world.polar.clear_faults();
    shop.listings();
    assert_eq!((shop.invoke(&wanted, now + LONG).await, shop.listings()), (BTreeSet::new(), 1), "they come again");
}

#[tokio::test]
async fn a_poison_message_fails_alone_beside_changes_of_the_catalog() {
    let shop = Shop::open().await;
    let now = Timestamp::now();
    let mut batch = changes(now);
    batch.push(message("poison", "no job"));
    assert_eq!((shop.invoke(&batch, now).await, shop.listings()), (BTreeSet::from(["poison".to_owned()]), 1));
}

#[tokio::test]
async fn changes_from_before_the_last_refresh_cause_none() {
    let shop = Shop::open().await;
    let now = Timestamp::now();
    shop.invoke(&changes(now), now).await;
    shop.listings();

    let second = Duration::from_secs(1);
    for (case, last_at, listings) in
        [("long before", now - LONG, 0), ("before, and clocks may differ", now - second, 1), ("after", now + second, 1)]
    {
        let left = shop.invoke(&changes(last_at), now).await;
        assert_eq!((left, shop.listings()), (BTreeSet::new(), listings), "{case}");
    }
}

#[tokio::test]
async fn one_late_change_among_old_ones_is_looked_up() {
    let shop = Shop::open().await;
    let now = Timestamp::now();
    shop.worker.work(&Job::Reconcile, now).await.expect("a refresh");
    shop.listings();

    let mut batch = changes(now - LONG);
    assert_eq!((shop.invoke(&batch, now).await, shop.listings()), (BTreeSet::new(), 0), "the schedule did it");
    batch.insert(5, event("late", "benefit.updated", now));
    assert_eq!((shop.invoke(&batch, now).await, shop.listings()), (BTreeSet::new(), 1));
}

#[tokio::test]
async fn a_failed_refresh_confirms_nothing() {
    let shop = Shop::open().await;
    let now = Timestamp::now();
    let old = changes(now - LONG);
    shop.world.polar.fault(Fault::on("GET /v1/products/").status(500));
    assert_eq!(shop.invoke(&old, now).await, ids(&old));
    shop.world.polar.clear_faults();
    shop.listings();
    assert_eq!((shop.invoke(&old, now).await, shop.listings()), (BTreeSet::new(), 1));
}
