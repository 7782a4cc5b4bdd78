//! Sessions and claims, against the embedded DynamoDB.

use std::time::Duration;

use dynamodb::Embedded;
use jiff::Timestamp;
use store::{BrowserKey, Checkouts, Claim, Lifetime, NewSession, PortalToken, Scope, SessionToken, Sessions};
use uuid::Uuid;

const LIFETIME: Lifetime = Lifetime { idle: HOUR.saturating_mul(24), absolute: HOUR.saturating_mul(7 * 24) };
const HOUR: Duration = Duration::from_hours(1);
const CUSTOMER: Uuid = Uuid::from_u128(1);
const CHECKOUT: Uuid = Uuid::from_u128(2);

struct Tables {
    sessions: Sessions,
    checkouts: Checkouts,
    raw: aws_sdk_dynamodb::Client,
    _dynamodb: Embedded,
}

async fn tables() -> Tables {
    let dynamodb = Embedded::in_memory().await.expect("the emulator starts");
    let raw = dynamodb.client();
    Tables {
        sessions: Sessions::new(raw.clone(), "sessions"),
        checkouts: Checkouts::new(raw.clone(), "checkouts"),
        raw,
        _dynamodb: dynamodb,
    }
}

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).expect("a valid time")
}

fn order_session() -> NewSession {
    NewSession::open(CUSTOMER, Scope::Order { checkout_id: CHECKOUT }, LIFETIME)
}

#[tokio::test]
async fn a_session_is_found_by_its_token_only() {
    let Tables { sessions, .. } = &tables().await;
    let new = order_session();
    sessions.create(&new, now()).await.unwrap();

    let found = sessions.find(&new.token, now()).await.unwrap().expect("the session");
    assert_eq!(found.customer_id, CUSTOMER);
    assert_eq!(found.scope, Scope::Order { checkout_id: CHECKOUT });
    assert!(sessions.find(&SessionToken::generate(CUSTOMER), now()).await.unwrap().is_none());
}

#[tokio::test]
async fn an_expired_session_is_not_found_although_its_row_is_still_there() {
    let Tables { sessions, .. } = &tables().await;
    let new = order_session();
    let session = sessions.create(&new, now()).await.unwrap();

    let last_moment = session.expires_at - Duration::from_millis(1);
    assert!(sessions.find(&new.token, last_moment).await.unwrap().is_some());
    assert!(sessions.find(&new.token, session.expires_at).await.unwrap().is_none());
}

#[tokio::test]
async fn an_ended_session_is_gone_on_the_next_read_and_cannot_be_renewed() {
    let Tables { sessions, .. } = &tables().await;
    let new = order_session();
    let session = sessions.create(&new, now()).await.unwrap();

    sessions.delete(&session).await.unwrap();
    sessions.renew(session, LIFETIME, now() + 13 * HOUR).await.unwrap();
    assert!(sessions.find(&new.token, now()).await.unwrap().is_none());
}

#[tokio::test]
async fn renewal_slides_the_idle_expiry_when_due_and_never_past_the_absolute_one() {
    let Tables { sessions, .. } = &tables().await;
    let new = order_session();
    let session = sessions.create(&new, now()).await.unwrap();

    let soon = sessions.renew(session.clone(), LIFETIME, now() + HOUR).await.unwrap();
    assert_eq!(soon.expires_at, session.expires_at, "not due yet");

    let half_way = sessions.renew(session.clone(), LIFETIME, now() + 12 * HOUR).await.unwrap();
    assert_eq!(half_way.expires_at, now() + 36 * HOUR);
    let stored = sessions.find(&new.token, now() + 30 * HOUR).await.unwrap().expect("still live");
    assert_eq!(stored.expires_at, half_way.expires_at);

    let last = sessions.renew(session.clone(), LIFETIME, now() + 160 * HOUR).await.unwrap();
    assert_eq!(last.expires_at, session.absolute_expires_at);
}

#[tokio::test]
async fn polars_token_is_kept_sealed_and_opens_with_the_session_only() {
    let Tables { sessions, raw, .. } = &tables().await;
    let new = order_session();
    let session = sessions.create(&new, now()).await.unwrap();
    let portal_token = PortalToken { secret: "polar_mst_secret".to_owned(), expires_at: now() + HOUR };
    sessions.keep_portal_token(&session, &portal_token).await.unwrap();

    let found = sessions.find(&new.token, now()).await.unwrap().expect("the session");
    assert_eq!(found.portal_token.expect("the token").secret, "polar_mst_secret");

    let dump = format!("{:?}", raw.scan().table_name("sessions").send().await.unwrap().items());
    assert!(!dump.contains("polar_mst_secret"));
    assert!(!dump.contains(&new.token.expose()));
}

#[tokio::test]
async fn a_checkout_is_claimed_once_under_fifty_parallel_claims() {
    let Tables { sessions, checkouts, raw, .. } = &tables().await;
    checkouts.create(CHECKOUT, &BrowserKey::generate(), now()).await.unwrap();

    let mut claims = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let (sessions, checkouts) = (sessions.clone(), checkouts.clone());
        claims.spawn(async move { checkouts.claim(CHECKOUT, &sessions, &order_session(), now()).await });
    }
    let claims = claims.join_all().await;

    let opened = claims.iter().filter(|claim| matches!(claim, Ok(Claim::Opened(_)))).count();
    let refused = claims.iter().filter(|claim| matches!(claim, Ok(Claim::AlreadyClaimed))).count();
    assert_eq!((opened, refused), (1, 49));
    let rows = raw.scan().table_name("sessions").send().await.unwrap();
    assert_eq!(rows.count(), 1);
}

#[tokio::test]
async fn a_checkout_that_was_not_begun_here_cannot_be_claimed() {
    let Tables { sessions, checkouts, .. } = &tables().await;

    let claim = checkouts.claim(CHECKOUT, sessions, &order_session(), now()).await.unwrap();
    assert!(matches!(claim, Claim::AlreadyClaimed));
    assert!(checkouts.find(CHECKOUT).await.unwrap().is_none());
}

#[tokio::test]
async fn a_checkout_knows_its_browser() {
    let Tables { checkouts, .. } = &tables().await;
    let key = BrowserKey::generate();
    checkouts.create(CHECKOUT, &key, now()).await.unwrap();

    let record = checkouts.find(CHECKOUT).await.unwrap().expect("the checkout");
    assert!(record.was_begun_by(&key));
    assert!(!record.was_begun_by(&BrowserKey::generate()));
    assert_eq!(record.claimed_at, None);
}

#[tokio::test]
async fn a_row_of_other_software_is_reported_and_not_guessed_at() {
    let Tables { sessions, raw, .. } = &tables().await;
    let token = SessionToken::generate(CUSTOMER);
    let text = |value: &str| aws_sdk_dynamodb::types::AttributeValue::S(value.to_owned());
    let put = raw.put_item().table_name("sessions").item("customer_id", text(&CUSTOMER.to_string()));
    put.item("token_hash", text(token.hash().as_str())).item("created_at", text("today")).send().await.unwrap();

    let error = sessions.find(&token, now()).await.unwrap_err();
    assert!(matches!(error, store::Error::CorruptItem { attribute: "created_at" }), "{error:?}");
}
