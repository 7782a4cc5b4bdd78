//! Checkouts, their claims and the repeats of their requests, against the embedded DynamoDB.

mod support;

use std::time::Duration;

use store::{
    BrowserKey, Claim, IdempotencyKey, NewCheckout, NewSession, Opened, Proof, Repeat, Repeatable, Scope, Session,
};
use support::{CHECKOUT, HOUR, LIFETIME, MOMENT, OTHER, Tables, at_once, new_checkout, new_session, now, tables};
use uuid::Uuid;

const ORDER: Proof = Proof::Checkout(CHECKOUT);

const WINDOW: Duration = Duration::from_mins(15);

impl Tables {
    async fn claim(&self, session: &NewSession) -> Claim<Opened> {
        self.checkouts.claim(CHECKOUT, &self.sessions, session, now() + WINDOW, now()).await.unwrap()
    }

    async fn is_live(&self, session: &Session) -> bool {
        self.sessions.find(&session.token, now()).await.unwrap().is_some()
    }

    async fn repeat_claim(&self) -> Option<Opened> {
        let record = self.checkouts.find(CHECKOUT).await.unwrap().expect("the checkout");
        self.checkouts.repeat_claim(&record, &self.sessions, now()).await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkout_is_claimed_once_under_fifty_parallel_claims() {
    let tables = tables().await;
    let Tables { sessions, checkouts, .. } = &tables;
    checkouts.create(&new_checkout(&BrowserKey::generate()), now()).await.unwrap();

    let claims = at_once(50, || {
        let (sessions, checkouts) = (sessions.clone(), checkouts.clone());
        async move { checkouts.claim(CHECKOUT, &sessions, &new_session(ORDER), now() + WINDOW, now()).await }
    });
    let claims = claims.await;

    let claimed = claims.iter().filter(|claim| matches!(claim, Ok(Claim::Claimed(_)))).count();
    let refused = claims.iter().filter(|claim| matches!(claim, Ok(Claim::AlreadyClaimed))).count();
    assert_eq!((claimed, refused), (1, 49));
    assert_eq!(tables.count_rows("sessions").await, 1);
}

#[tokio::test]
async fn a_claim_adds_to_the_session_of_before_and_gives_others_new_tokens() {
    let tables = tables().await;
    tables.checkouts.create(&new_checkout(&BrowserKey::generate()), now()).await.unwrap();
    let before = tables.sessions.create(&new_session(Proof::Checkout(OTHER)), now()).await.unwrap();
    let other = NewSession::open(OTHER, Proof::Mailbox, LIFETIME, "Firefox on Linux");
    let other = tables.sessions.create(&other, now()).await.unwrap();
    let new = || NewSession { adds_to: Some(before.clone()), keeps: vec![other.clone()], ..new_session(ORDER) };

    let Claim::Claimed(opened) = tables.claim(&new()).await else { panic!("the first claim") };
    assert_eq!(opened.session.scope.checkout_ids(), Some(vec![CHECKOUT, OTHER]));
    assert_eq!((opened.kept[0].customer_id, &opened.kept[0].scope), (OTHER, &Scope::Account));
    assert!(tables.is_live(&opened.session).await && tables.is_live(&opened.kept[0]).await);
    assert!(!tables.is_live(&before).await && !tables.is_live(&other).await);
    assert!(matches!(tables.claim(&new()).await, Claim::AlreadyClaimed));
    assert!(tables.is_live(&opened.session).await, "a refused claim ends nothing");
}

#[tokio::test]
async fn a_claim_opens_nothing_beside_a_session_that_has_ended() {
    let tables = tables().await;
    tables.checkouts.create(&new_checkout(&BrowserKey::generate()), now()).await.unwrap();
    let ended = tables.sessions.create(&new_session(Proof::Checkout(OTHER)), now()).await.unwrap();
    tables.sessions.delete(&ended.reference()).await.unwrap();

    let adding = NewSession { adds_to: Some(ended.clone()), ..new_session(ORDER) };
    assert!(matches!(tables.claim(&adding).await, Claim::SessionEnded));
    let keeping = NewSession { keeps: vec![ended.clone()], ..new_session(ORDER) };
    assert!(matches!(tables.claim(&keeping).await, Claim::SessionEnded));
    let within = tables.checkouts.claim_within(CHECKOUT, &tables.sessions, &ended.reference(), now()).await;
    assert!(matches!(within, Ok(Claim::SessionEnded)));
    assert_eq!(tables.count_rows("sessions").await, 0);
    assert!(
        matches!(tables.claim(&new_session(ORDER)).await, Claim::Claimed(_)),
        "the checkout is still to be claimed"
    );
}

#[tokio::test]
async fn a_checkout_that_was_not_begun_here_cannot_be_claimed() {
    let tables = tables().await;

    assert!(matches!(tables.claim(&new_session(ORDER)).await, Claim::AlreadyClaimed));
    assert!(tables.checkouts.find(CHECKOUT).await.unwrap().is_none());
}

#[tokio::test]
async fn a_claim_whose_answer_was_lost_is_answered_again_under_new_tokens() {
    let tables = tables().await;
    tables.checkouts.create(&new_checkout(&BrowserKey::generate()), now()).await.unwrap();
    let other = NewSession::open(OTHER, Proof::Checkout(OTHER), LIFETIME, "Firefox on Linux");
    let other = tables.sessions.create(&other, now()).await.unwrap();
    let Claim::Claimed(lost) = tables.claim(&NewSession { keeps: vec![other], ..new_session(ORDER) }).await else {
        panic!("the first claim")
    };

    let again = tables.repeat_claim().await.expect("the answer again");
    assert_eq!(again.session.scope, lost.session.scope);
    assert_eq!(again.session.absolute_expires_at, lost.session.absolute_expires_at);
    assert_eq!((again.kept[0].customer_id, &again.kept[0].scope), (OTHER, &lost.kept[0].scope));
    assert!(!tables.is_live(&lost.session).await && !tables.is_live(&lost.kept[0]).await, "the lost tokens have ended");
    assert!(tables.is_live(&again.session).await && tables.is_live(&again.kept[0]).await);
    assert!(tables.repeat_claim().await.is_some(), "and once more");
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_parallel_repeats_of_a_claim_leave_one_session() {
    let tables = tables().await;
    tables.checkouts.create(&new_checkout(&BrowserKey::generate()), now()).await.unwrap();
    tables.claim(&new_session(ORDER)).await;

    let repeats = at_once(50, || {
        let (sessions, checkouts) = (tables.sessions.clone(), tables.checkouts.clone());
        async move {
            let record = checkouts.find(CHECKOUT).await.unwrap().expect("the checkout");
            // Those who keep losing against others ask again.
            checkouts.repeat_claim(&record, &sessions, now()).await
        }
    });
    assert!(repeats.await.iter().any(|repeat| matches!(repeat, Ok(Some(_)))));
    assert_eq!(tables.count_rows("sessions").await, 1);
}

#[tokio::test]
async fn a_repeated_claim_opens_neither_a_session_that_was_ended_nor_an_account() {
    let tables = tables().await;
    let key = BrowserKey::generate();
    tables.checkouts.create(&new_checkout(&key), now()).await.unwrap();
    let Claim::Claimed(opened) = tables.claim(&new_session(ORDER)).await else { panic!("the first claim") };
    tables.sessions.delete(&opened.session.reference()).await.unwrap();
    assert!(tables.repeat_claim().await.is_none(), "signed out");

    tables.checkouts.create(&new_checkout(&key), now()).await.unwrap();
    let account = tables.sessions.create(&new_session(Proof::Mailbox), now()).await.unwrap();
    let within = tables.checkouts.claim_within(CHECKOUT, &tables.sessions, &account.reference(), now()).await;
    assert!(matches!(within, Ok(Claim::Claimed(()))));
    assert!(tables.repeat_claim().await.is_none(), "an account needs more than the key of a browser");
    assert!(tables.is_live(&account).await);
}

#[tokio::test]
async fn a_checkout_knows_its_browser() {
    let Tables { checkouts, .. } = &tables().await;
    let key = BrowserKey::generate();
    checkouts.create(&new_checkout(&key), now()).await.unwrap();

    let record = checkouts.find(CHECKOUT).await.unwrap().expect("the checkout");
    assert!(record.key_among(&[BrowserKey::generate(), key]).is_some());
    assert!(record.key_among(&[BrowserKey::generate()]).is_none());
    assert!(record.claimed.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_who_would_ask_polar_one_does_and_what_it_hears_opens_with_the_browser_key_only() {
    let tables = tables().await;
    let checkouts = &tables.checkouts;
    let key = BrowserKey::generate();
    checkouts.create(&new_checkout(&key), now()).await.unwrap();
    let record = checkouts.find(CHECKOUT).await.unwrap().expect("the checkout");
    assert_eq!(record.may_ask_at(), None, "nobody has asked");

    let asked = at_once(50, || {
        let (checkouts, record) = (checkouts.clone(), record.clone());
        async move { checkouts.begin_asking(&record, now()).await.unwrap() }
    });
    assert_eq!(asked.await.into_iter().filter(|asks| *asks).count(), 1);
    checkouts.remember_payment(&record, &key, "polar_c_secret").await.unwrap();

    let record = checkouts.find(CHECKOUT).await.unwrap().expect("the checkout");
    assert_eq!(record.payment(&key).as_deref(), Some("polar_c_secret"));
    assert_eq!(record.payment(&BrowserKey::generate()), None);
    assert!(!tables.dump().await.contains("polar_c_secret"));
    assert_eq!(record.may_ask_at(), Some(now() + Duration::from_secs(1)));
    checkouts.note_change(CHECKOUT).await.unwrap();
    checkouts.note_change(OTHER).await.expect("a checkout that was begun elsewhere is nothing to us");
    let record = checkouts.find(CHECKOUT).await.unwrap().expect("the checkout");
    assert_eq!(record.may_ask_at(), None, "Polar has told of a change");
}

#[tokio::test]
async fn each_question_about_a_payment_makes_the_next_one_wait_longer() {
    let Tables { checkouts, .. } = &tables().await;
    checkouts.create(&new_checkout(&BrowserKey::generate()), now()).await.unwrap();
    let (mut at, mut pauses) = (now(), Vec::new());
    for _ in 0..21 {
        let record = checkouts.find(CHECKOUT).await.unwrap().expect("the checkout");
        assert!(checkouts.begin_asking(&record, at).await.unwrap());
        let next = checkouts.find(CHECKOUT).await.unwrap().and_then(|record| record.may_ask_at()).expect("a moment");
        pauses.push(next.duration_since(at).as_secs());
        at = next;
    }
    assert_eq!(pauses, [1, 1, 1, 2, 2, 2, 5, 5, 5, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 60, 60]);
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
            let request = Repeatable { key: &key, content: b"{}", browser_keys: Vec::new() };
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
    let request = Repeatable { key: &key, content: b"{}", browser_keys: vec![browser_key.clone()] };
    let lost_its_key = Repeatable { browser_keys: Vec::new(), ..request.clone() };
    let first = checkouts.create_once(&new_checkout(&browser_key), &lost_its_key, "the answer", now()).await;
    assert_eq!(first.unwrap(), Repeat::First);

    let answer = || Repeat::Of("the answer".to_owned());
    let other_key = IdempotencyKey::parse("another-random-key").expect("a key");
    let end = now() + 24 * HOUR;
    for (case, repeat, at, found) in [
        ("the same", request.clone(), now(), answer()),
        ("without the browser key that the lost answer had", lost_its_key, now(), answer()),
        ("another request", Repeatable { content: b"[]", ..request.clone() }, now(), Repeat::OfAnother),
        (
            "another browser",
            Repeatable { browser_keys: vec![other_browser.clone()], ..request.clone() },
            now(),
            Repeat::OfAnother,
        ),
        ("another key", Repeatable { key: &other_key, ..request.clone() }, now(), Repeat::First),
        ("just within the day", request.clone(), end - MOMENT, answer()),
        ("after the day", request.clone(), end, Repeat::First),
    ] {
        assert_eq!(checkouts.find_repeat(&repeat, at).await.unwrap(), found, "{case}");
    }
    let anew = Repeatable { content: b"[]", ..request };
    let again = checkouts.create_once(&new_checkout(&browser_key), &anew, "a new answer", end).await;
    assert_eq!(again.unwrap(), Repeat::First, "the row of yesterday may still be there");
}

#[tokio::test]
async fn a_repeat_of_a_request_that_had_a_browser_key_needs_that_key() {
    let Tables { checkouts, .. } = &tables().await;
    let (key, browser_key) = (idempotency_key(), BrowserKey::generate());
    let request = Repeatable { key: &key, content: b"{}", browser_keys: vec![browser_key.clone()] };
    checkouts.create_once(&new_checkout(&browser_key), &request, "the answer", now()).await.unwrap();

    let thief = Repeatable { browser_keys: Vec::new(), ..request.clone() };
    assert_eq!(checkouts.find_repeat(&thief, now()).await.unwrap(), Repeat::OfAnother);
    let several = Repeatable { browser_keys: vec![BrowserKey::generate(), browser_key.clone()], ..request };
    assert_eq!(checkouts.find_repeat(&several, now()).await.unwrap(), Repeat::Of("the answer".to_owned()));
}

#[tokio::test]
async fn an_answer_is_kept_sealed() {
    let tables = tables().await;
    let (key, browser_key) = (idempotency_key(), BrowserKey::generate());
    let request =
        Repeatable { key: &key, content: b"{\"customerEmail\":\"ada@shop.example\"}", browser_keys: Vec::new() };
    let answer = format!("polar_c_secret {}", browser_key.expose());
    tables.checkouts.create_once(&new_checkout(&browser_key), &request, &answer, now()).await.unwrap();

    let dump = tables.dump().await;
    for secret in ["polar_c_secret", &browser_key.expose(), "9f1c1f9e", "ada@shop.example"] {
        assert!(!dump.contains(secret), "{secret}");
    }
}
