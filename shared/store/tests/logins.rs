//! Logins by code and the limits of asking for one, against the embedded DynamoDB.

mod support;

use std::{net::IpAddr, time::Duration};

use jiff::Timestamp;
use store::{
    Admission, BrowserKey, Caller, LoginCode, LoginRequest, NewLogin, NewSession, Opened, Proof, Scope, Session, Share,
};
use support::{CUSTOMER, MOMENT, OTHER, Tables, at_once, new_session, now, tables};

const MINUTE: Duration = Duration::from_mins(1);

impl Tables {
    /// A login whose mail is on its way to a customer.
    async fn begin_login(&self, browser_key: &BrowserKey) -> NewLogin {
        let login = self.logins.begin(browser_key, now()).await.unwrap();
        let hash = browser_key.hash();
        assert!(self.logins.set_customer(hash.as_str(), login.login_id, CUSTOMER, now()).await.unwrap());
        login
    }

    async fn log_in(&self, browser_key: &BrowserKey, code: &LoginCode, at: Timestamp) -> Option<Session> {
        let login = self.logins.verify(browser_key, code, at).await.unwrap()?;
        assert_eq!(login.customer_id, CUSTOMER);
        self.logins
            .open_session(&login, &self.sessions, &new_session(Proof::Mailbox), at)
            .await
            .unwrap()
            .map(|opened| opened.session)
    }
}

fn wrong_code() -> LoginCode {
    LoginCode::parse("WR0N-GC0D").expect("a code")
}

#[tokio::test]
async fn the_code_opens_one_session_in_the_browser_that_asked() {
    let tables = tables().await;
    let browser_key = BrowserKey::generate();
    let login = tables.begin_login(&browser_key).await;

    assert!(tables.log_in(&BrowserKey::generate(), &login.code, now()).await.is_none(), "another browser");
    let session = tables.log_in(&browser_key, &login.code, now()).await.expect("a session");
    assert_eq!((session.customer_id, session.scope), (CUSTOMER, Scope::Account));
    assert!(tables.log_in(&browser_key, &login.code, now()).await.is_none(), "a replayed code");
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_parallel_verifications_of_the_right_code_open_one_session() {
    let tables = tables().await;
    let browser_key = BrowserKey::generate();
    let NewLogin { code, .. } = tables.begin_login(&browser_key).await;
    let Tables { logins, sessions, .. } = &tables;

    let opened = at_once(50, || {
        let (logins, sessions, browser_key, code) =
            (logins.clone(), sessions.clone(), browser_key.clone(), code.clone());
        async move {
            let Some(login) = logins.verify(&browser_key, &code, now()).await? else { return Ok(None) };
            logins.open_session(&login, &sessions, &new_session(Proof::Mailbox), now()).await
        }
    });
    let opened: Vec<Option<Opened>> = opened.await.into_iter().collect::<Result<_, store::Error>>().unwrap();

    assert_eq!(opened.iter().flatten().count(), 1);
    assert_eq!(tables.count_rows("sessions").await, 1);
}

#[tokio::test]
async fn the_sixth_try_is_refused_even_with_the_right_code() {
    let tables = tables().await;
    for (wrong_tries, opens) in [(4, true), (5, false)] {
        let browser_key = BrowserKey::generate();
        let login = tables.begin_login(&browser_key).await;
        for _ in 0..wrong_tries {
            assert!(tables.log_in(&browser_key, &wrong_code(), now()).await.is_none());
        }
        let opened = tables.log_in(&browser_key, &login.code, now()).await;
        assert_eq!(opened.is_some(), opens, "after {wrong_tries} wrong tries");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_parallel_guesses_are_five_tries() {
    let tables = tables().await;
    let browser_key = BrowserKey::generate();
    let login = tables.begin_login(&browser_key).await;
    let logins = &tables.logins;
    at_once(50, || {
        let (logins, browser_key) = (logins.clone(), browser_key.clone());
        async move { logins.verify(&browser_key, &wrong_code(), now()).await.unwrap() }
    })
    .await;

    assert!(tables.log_in(&browser_key, &login.code, now()).await.is_none());
    let rows = tables.dump().await;
    assert!(rows.contains(r#""attempts": N("5")"#), "{rows}");
}

#[tokio::test]
async fn a_code_works_for_ten_minutes_although_its_row_is_still_there_after() {
    let tables = tables().await;
    let end = now() + 10 * MINUTE;
    for (at, opens) in [(end - MOMENT, true), (end, false)] {
        let browser_key = BrowserKey::generate();
        let login = tables.begin_login(&browser_key).await;
        assert_eq!(login.expires_at, end);
        let opened = tables.log_in(&browser_key, &login.code, at).await;
        assert_eq!(opened.is_some(), opens, "{at}");
    }
}

#[tokio::test]
async fn no_code_is_right_until_a_customer_was_found() {
    let tables = tables().await;
    let browser_key = BrowserKey::generate();
    let login = tables.logins.begin(&browser_key, now()).await.unwrap();

    assert!(tables.log_in(&browser_key, &login.code, now()).await.is_none());
}

#[tokio::test]
async fn a_second_request_of_a_browser_voids_the_first_code() {
    let tables = tables().await;
    let browser_key = BrowserKey::generate();
    let first = tables.begin_login(&browser_key).await;
    let second = tables.begin_login(&browser_key).await;

    assert!(tables.log_in(&browser_key, &first.code, now()).await.is_none());
    assert!(tables.log_in(&browser_key, &second.code, now()).await.is_some());
}

#[tokio::test]
async fn a_code_that_was_verified_before_a_newer_request_opens_nothing() {
    let tables = tables().await;
    let browser_key = BrowserKey::generate();
    let first = tables.begin_login(&browser_key).await;
    let verified = tables.logins.verify(&browser_key, &first.code, now()).await.unwrap().expect("the right code");
    let second = tables.begin_login(&browser_key).await;

    let new = new_session(Proof::Mailbox);
    assert!(tables.logins.open_session(&verified, &tables.sessions, &new, now()).await.unwrap().is_none());
    assert!(tables.log_in(&browser_key, &second.code, now()).await.is_some(), "the newer one is untouched");
}

#[tokio::test]
async fn a_late_job_of_an_earlier_request_never_names_the_customer_of_a_newer_one() {
    let tables = tables().await;
    let browser_key = BrowserKey::generate();
    let hash = browser_key.hash();
    let first = tables.logins.begin(&browser_key, now()).await.unwrap();
    let second = tables.logins.begin(&browser_key, now()).await.unwrap();

    assert!(!tables.logins.set_customer(hash.as_str(), first.login_id, OTHER, now()).await.unwrap());
    for code in [&first.code, &second.code] {
        assert!(tables.log_in(&browser_key, code, now()).await.is_none());
    }
    assert!(tables.logins.set_customer(hash.as_str(), second.login_id, CUSTOMER, now()).await.unwrap());
    assert!(tables.log_in(&browser_key, &second.code, now()).await.is_some());
    assert!(!tables.logins.set_customer(hash.as_str(), second.login_id, CUSTOMER, now()).await.unwrap(), "used up");
}

#[tokio::test]
async fn a_job_that_comes_after_the_code_has_expired_changes_nothing() {
    let tables = tables().await;
    let browser_key = BrowserKey::generate();
    let hash = browser_key.hash();
    let login = tables.logins.begin(&browser_key, now()).await.unwrap();
    let set = |at| tables.logins.set_customer(hash.as_str(), login.login_id, CUSTOMER, at);

    assert!(!set(login.expires_at).await.unwrap());
    assert!(set(login.expires_at - MOMENT).await.unwrap());
}

#[tokio::test]
async fn a_login_ends_the_session_that_the_browser_had() {
    let tables = tables().await;
    let browser_key = BrowserKey::generate();
    let old = tables.sessions.create(&new_session(Proof::Mailbox), now()).await.unwrap();
    let login = tables.begin_login(&browser_key).await;
    let verified = tables.logins.verify(&browser_key, &login.code, now()).await.unwrap().expect("the right code");

    let new = NewSession { replaces: vec![old.reference()], ..new_session(Proof::Mailbox) };
    tables.logins.open_session(&verified, &tables.sessions, &new, now()).await.unwrap().expect("a session");
    assert!(tables.sessions.live_until(&old.reference(), now()).await.unwrap().is_none());
}

#[tokio::test]
async fn a_dump_shows_neither_code_nor_browser_key_nor_address() {
    let tables = tables().await;
    let browser_key = BrowserKey::generate();
    let login = tables.begin_login(&browser_key).await;
    let request = LoginRequest { email: "ada@shop.example", ..asking(&browser_key) };
    tables.limits.admit(&request, now()).await.unwrap();

    let (dump, code) = (tables.dump().await, login.code.expose());
    for secret in [code.as_str(), &code.replace('-', ""), &browser_key.expose(), "ada@shop.example", "203.0.113.7"] {
        assert!(!dump.contains(secret), "{secret}");
    }
}

fn asking(browser_key: &BrowserKey) -> LoginRequest<'_> {
    LoginRequest { browser_key, ip: Some(IpAddr::from([203, 0, 113, 7])), email: "ada@shop.example" }
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_are_exact_under_fifty_parallel_requests() {
    let one_browser = BrowserKey::generate();
    for (case, same_browser, same_network, same_address, admitted) in [
        ("browser", true, false, false, 5),
        ("network", false, true, false, 20),
        ("address", false, false, true, 10),
        ("none of them", false, false, false, 50),
    ] {
        let tables = tables().await;
        let number = std::sync::atomic::AtomicU8::new(0);
        let answers = at_once(50, || {
            let number = number.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let (limits, one_browser) = (tables.limits.clone(), one_browser.clone());
            async move {
                let browser_key = if same_browser { one_browser } else { BrowserKey::generate() };
                let ip = IpAddr::from([203, 0, 113, if same_network { 7 } else { number }]);
                let email =
                    if same_address { " Ada@shop.example".to_owned() } else { format!("{number}@shop.example") };
                let request = LoginRequest { browser_key: &browser_key, ip: Some(ip), email: &email };
                limits.admit(&request, now()).await.unwrap()
            }
        });
        let within = answers.await.into_iter().filter(|answer| *answer == Admission::Admitted).count();
        assert_eq!(within, admitted, "{case}");
    }
}

#[tokio::test]
async fn a_limit_that_is_used_up_says_until_when_and_ends_then() {
    let Tables { limits, .. } = &tables().await;
    let browser_key = BrowserKey::generate();
    // The quarter of an hour that this moment begins.
    let end = now() + 15 * MINUTE;
    for _ in 0..5 {
        assert_eq!(limits.admit(&asking(&browser_key), now()).await.unwrap(), Admission::Admitted);
    }

    for moment in [now(), end - MOMENT] {
        assert_eq!(limits.admit(&asking(&browser_key), moment).await.unwrap(), Admission::RefusedUntil(end));
    }
    assert_eq!(limits.admit(&asking(&browser_key), end).await.unwrap(), Admission::Admitted);
}

#[tokio::test]
async fn an_address_has_one_limit_in_all_its_spellings() {
    let Tables { limits, .. } = &tables().await;
    let mut admitted = 0;
    for email in ["ada@shop.example", "ADA@shop.example", " Ada@Shop.Example "].iter().cycle().take(12) {
        let request = LoginRequest { browser_key: &BrowserKey::generate(), ip: None, email };
        admitted += u32::from(limits.admit(&request, now()).await.unwrap() == Admission::Admitted);
    }
    assert_eq!(admitted, 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_questions_of_a_caller_are_counted_exactly_under_fifty_parallel_requests() {
    let tables = tables().await;
    let spend = || {
        let limits = tables.limits.clone();
        let network = Share { caller: Caller::Network(Some(IpAddr::from([203, 0, 113, 7]))), questions: 100 };
        async move { limits.spend(3, &[network], now()).await.unwrap() }
    };
    let admitted = at_once(50, spend).await.into_iter().filter(|it| *it == Admission::Admitted).count();
    assert_eq!(admitted, 33, "thirty-three times three of a hundred");
}

#[tokio::test]
async fn a_caller_without_questions_left_gets_new_ones_with_the_next_minute_and_takes_none_from_others() {
    let Tables { limits, sessions, .. } = &tables().await;
    let session = sessions.create(&new_session(Proof::Mailbox), now()).await.unwrap();
    let hers = || Share { caller: Caller::Session(session.reference()), questions: 6 };
    let unknown = || Share { caller: Caller::Network(None), questions: 9 };
    let minute = Duration::from_mins(1);
    for _ in 0..2 {
        assert_eq!(limits.spend(3, &[hers(), unknown()], now()).await.unwrap(), Admission::Admitted);
    }
    let end = now() + minute;
    assert_eq!(limits.spend(3, &[hers()], now()).await.unwrap(), Admission::RefusedUntil(end));
    assert_eq!(limits.spend(3, &[unknown()], now()).await.unwrap(), Admission::Admitted);
    assert_eq!(
        limits.spend(1, &[unknown()], now()).await.unwrap(),
        Admission::RefusedUntil(end),
        "all unknown are one"
    );
    assert_eq!(
        limits.spend(7, &[hers()], end).await.unwrap(),
        Admission::RefusedUntil(end + minute),
        "more than a share"
    );
    assert_eq!(limits.spend(3, &[hers(), unknown()], end).await.unwrap(), Admission::Admitted);
}
