//! What the worker does with events, against the stand-in and the embedded DynamoDB.

use std::{future::poll_fn, pin::pin, task::Poll, time::Duration};

use jiff::Timestamp;
use mail::Mailer;
use polar_standin::{Fault, Purchase};
use products::Products;
use queue::{Job, PolarEvent};
use startup::{Clients, Settings};
use store::{
    Attempt, Downloads, FileOfPurchase, History, HistoryOf, Lifetime, NewSession, PortalToken, Proof, Quota, Session,
    Sessions,
};
use testbed::World;
use tokio::task::JoinSet;
use uuid::Uuid;
use worker::{Error, Worker};

const HOUR: Duration = Duration::from_hours(1);
const LIFETIME: Lifetime = Lifetime { idle: HOUR, absolute: HOUR };

/// A shop with a worker, and what the worker changes.
struct Shop {
    world: World,
    worker: Worker,
    products: Products,
    sessions: Sessions,
    downloads: Downloads,
    history: History,
}

fn settings(world: &World) -> Settings {
    world.environment_here().into_iter().collect()
}

impl Shop {
    async fn open() -> Self {
        let world = World::start().await.expect("a world");
        let settings = settings(&world);
        let clients = Clients::from_settings(&settings).expect("clients");
        let mailer = Mailer::from_settings(&settings, &clients).expect("a mailer");
        Self {
            worker: Worker::from_settings(&settings, &clients, mailer).expect("a worker"),
            products: Products::from_settings(&settings, &clients).expect("products"),
            sessions: Sessions::new(world.dynamodb.client(), "sessions"),
            downloads: Downloads::new(world.dynamodb.client(), "downloads"),
            history: History::new(world.dynamodb.client(), "downloads"),
            world,
        }
    }

    async fn work(&self, job: &Job) -> Result<(), Error> {
        self.worker.work(job, Timestamp::now()).await
    }

    /// Gives a customer a session, a portal token and a counted download.
    async fn sign_in(&self, customer: Uuid) -> Session {
        let new = NewSession::open(customer, Proof::Mailbox, LIFETIME, "Firefox on Linux");
        let session = self.sessions.create(&new, Timestamp::now()).await.unwrap();
        let portal_token = PortalToken { secret: "polar_mst_x".into(), expires_at: Timestamp::now() + HOUR };
        self.sessions.keep_portal_token(&session, &portal_token).await.unwrap();
        let file = FileOfPurchase { purchase_id: Uuid::from_u128(1), file_id: Uuid::from_u128(2) };
        let quota = Quota { limit: None, grace: Duration::ZERO };
        self.downloads.take(customer, file, quota, Timestamp::now()).await.unwrap();
        session
    }

    async fn is_signed_in(&self, session: &Session) -> bool {
        self.sessions.find(&session.token, Timestamp::now()).await.unwrap().is_some()
    }

    async fn attempts(&self, customer: Uuid) -> Vec<Attempt> {
        self.history.list(customer, HistoryOf::Account, None, 100).await.unwrap().attempts
    }
}

fn event(kind: &str, subject_id: Uuid, customer_id: Uuid) -> Job {
    Job::PolarEvent(PolarEvent {
        id: format!("{kind} {subject_id}"),
        kind: kind.to_owned(),
        happened_at: Timestamp::now(),
        subject_id: Some(subject_id),
        customer_id: Some(customer_id),
    })
}

/// A purchase that was refunded, and every event that Polar sends about it.
fn refunded_purchase(shop: &Shop) -> (Uuid, Vec<Job>) {
    let purchase = Purchase {
        product_id: demo::RETOPO_TOOLKIT,
        email: "new@recordings-mail.net".to_owned(),
        checkout_id: Some(Uuid::from_u128(0xc0)),
    };
    let bought = shop.world.polar.buy(&purchase).expect("a purchase");
    assert!(shop.world.polar.refund(bought.order_id, true));
    let customer = bought.customer_id;
    let kinds = [
        ("checkout.created", bought.checkout_id),
        ("member.created", customer),
        ("checkout.updated", bought.checkout_id),
        ("customer.created", customer),
        ("customer.state_changed", customer),
        ("order.created", bought.order_id),
        ("order.updated", bought.order_id),
        ("order.paid", bought.order_id),
        ("benefit_grant.created", bought.grant_ids[0]),
        ("order.refunded", bought.order_id),
        ("refund.created", bought.order_id),
        ("product.updated", demo::RETOPO_TOOLKIT),
        ("something.new", bought.order_id),
    ];
    let revoked = bought.grant_ids.iter().map(|grant| event("benefit_grant.revoked", *grant, customer));
    (customer, kinds.into_iter().map(|(kind, subject)| event(kind, subject, customer)).chain(revoked).collect())
}

#[tokio::test]
async fn a_deleted_customer_is_signed_out_and_forgotten() {
    let shop = Shop::open().await;
    let (ada, grace) = (shop.sign_in(demo::ADA).await, shop.sign_in(demo::GRACE).await);
    assert!(shop.world.polar.delete_customer(demo::ADA));

    shop.work(&event("customer.deleted", demo::ADA, demo::ADA)).await.unwrap();
    assert!(!shop.is_signed_in(&ada).await && shop.is_signed_in(&grace).await);
    assert!(shop.downloads.list_counters(demo::ADA).await.unwrap().is_empty());
    assert!(!shop.downloads.list_counters(demo::GRACE).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_event_about_a_customer_who_exists_deletes_nothing() {
    let shop = Shop::open().await;
    let ada = shop.sign_in(demo::ADA).await;

    for kind in ["customer.deleted", "customer.updated"] {
        shop.work(&event(kind, demo::ADA, demo::ADA)).await.unwrap();
    }
    assert!(shop.is_signed_in(&ada).await);
    assert_eq!(shop.downloads.list_counters(demo::ADA).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_refund_stands_in_the_history_and_drops_the_sealed_token() {
    let shop = Shop::open().await;
    let (customer, events) = refunded_purchase(&shop);
    let session = shop.sign_in(customer).await;
    for job in &events {
        shop.work(job).await.unwrap();
    }

    let mut results: Vec<_> =
        shop.attempts(customer).await.into_iter().map(|attempt| attempt.result.to_string()).collect();
    results.sort();
    assert_eq!(results, ["access_revoked", "access_revoked", "order_refunded"], "two benefits and an order");
    let session = shop.sessions.find(&session.token, Timestamp::now()).await.unwrap().expect("still signed in");
    assert!(session.portal_token.is_none());
}

#[tokio::test]
async fn an_event_that_polar_does_not_confirm_is_not_written_down() {
    let shop = Shop::open().await;
    let purchase =
        Purchase { product_id: demo::TYPEFACE, email: "new@recordings-mail.net".to_owned(), checkout_id: None };
    let bought = shop.world.polar.buy(&purchase).unwrap();
    for (kind, subject) in [("order.refunded", bought.order_id), ("benefit_grant.revoked", bought.grant_ids[0])] {
        shop.work(&event(kind, subject, bought.customer_id)).await.unwrap();
        shop.work(&event(kind, Uuid::nil(), bought.customer_id)).await.unwrap();
    }
    assert!(shop.attempts(bought.customer_id).await.is_empty());
}

#[tokio::test]
async fn one_event_fifty_times_in_parallel_has_one_effect() {
    let shop = Shop::open().await;
    let (customer, events) = refunded_purchase(&shop);
    let refunded = events.iter().find(|job| matches!(job, Job::PolarEvent(event) if event.kind == "order.refunded"));

    let mut deliveries = JoinSet::new();
    for _ in 0..50 {
        let (worker, job) = (shop.worker.clone(), refunded.expect("the event").clone());
        deliveries.spawn(async move { worker.work(&job, Timestamp::now()).await });
    }
    assert!(deliveries.join_all().await.iter().all(Result::is_ok));
    assert_eq!(shop.attempts(customer).await.len(), 1);
}

/// A small generator of repeatable chance (xorshift, Marsaglia 2003).
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap_or_default()
    }
}

/// Polls some work so often at most, and then lets go of it: as if the program had been killed there.
async fn killed_after<F: Future>(polls: usize, work: F) -> Option<F::Output> {
    let mut work = pin!(work);
    let mut left = polls;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        work.as_mut().poll(context).map(Some)
    })
    .await
}

#[tokio::test]
async fn any_order_repetition_and_crash_leads_to_the_same_end() {
    let shop = Shop::open().await;
    let (customer, events) = refunded_purchase(&shop);
    for job in &events {
        shop.work(job).await.unwrap();
    }
    let expected = shop.attempts(customer).await;
    assert_eq!(expected.len(), 3);

    for seed in 1..=200 {
        shop.downloads.erase(customer, Timestamp::now()).await.unwrap();
        let mut chance = Chance(seed);
        let mut queue = events.clone();
        for _ in 0..chance.below(6) {
            queue.push(events[chance.below(events.len())].clone());
        }
        while !queue.is_empty() {
            let job = queue.swap_remove(chance.below(queue.len()));
            let survives = chance.below(3) > 0;
            let polls = if survives { usize::MAX } else { chance.below(12) };
            let done = killed_after(polls, shop.work(&job)).await;
            // SQS hands out again what was not done.
            if done.is_none_or(|done| done.is_err()) {
                queue.push(job);
            }
        }
        assert_eq!(shop.attempts(customer).await, expected, "seed {seed}");
    }
}

#[tokio::test]
async fn what_polar_tells_after_a_deletion_brings_nothing_back() {
    let shop = Shop::open().await;
    let (customer, events) = refunded_purchase(&shop);
    shop.sign_in(customer).await;
    assert!(shop.world.polar.delete_customer(customer));

    for job in [event("customer.deleted", customer, customer)].iter().chain(&events) {
        shop.work(job).await.unwrap();
    }
    assert!(shop.attempts(customer).await.is_empty());
    assert!(shop.downloads.list_counters(customer).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_token_that_knows_nobody_ends_no_session_and_erases_nothing() {
    let shop = Shop::open().await;
    let strangers = [Uuid::from_u128(0xa), Uuid::from_u128(0xb), Uuid::from_u128(0xc)];
    let mut sessions = Vec::new();
    for stranger in strangers {
        sessions.push(shop.sign_in(stranger).await);
    }
    assert!(matches!(shop.work(&Job::Reconcile).await, Err(Error::UnknownCustomers)));
    // A look-up that failed is no word about anybody.
    shop.world.polar.fault(Fault::on("GET /v1/customers/{id}").status(503).times(1));
    assert!(shop.work(&Job::Reconcile).await.is_err());
    for (kind, subject) in [("order.refunded", Uuid::from_u128(7)), ("benefit_grant.revoked", Uuid::from_u128(8))] {
        shop.work(&event(kind, subject, strangers[0])).await.unwrap();
    }
    for (stranger, session) in strangers.iter().zip(&sessions) {
        assert!(shop.is_signed_in(session).await);
        assert_eq!(shop.downloads.list_counters(*stranger).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn customers_whom_polar_does_not_know_are_forgotten_once_it_has_shown_that_it_knows_others() {
    let shop = Shop::open().await;
    let gone = shop.sign_in(Uuid::from_u128(0xa)).await;
    let ada = shop.sign_in(demo::ADA).await;
    shop.work(&Job::Reconcile).await.unwrap();
    assert!(!shop.is_signed_in(&gone).await);
    assert!(shop.downloads.list_counters(Uuid::from_u128(0xa)).await.unwrap().is_empty());
    assert!(shop.is_signed_in(&ada).await);
    assert_eq!(shop.downloads.list_counters(demo::ADA).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_signed_event_of_a_deletion_is_proof_enough_for_the_only_customer() {
    let shop = Shop::open().await;
    let ada = shop.sign_in(demo::ADA).await;
    shop.work(&event("customer.deleted", demo::ADA, demo::ADA)).await.unwrap();
    assert!(shop.is_signed_in(&ada).await, "Polar still has her");
    assert!(shop.world.polar.delete_customer(demo::ADA));
    shop.work(&event("customer.deleted", demo::ADA, demo::ADA)).await.unwrap();
    assert!(!shop.is_signed_in(&ada).await);
    assert!(shop.downloads.list_counters(demo::ADA).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_schedule_heals_what_missed_events_would_have_told() {
    let shop = Shop::open().await;
    let ada = shop.sign_in(demo::ADA).await;
    shop.sign_in(demo::GRACE).await;
    shop.work(&Job::Reconcile).await.unwrap();
    assert!(shop.products.listing().await.unwrap().on_sale().iter().any(|product| product.id.0 == demo::TYPEFACE));

    assert!(shop.world.polar.delete_customer(demo::ADA));
    assert!(shop.world.polar.archive_product(demo::TYPEFACE));
    shop.work(&Job::Reconcile).await.unwrap();

    assert!(!shop.is_signed_in(&ada).await);
    let listing = fresh(&shop).listing().await.unwrap();
    assert!(listing.on_sale().iter().all(|product| product.id.0 != demo::TYPEFACE));
}

/// The products as another instance sees them, which remembers nothing.
fn fresh(shop: &Shop) -> Products {
    let settings = settings(&shop.world);
    Products::from_settings(&settings, &Clients::from_settings(&settings).expect("clients")).expect("products")
}

#[tokio::test]
async fn a_failed_refresh_leaves_the_catalog_as_it_was() {
    let shop = Shop::open().await;
    shop.work(&Job::Reconcile).await.unwrap();
    shop.world.polar.fault(Fault::on("GET /v1/files/").body(200, "application/json", "{\"items\": 7}"));

    let failed = shop.work(&event("product.updated", demo::TYPEFACE, demo::ADA)).await;
    assert!(matches!(failed, Err(Error::Products(_))), "{failed:?}");
    assert_eq!(fresh(&shop).listing().await.unwrap().on_sale().len(), 10);
}
