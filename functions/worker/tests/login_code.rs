//! Sign-in mails: who gets one, and what is said of it.

use std::{path::Path, time::Duration};

use jiff::Timestamp;
use mail::{Mailer, Outbox, SentMail};
use polar_standin::Fault;
use queue::{Job, LoginCode};
use serde_json::{Value, json};
use startup::{Clients, Settings};
use store::{BrowserKey, Logins};
use testbed::{Function, World};
use uuid::Uuid;
use worker::Worker;

const CODE_LIFE: Duration = Duration::from_mins(10);

/// A shop whose mails end in an outbox.
struct Shop {
    world: World,
    worker: Worker,
    logins: Logins,
    outbox: Outbox,
}

/// A login that a browser has begun, and the job that goes with it.
struct Begun {
    browser_key: BrowserKey,
    code: store::LoginCode,
    job: Job,
}

async fn begin(logins: &Logins, browser_key: BrowserKey, email: &str) -> Begun {
    let login = logins.begin(&browser_key, Timestamp::now()).await.expect("a login");
    let job = Job::LoginCode(LoginCode {
        browser_key_hash: browser_key.hash().as_str().to_owned(),
        login_id: login.login_id,
        email: email.to_owned(),
        code: login.code.expose(),
        expires_at: login.expires_at,
        client: None,
        ip: None,
    });
    Begun { browser_key, code: login.code, job }
}

impl Shop {
    async fn open() -> Self {
        let world = World::start().await.expect("a world");
        let settings: Settings = world.environment_here().into_iter().collect();
        let clients = Clients::from_settings(&settings).expect("clients");
        let outbox = Outbox::default();
        let mailer = Mailer::to_outbox(&settings, outbox.clone()).expect("a mailer");
        Self {
            worker: Worker::from_settings(&settings, &clients, mailer).expect("a worker"),
            logins: Logins::new(world.dynamodb.client(), "logins"),
            outbox,
            world,
        }
    }

    async fn begin(&self, email: &str) -> Begun {
        begin(&self.logins, BrowserKey::generate(), email).await
    }

    async fn work(&self, job: &Job) {
        self.worker.work(job, Timestamp::now()).await.expect("a login's job is done, whatever comes of it");
    }

    /// Whose login it is, for the browser that types the right code.
    async fn customer(&self, begun: &Begun) -> Option<Uuid> {
        let verified = self.logins.verify(&begun.browser_key, &begun.code, Timestamp::now()).await.expect("an answer");
        verified.map(|login| login.customer_id)
    }

    fn mails(&self) -> Vec<SentMail> {
        self.outbox.list()
    }
}

#[tokio::test]
async fn a_customer_gets_the_code_at_the_address_that_polar_knows_in_any_letter_case() {
    for typed in [demo::ADA_EMAIL, "ADA@Recordings-Mail.NET"] {
        let shop = Shop::open().await;
        let begun = shop.begin(typed).await;
        shop.work(&begun.job).await;

        let [sent] = &shop.mails()[..] else { panic!("one mail, not {}", shop.mails().len()) };
        assert_eq!(sent.mail.to, demo::ADA_EMAIL);
        let code = begun.code.expose();
        assert!(sent.mail.text.contains(&code) && sent.mail.html.contains(&code) && !sent.mail.subject.contains(&code));
        assert_eq!(shop.customer(&begun).await, Some(demo::ADA));
    }
}

#[tokio::test]
async fn an_address_of_nobody_gets_no_mail_and_no_code_is_right() {
    let shop = Shop::open().await;
    assert!(shop.world.polar.delete_customer(demo::GRACE));
    for (case, email) in [("unknown", "eve@recordings-mail.net"), ("deleted", demo::GRACE_EMAIL)] {
        let begun = shop.begin(email).await;
        shop.work(&begun.job).await;
        assert_eq!((shop.mails().len(), shop.customer(&begun).await), (0, None), "{case}");
    }
}

/// A customer as Polar writes it, in a list of one.
fn customers(changes: &Value) -> String {
    let mut customer = json!({
        "id": demo::ADA,
        "created_at": "2026-10-01T12:00:00Z",
        "modified_at": null,
        "metadata": {},
        "external_id": null,
        "email": demo::ADA_EMAIL,
        "email_verified": true,
        "type": "individual",
        "name": "Ada Lovelace",
        "billing_name": null,
        "billing_address": null,
        "tax_id": null,
        "locale": "en",
        "organization_id": demo::ORGANIZATION,
        "default_payment_method_id": null,
        "deleted_at": null,
        "avatar_url": null,
    });
    let changes = changes.as_object().expect("an object").clone();
    customer.as_object_mut().expect("an object").extend(changes);
    json!({ "items": [customer], "pagination": { "total_count": 1, "max_page": 1 } }).to_string()
}

#[tokio::test]
async fn only_one_person_with_a_mailbox_can_sign_in_by_it() {
    for (case, changes, mails) in [
        ("one person", json!({}), 1),
        ("a team: one mailbox does not speak for all members", json!({ "type": "team" }), 0),
        ("a team without an address", json!({ "type": "team", "email": null }), 0),
        ("a person without an address", json!({ "email": null }), 0),
        ("deleted, and still listed", json!({ "deleted_at": "2026-10-02T12:00:00Z" }), 0),
        ("a kind that Polar has not today", json!({ "type": "household" }), 0),
    ] {
        let shop = Shop::open().await;
        let answer = Fault::on("GET /v1/customers/").body(200, "application/json", customers(&changes));
        shop.world.polar.fault(answer);
        let begun = shop.begin(demo::ADA_EMAIL).await;
        shop.work(&begun.job).await;
        assert_eq!((shop.mails().len(), shop.customer(&begun).await.is_some()), (mails, mails == 1), "{case}");
    }
}

#[tokio::test]
async fn an_expired_code_is_neither_mailed_nor_asked_about() {
    let shop = Shop::open().await;
    let begun = shop.begin(demo::ADA_EMAIL).await;
    shop.worker.work(&begun.job, Timestamp::now() + CODE_LIFE).await.expect("done");
    assert_eq!((shop.mails().len(), shop.world.polar.requests().len()), (0, 0));
}

#[tokio::test]
async fn a_late_job_never_touches_the_login_that_the_browser_began_after_it() {
    let shop = Shop::open().await;
    let earlier = shop.begin(demo::ADA_EMAIL).await;
    let later = begin(&shop.logins, earlier.browser_key.clone(), demo::GRACE_EMAIL).await;

    shop.work(&earlier.job).await;
    assert_eq!((shop.mails().len(), shop.customer(&later).await), (0, None));
    shop.work(&later.job).await;
    shop.work(&earlier.job).await;
    assert_eq!(shop.mails().len(), 1);
    assert_eq!(shop.customer(&later).await, Some(demo::GRACE));
}

#[tokio::test]
async fn a_job_that_is_delivered_five_times_sends_one_mail() {
    let shop = Shop::open().await;
    let begun = shop.begin(demo::ADA_EMAIL).await;
    futures_util::future::join_all((0..4).map(|_| shop.work(&begun.job))).await;
    shop.work(&begun.job).await;

    assert_eq!(shop.mails().len(), 1);
    assert_eq!(shop.customer(&begun).await, Some(demo::ADA));
}

/// The deployed worker, with the permissions and settings of the template.
struct Deployed {
    world: World,
    logins: Logins,
    function: Function,
}

impl Deployed {
    async fn start() -> Self {
        let world = World::start().await.expect("a world");
        let mut settings = world.environment_of("worker").await.expect("its settings");
        // The most that an operator can make it say.
        settings.push(("LOG_LEVEL", "debug".to_owned()));
        let binary = Path::new(env!("CARGO_BIN_EXE_worker"));
        let function = Function::start(binary, &settings).await.expect("a worker");
        Self { logins: Logins::new(world.dynamodb.client(), "logins"), function, world }
    }

    /// Hands the worker the job of somebody who wants to sign in, and checks that all that it writes keeps quiet about whom and by what.
    async fn sign_in(&self, email: &str) {
        let begun = begin(&self.logins, BrowserKey::generate(), email).await;
        let body = serde_json::to_string(&begun.job).expect("a job is JSON");
        let record = json!({ "messageId": "1", "eventSource": "aws:sqs", "body": body, "attributes": {}, "messageAttributes": {} });
        let answer = self.function.invoke(json!({ "Records": [record] })).await.expect("an answer");
        assert_eq!(answer["batchItemFailures"], json!([]), "{}", self.function.logs());

        let logs = self.function.logs().to_lowercase();
        let key = begun.browser_key.hash().as_str().to_lowercase();
        for secret in ["recordings-mail.net", &begun.code.expose().to_lowercase(), &key] {
            assert!(!logs.contains(secret), "{secret} in {logs}");
        }
    }

    fn logged(&self, message: &str) -> usize {
        let lines = self.function.logs();
        let lines = lines.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        lines.filter(|line| line["fields"]["message"] == message).count()
    }
}

#[tokio::test]
async fn the_deployed_worker_mails_through_ses_and_logs_neither_address_nor_code() {
    let shop = Deployed::start().await;
    shop.sign_in("Ada@recordings-mail.net").await;
    shop.sign_in("eve@recordings-mail.net").await;

    let [mail] = &shop.world.take_mails()[..] else { panic!("one mail") };
    assert_eq!((mail.from.as_str(), mail.to.as_str()), ("\"Meshwork Goods\" <shop@shop.example>", demo::ADA_EMAIL));
    assert_eq!(mail.subject, "Your sign-in code for Meshwork Goods");
    assert!(mail.html.contains("https://shop.example/#sign-in?code="), "{}", mail.html);
    assert_eq!((shop.logged("sent a sign-in mail"), shop.logged("no customer to sign in")), (1, 1));
}

#[tokio::test]
async fn a_mail_that_ses_is_too_busy_for_is_sent_a_moment_later() {
    let shop = Deployed::start().await;
    shop.world.refuse_a_mail(429, "TooManyRequestsException");
    shop.sign_in(demo::ADA_EMAIL).await;
    assert_eq!(shop.world.take_mails().len(), 1);
    assert_eq!(shop.logged("could not send a sign-in mail"), 0);
}

#[tokio::test]
async fn a_mail_that_ses_refuses_is_counted_and_not_tried_again() {
    let shop = Deployed::start().await;
    shop.world.refuse_a_mail(400, "MessageRejected");
    shop.sign_in(demo::ADA_EMAIL).await;
    assert_eq!((shop.world.take_mails().len(), shop.logged("could not send a sign-in mail")), (0, 1));
    assert!(shop.function.logs().contains("MessageRejected"), "the operator learns why");
}

#[tokio::test]
async fn while_polar_is_away_the_failed_sign_in_is_counted() {
    let shop = Deployed::start().await;
    shop.world.polar.fault(Fault::on("GET /v1/customers/").status(503));
    shop.sign_in(demo::ADA_EMAIL).await;
    assert_eq!((shop.world.take_mails().len(), shop.logged("could not send a sign-in mail")), (0, 1));
}
