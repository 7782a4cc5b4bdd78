//! Download counters, against the embedded DynamoDB.

use std::{num::NonZeroU32, time::Duration};

use dynamodb::Embedded;
use jiff::Timestamp;
use store::{Downloads, FileOfPurchase, Quota, Taken};
use tokio::task::JoinSet;
use uuid::Uuid;

const CUSTOMER: Uuid = Uuid::from_u128(1);
const FILE: FileOfPurchase = FileOfPurchase { purchase_id: Uuid::from_u128(2), file_id: Uuid::from_u128(3) };
const HOUR: Duration = Duration::from_hours(1);

async fn downloads() -> (Downloads, Embedded) {
    let dynamodb = Embedded::in_memory().await.expect("the emulator starts");
    (Downloads::new(dynamodb.client(), "downloads"), dynamodb)
}

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).expect("a valid time")
}

fn quota(limit: u32, grace: Duration) -> Quota {
    Quota { limit: NonZeroU32::new(limit), grace }
}

async fn take_in_parallel(downloads: &Downloads, takers: usize, quota: Quota) -> Vec<Taken> {
    let mut attempts = JoinSet::new();
    for _ in 0..takers {
        let downloads = downloads.clone();
        attempts.spawn(async move { downloads.take(CUSTOMER, FILE, quota, now()).await.expect("an answer") });
    }
    attempts.join_all().await
}

#[tokio::test]
async fn two_hundred_parallel_takers_of_five_downloads_get_five() {
    let (downloads, _dynamodb) = downloads().await;

    let taken = take_in_parallel(&downloads, 200, quota(5, Duration::ZERO)).await;

    let counted = taken.iter().filter(|taken| matches!(taken, Taken::Counted(_))).count();
    let refused = taken.iter().filter(|taken| matches!(taken, Taken::LimitReached(_))).count();
    assert_eq!((counted, refused), (5, 195));
    assert_eq!(downloads.list_counters(CUSTOMER).await.unwrap()[&FILE].used, 5);
}

#[tokio::test]
async fn takers_whose_clocks_disagree_still_get_no_more_than_there_are() {
    let (downloads, _dynamodb) = downloads().await;
    let mut counted = 0;
    for backwards in 0..20 {
        let now = now() - Duration::from_secs(backwards);
        let taken = downloads.take(CUSTOMER, FILE, quota(5, Duration::ZERO), now).await.unwrap();
        counted += u32::from(matches!(taken, Taken::Counted(_)));
        assert!(!matches!(taken, Taken::Repeated(_)), "without a grace time nothing is a repeat");
    }
    assert_eq!(counted, 5);
}

#[tokio::test]
async fn two_hundred_parallel_takers_within_the_grace_time_cost_one_download() {
    let (downloads, _dynamodb) = downloads().await;

    let taken = take_in_parallel(&downloads, 200, quota(5, HOUR)).await;

    let counted = taken.iter().filter(|taken| matches!(taken, Taken::Counted(_))).count();
    let repeated = taken.iter().filter(|taken| matches!(taken, Taken::Repeated(_))).count();
    assert_eq!((counted, repeated), (1, 199));
}

#[tokio::test]
async fn the_grace_time_ends_and_is_not_prolonged_by_repeats() {
    let (downloads, _dynamodb) = downloads().await;
    let take = |after| downloads.take(CUSTOMER, FILE, quota(2, HOUR), now() + after);

    assert!(matches!(take(Duration::ZERO).await.unwrap(), Taken::Counted(counter) if counter.used == 1));
    assert!(matches!(take(Duration::from_mins(59)).await.unwrap(), Taken::Repeated(counter) if counter.used == 1));
    assert!(matches!(take(HOUR).await.unwrap(), Taken::Counted(counter) if counter.used == 2));
    assert!(matches!(take(2 * HOUR).await.unwrap(), Taken::LimitReached(counter) if counter.used == 2));
}

#[tokio::test]
async fn without_a_limit_every_download_is_counted_and_none_refused() {
    let (downloads, _dynamodb) = downloads().await;

    let taken = take_in_parallel(&downloads, 100, quota(0, Duration::ZERO)).await;

    assert!(taken.iter().all(|taken| matches!(taken, Taken::Counted(_))));
    assert_eq!(downloads.list_counters(CUSTOMER).await.unwrap()[&FILE].used, 100);
}

#[tokio::test]
async fn the_same_file_of_another_purchase_or_customer_has_a_counter_of_its_own() {
    let (downloads, _dynamodb) = downloads().await;
    let limit = quota(1, Duration::ZERO);
    let other = FileOfPurchase { purchase_id: Uuid::from_u128(9), ..FILE };

    for (customer, file) in [(CUSTOMER, FILE), (CUSTOMER, other), (Uuid::from_u128(8), FILE)] {
        let taken = downloads.take(customer, file, limit, now()).await.unwrap();
        assert!(matches!(taken, Taken::Counted(counter) if counter.used == 1));
    }
    assert_eq!(downloads.list_counters(CUSTOMER).await.unwrap().len(), 2);
}

#[tokio::test]
async fn unlimited_works_ten_thousand_times() {
    let (downloads, _dynamodb) = downloads().await;
    let mut takers = JoinSet::new();
    for _ in 0..10 {
        let downloads = downloads.clone();
        takers.spawn(async move {
            for _ in 0..1_000 {
                let taken = downloads.take(CUSTOMER, FILE, quota(0, Duration::ZERO), now()).await.expect("an answer");
                assert!(matches!(taken, Taken::Counted(_)));
            }
        });
    }
    takers.join_all().await;
    assert_eq!(downloads.list_counters(CUSTOMER).await.unwrap()[&FILE].used, 10_000);
}

#[tokio::test]
async fn what_is_granted_beyond_the_limit_can_be_taken_and_no_more() {
    let (downloads, _dynamodb) = downloads().await;
    assert_eq!(downloads.grant(CUSTOMER, FILE, 2).await.unwrap(), None, "nothing was taken yet");
    take_in_parallel(&downloads, 3, quota(3, Duration::ZERO)).await;

    let granted = downloads.grant(CUSTOMER, FILE, 2).await.unwrap().expect("a counter");
    assert_eq!((granted.used, granted.granted), (3, 2));

    let taken = take_in_parallel(&downloads, 20, quota(3, Duration::ZERO)).await;
    assert_eq!(taken.iter().filter(|taken| matches!(taken, Taken::Counted(_))).count(), 2);
    let counter = downloads.list_counters(CUSTOMER).await.unwrap()[&FILE];
    assert_eq!((counter.used, counter.granted), (5, 2));
}

#[tokio::test]
async fn a_reset_brings_the_whole_limit_back() {
    let (downloads, _dynamodb) = downloads().await;
    assert!(!downloads.reset(CUSTOMER, FILE).await.unwrap(), "there is nothing to forget");
    take_in_parallel(&downloads, 2, quota(1, Duration::ZERO)).await;

    assert!(downloads.reset(CUSTOMER, FILE).await.unwrap());

    let taken = downloads.take(CUSTOMER, FILE, quota(1, Duration::ZERO), now()).await.unwrap();
    assert!(matches!(taken, Taken::Counted(_)), "{taken:?}");
}
