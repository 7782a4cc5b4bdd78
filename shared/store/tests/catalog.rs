//! The published catalog, against the embedded DynamoDB.

use std::time::Duration;

use dynamodb::Embedded;
use jiff::Timestamp;
use store::{Catalog, Found, Snapshot};
use tokio::task::JoinSet;

async fn catalog() -> (Catalog, Embedded) {
    let dynamodb = Embedded::in_memory().await.expect("the emulator starts");
    (Catalog::new(dynamodb.client(), "catalog"), dynamodb)
}

fn at(minute: u64) -> Timestamp {
    Timestamp::from_second(1_800_000_000).expect("a valid time") + Duration::from_mins(minute)
}

async fn read(catalog: &Catalog) -> Snapshot {
    match catalog.find(None).await.expect("an answer") {
        Found::Changed(snapshot) => snapshot,
        found => panic!("a catalog: {found:?}"),
    }
}

/// Large enough for many rows, and different in each byte range.
fn large(seed: u8) -> Vec<u8> {
    (0..1_200_000_u32).map(|n| (n / 1000).to_le_bytes()[0].wrapping_add(seed)).collect()
}

#[tokio::test]
async fn before_the_first_publication_there_is_nothing() {
    let (catalog, _dynamodb) = catalog().await;
    assert_eq!(catalog.find(None).await.unwrap(), Found::Nothing);
}

#[tokio::test]
async fn small_and_large_catalogs_come_back_as_they_were() {
    let (catalog, _dynamodb) = catalog().await;
    for (minute, body) in [b"small".to_vec(), large(1), Vec::new(), large(2)].into_iter().enumerate() {
        catalog.publish(&body, at(minute as u64)).await.unwrap();
        assert!(read(&catalog).await.body == body, "publication {minute}");
    }
}

#[tokio::test]
async fn who_knows_the_publication_does_not_read_it_again() {
    let (catalog, _dynamodb) = catalog().await;
    catalog.publish(b"one", at(0)).await.unwrap();
    let known = read(&catalog).await.publication;

    catalog.publish(b"one", at(15)).await.unwrap();
    assert_eq!(catalog.find(Some(known)).await.unwrap(), Found::Unchanged { refreshed_at: at(15) });
    catalog.publish(b"two", at(30)).await.unwrap();
    assert!(matches!(catalog.find(Some(known)).await.unwrap(), Found::Changed(new) if new.body == b"two"));
}

#[tokio::test]
async fn an_older_truth_that_arrives_late_changes_nothing() {
    let (catalog, _dynamodb) = catalog().await;
    catalog.publish(b"new", at(10)).await.unwrap();
    catalog.publish(b"old", at(5)).await.unwrap();
    catalog.publish(b"new", at(7)).await.unwrap();

    let snapshot = read(&catalog).await;
    assert_eq!((snapshot.body.as_slice(), snapshot.refreshed_at), (&b"new"[..], at(10)));
}

#[tokio::test]
async fn an_unchanged_catalog_is_published_anew_before_its_rows_are_purged() {
    let (catalog, _dynamodb) = catalog().await;
    catalog.publish(&large(1), at(0)).await.unwrap();
    let first = read(&catalog).await.publication;
    catalog.publish(&large(1), at(25 * 60)).await.unwrap();
    assert_ne!(read(&catalog).await.publication, first);
}

#[tokio::test]
async fn readers_never_see_half_a_catalog_while_it_is_replaced() {
    let (catalog, _dynamodb) = catalog().await;
    let bodies = [large(1), large(2), large(3)];
    catalog.publish(&bodies[0], at(0)).await.unwrap();

    let mut readers = JoinSet::new();
    for _ in 0..4 {
        let catalog = catalog.clone();
        readers.spawn(async move {
            let mut seen = Vec::new();
            for _ in 0..5 {
                seen.push(read(&catalog).await.body);
            }
            seen
        });
    }
    for (minute, body) in bodies.iter().enumerate().skip(1) {
        catalog.publish(body, at(minute as u64)).await.unwrap();
    }
    for seen in readers.join_all().await.into_iter().flatten() {
        assert!(bodies.contains(&seen), "a catalog that was never published");
    }
}
