//! The history of downloads, against the embedded DynamoDB.

use std::time::Duration;

use dynamodb::Embedded;
use jiff::Timestamp;
use store::{Attempt, History, HistoryCursor, HistoryOf, Outcome};
use uuid::Uuid;

const CUSTOMER: Uuid = Uuid::from_u128(1);

async fn history() -> (History, Embedded) {
    let dynamodb = Embedded::in_memory().await.expect("the emulator starts");
    (History::new(dynamodb.client(), "downloads"), dynamodb)
}

fn attempt(second: u64, session: &str) -> Attempt {
    Attempt {
        at: Timestamp::from_second(1_800_000_000).expect("a valid time") + Duration::from_secs(second),
        result: Outcome::Issued,
        session_id: session.to_owned(),
        client: "Firefox on Linux".to_owned(),
        product_id: Some(Uuid::from_u128(2)),
        order_id: None,
        file_id: Some(Uuid::from_u128(3)),
        file_name: Some("写真.zip".to_owned()),
        version: None,
    }
}

#[tokio::test]
async fn attempts_come_back_whole_and_the_newest_first() {
    let (history, _dynamodb) = history().await;
    for second in [2, 1, 3] {
        history.record(CUSTOMER, &attempt(second, "a")).await.unwrap();
    }
    history.record(Uuid::from_u128(9), &attempt(4, "a")).await.unwrap();

    let page = history.list(CUSTOMER, HistoryOf::Account, None, 10).await.unwrap();
    assert_eq!(page.attempts, [attempt(3, "a"), attempt(2, "a"), attempt(1, "a")]);
    assert_eq!(page.next, None);
}

#[tokio::test]
async fn pages_join_without_gaps_and_repeats_even_within_one_millisecond() {
    let (history, _dynamodb) = history().await;
    let of = |number: u64| {
        if number.is_multiple_of(2) { HistoryOf::Account } else { HistoryOf::Checkout(Uuid::from_u128(7)) }
    };
    for number in 0..25 {
        history.record_once(CUSTOMER, of(number), Uuid::new_v4(), &attempt(number / 5, "a")).await.unwrap();
    }
    let nobodys = HistoryOf::Checkout(Uuid::from_u128(8));
    for (view, count) in [(of(0), 13), (of(1), 12), (nobodys, 0)] {
        let (mut from, mut found) = (None, Vec::new());
        loop {
            let page = history.list(CUSTOMER, view, from.as_ref(), 4).await.unwrap();
            assert!(page.attempts.len() <= 4);
            found.extend(page.attempts);
            let Some(next) = page.next else { break };
            assert_eq!(HistoryCursor::parse(&next.to_string()), Some(next.clone()));
            from = Some(next);
        }
        assert_eq!(found.len(), count, "{view:?}");
        assert!(found.is_sorted_by(|newer, older| newer.at >= older.at));
    }
}

#[tokio::test]
async fn a_cursor_of_another_view_leads_nowhere_else() {
    let (history, _dynamodb) = history().await;
    let (account, order) = (HistoryOf::Account, HistoryOf::Checkout(Uuid::from_u128(7)));
    for second in 0..3 {
        history.record_once(CUSTOMER, account, Uuid::new_v4(), &attempt(second, "account")).await.unwrap();
        history.record_once(CUSTOMER, order, Uuid::new_v4(), &attempt(second, "order")).await.unwrap();
    }
    let cursor = history.list(CUSTOMER, account, None, 1).await.unwrap().next.expect("more");
    let page = history.list(CUSTOMER, order, Some(&cursor), 10).await.unwrap();
    assert!(page.attempts.iter().all(|attempt| attempt.session_id == "order"), "{page:?}");
}
