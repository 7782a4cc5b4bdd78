//! Each network has a share of what the shop can ask of Polar.

use std::path::Path;

use serde_json::json;
use testbed::{Event, Function, World, demo};

const CHECKOUT: &str = env!("CARGO_BIN_EXE_checkout");

async fn with_shares_of(calls: &str) -> (World, Function) {
    let world = World::start().await.unwrap();
    let mut settings = world.environment_of("checkout").await.unwrap();
    settings.push(("POLAR_CALLS_PER_NETWORK", calls.to_owned()));
    let checkout = Function::start(Path::new(CHECKOUT), &settings).await.unwrap();
    (world, checkout)
}

async fn begin(checkout: &Function, source_ip: &str) -> u16 {
    let event = Event::post("/api/checkout", &json!({ "products": [demo::SKY_SAMPLER] }));
    checkout.call(event.from_address(source_ip)).await.expect("an answer").status
}

/// How many of the requests from these addresses are answered with a checkout.
async fn begun(addresses: &[&str]) -> usize {
    let (_world, checkout) = with_shares_of("2").await;
    let mut begun = 0;
    for source_ip in addresses {
        let status = begin(&checkout, source_ip).await;
        assert!(matches!(status, 201 | 429), "{status}");
        begun += usize::from(status == 201);
    }
    begun
}

#[tokio::test]
async fn what_is_no_address_is_one_network_whatever_it_says() {
    let no_addresses = ["", "unknown", "192.0.2.999", "\u{1f4a9}", "192.0.2.1:80", "a", "b", "c"];
    let found = begun(&no_addresses).await;
    // The minute may turn once in between.
    assert!((2..=4).contains(&found), "{found}");
}

#[tokio::test]
async fn each_address_of_a_network_counts_for_that_network_and_for_no_other() {
    let one_network: Vec<_> = (1..=8).map(|host| format!("2001:db8:0:1::{host}")).collect();
    let one_network: Vec<_> = one_network.iter().map(String::as_str).collect();
    let found = begun(&one_network).await;
    assert!((2..=4).contains(&found), "{found}");
    assert_eq!(begun(&["192.0.2.1", "192.0.2.2", "198.51.100.1", "2001:db8:0:2::1"]).await, 4);
}
