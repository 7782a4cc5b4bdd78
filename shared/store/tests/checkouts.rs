//! Checkouts, their claims and the repeats of their requests, against the embedded DynamoDB.

mod support;

use store::{BrowserKey, Claim, IdempotencyKey, NewCheckout, NewSession, Repeat, Repeatable, Scope, Session};
use support::{CHECKOUT, HOUR, MOMENT, Tables, at_once, new_checkout, new_session, now, tables};
use uuid::Uuid;

const ORDER: Scope = Scope::Order { checkout_id: CHECKOUT };

#[tokio::test(flavor = "multi_thread")]
async fn a_checkout_is_claimed_once_under_fifty_parallel_claims() {
    let tables = tables().await;
    let Tables { sessions, checkouts, .. } = &tables;
    checkouts.create(&new_checkout(&BrowserKey::generate()), now()).await.unwrap();

    let claims = at_once(50, || {
        let (sessions, checkouts) = (sessions.clone(), checkouts.clone());
        async move { checkouts.claim(CHECKOUT, &sessions, &new_session(ORDER), now()).await }
    });
    let claims = claims.await;

    let opened = claims.iter().filter(|claim| matches!(claim, Ok(Claim::Opened(_)))).count();
    let refused = claims.iter().filter(|claim| matches!(claim, Ok(Claim::AlreadyClaimed))).count();
    assert_eq!((opened, refused), (1, 49));
    assert_eq!(tables.count_rows("sessions").await, 1);
}

#[tokio::test]
async fn a_claim_ends_the_session_that_the_browser_had_and_a_refused_one_does_not() {
    let Tables { sessions, checkouts, .. } = &tables().await;
    checkouts.create(&new_checkout(&BrowserKey::generate()), now()).await.unwrap();
    let replacing = async || {
        let old = sessions.create(&new_session(Scope::Account), now()).await.unwrap();
        let new = NewSession { replaces: Some(old.reference()), ..new_session(ORDER) };
        let claim = checkouts.claim(CHECKOUT, sessions, &new, now()).await.unwrap();
        (claim, sessions.live_until(&old.reference(), now()).await.unwrap().is_some())
    };

    assert!(matches!(replacing().await, (Claim::Opened(_), false)));
    assert!(matches!(replacing().await, (Claim::AlreadyClaimed, true)));
}

#[tokio::test]
async fn a_claim_continues_a_live_session_only_and_ends_it() {
    let Tables { sessions, checkouts, .. } = &tables().await;
    checkouts.create(&new_checkout(&BrowserKey::generate()), now()).await.unwrap();
    let proof = sessions.create(&new_session(Scope::Account), now()).await.unwrap();
    let continuing = |proof: &Session| {
        let new = new_session(Scope::Account).continuing(proof.reference(), proof.absolute_expires_at, now());
        async move { checkouts.claim(CHECKOUT, sessions, &new, now()).await.unwrap() }
    };

    let ended = sessions.create(&new_session(Scope::Account), now()).await.unwrap();
    sessions.delete(&ended.reference()).await.unwrap();
    assert!(matches!(continuing(&ended).await, Claim::ProofEnded));
    assert!(matches!(continuing(&proof).await, Claim::Opened(_)));
    assert!(sessions.live_until(&proof.reference(), now()).await.unwrap().is_none());
    assert!(matches!(continuing(&proof).await, Claim::AlreadyClaimed));
}

#[tokio::test]
async fn a_checkout_that_was_not_begun_here_cannot_be_claimed() {
    let Tables { sessions, checkouts, .. } = &tables().await;

    let claim = checkouts.claim(CHECKOUT, sessions, &new_session(ORDER), now()).await.unwrap();
    assert!(matches!(claim, Claim::AlreadyClaimed));
    assert!(checkouts.find(CHECKOUT).await.unwrap().is_none());
}

#[tokio::test]
async fn a_checkout_knows_its_browser_and_the_session_that_it_was_begun_in() {
    let Tables { sessions, checkouts, .. } = &tables().await;
    let key = BrowserKey::generate();
    let session = sessions.create(&new_session(Scope::Account), now()).await.unwrap();
    for begun_in in [None, Some(session.reference())] {
        checkouts.create(&NewCheckout { begun_in: begun_in.clone(), ..new_checkout(&key) }, now()).await.unwrap();

        let record = checkouts.find(CHECKOUT).await.unwrap().expect("the checkout");
        assert!(record.was_begun_by(&key));
        assert!(!record.was_begun_by(&BrowserKey::generate()));
        assert_eq!((record.claimed_at, record.begun_in), (None, begun_in));
    }
}

fn idempotency_key() -> IdempotencyKey {
    IdempotencyKey::parse("9f1c1f9e-6d2b-4a57-9a2e-0f3b5b6c7d8e").expect("a key")
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_parallel_requests_with_one_key_have_one_answer() {
    let tables = tables().await;
    let checkouts = &tables.checkouts;

    let answers = at_once(50, || {
        let checkouts = checkouts.clone();
        async move {
            // Each of them has begun a checkout at Polar of its own; one of these becomes the answer.
            let (id, key, browser_key) = (Uuid::new_v4(), idempotency_key(), BrowserKey::generate());
            let checkout = NewCheckout { id, ..new_checkout(&browser_key) };
            let request = Repeatable { key: &key, content: b"{}", browser_key: None };
            match checkouts.create_once(&checkout, &request, &id.to_string(), now()).await.unwrap() {
                Repeat::First => id.to_string(),
                Repeat::Of(answer) => answer,
                Repeat::OfAnother => panic!("the same request"),
            }
        }
    });
    let answers = answers.await;

    let winner: Uuid = answers[0].parse().expect("a checkout's id");
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert!(checkouts.find(winner).await.unwrap().is_some());
    assert_eq!(tables.count_rows("checkouts").await, 2, "the answer and its checkout");
}

#[tokio::test]
async fn a_key_is_taken_for_a_day_by_one_request_of_one_browser() {
    let Tables { checkouts, .. } = &tables().await;
    let (key, browser_key, other_browser) = (idempotency_key(), BrowserKey::generate(), BrowserKey::generate());
    let request = Repeatable { key: &key, content: b"{}", browser_key: Some(&browser_key) };
    let lost_its_key = Repeatable { browser_key: None, ..request };
    let first = checkouts.create_once(&new_checkout(&browser_key), &lost_its_key, "the answer", now()).await;
    assert_eq!(first.unwrap(), Repeat::First);

    let answer = || Repeat::Of("the answer".to_owned());
    let other_key = IdempotencyKey::parse("another-random-key").expect("a key");
    let end = now() + 24 * HOUR;
    for (case, repeat, at, found) in [
        ("the same", request, now(), answer()),
        ("without the browser key that the lost answer had", lost_its_key, now(), answer()),
        ("another request", Repeatable { content: b"[]", ..request }, now(), Repeat::OfAnother),
        ("another browser", Repeatable { browser_key: Some(&other_browser), ..request }, now(), Repeat::OfAnother),
        ("another key", Repeatable { key: &other_key, ..request }, now(), Repeat::First),
        ("just within the day", request, end - MOMENT, answer()),
        ("after the day", request, end, Repeat::First),
    ] {
        assert_eq!(checkouts.find_repeat(&repeat, at).await.unwrap(), found, "{case}");
    }
    let anew = Repeatable { content: b"[]", ..request };
    let again = checkouts.create_once(&new_checkout(&browser_key), &anew, "a new answer", end).await;
    assert_eq!(again.unwrap(), Repeat::First, "the row of yesterday may still be there");
}

#[tokio::test]
async fn an_answer_is_kept_sealed() {
    let tables = tables().await;
    let (key, browser_key) = (idempotency_key(), BrowserKey::generate());
    let request = Repeatable { key: &key, content: b"{\"customerEmail\":\"ada@shop.example\"}", browser_key: None };
    let answer = format!("polar_c_secret {}", browser_key.expose());
    tables.checkouts.create_once(&new_checkout(&browser_key), &request, &answer, now()).await.unwrap();

    let dump = tables.dump().await;
    for secret in ["polar_c_secret", &browser_key.expose(), "9f1c1f9e", "ada@shop.example"] {
        assert!(!dump.contains(secret), "{secret}");
    }
}
