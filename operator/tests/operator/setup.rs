//! Connecting a shop with Polar.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    aws::STACK,
    run::run,
    world::{ACCESS_TOKEN_PARAMETER, SECRET_PARAMETER, World},
};

#[tokio::test(flavor = "multi_thread")]
async fn setup_makes_the_endpoint_and_keeps_its_secret_once() {
    let world = World::start().await;
    world.aws.account().parameters.remove(SECRET_PARAMETER);
    let setup = ["setup", "--api-url", "https://api.shop.example"];

    let done = world.ask(&setup).await;

    assert_eq!((&done["endpoint"], &done["secret"]), (&json!("made"), &json!("stored")));
    assert!(
        done["snippet"].as_str().is_some_and(|snippet| snippet.contains("const shop = \"https://api.shop.example\""))
    );
    let endpoint = newest_endpoint(&world).await;
    assert_eq!(endpoint["url"], "https://api.shop.example/api/webhooks/polar");
    assert_eq!(endpoint["format"], "raw");
    assert_eq!(endpoint["events"].as_array().map(Vec::len), Some(7));
    assert_eq!(endpoint["secret"], world.aws.account().parameters[SECRET_PARAMETER]);

    let again = world.ask(&setup).await;
    assert_eq!((&again["endpoint"], &again["secret"]), (&json!("inOrder"), &json!("inOrder")));
    let endpoints = world.at_polar(Method::GET, "/webhooks/endpoints", None).await;
    assert_eq!(endpoints["pagination"]["total_count"], 2, "the first is the one with another secret");
}

async fn newest_endpoint(world: &World) -> Value {
    world.at_polar(Method::GET, "/webhooks/endpoints", None).await["items"][0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn setup_sets_right_what_is_not_as_the_shop_needs_it() {
    let world = World::start().await;
    let setup = ["setup", "--api-url", "https://api.shop.example"];
    world.ask(&setup).await;
    let id = newest_endpoint(&world).await["id"].as_str().expect("an id").to_owned();
    let spoilt = json!({ "enabled": false, "format": "slack", "events": ["order.paid"] });
    world.at_polar(Method::PATCH, &format!("/webhooks/endpoints/{id}"), Some(spoilt)).await;

    let done = world.ask(&setup).await;

    assert_eq!((&done["endpoint"], &done["secret"]), (&json!("changed"), &json!("inOrder")));
    let endpoint = newest_endpoint(&world).await;
    assert_eq!((&endpoint["enabled"], &endpoint["format"]), (&json!(true), &json!("raw")));
    let events = endpoint["events"].as_array().expect("events");
    assert!(events.len() == 8 && events.contains(&json!("order.paid")), "what the merchant wants stays: {events:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn setup_takes_a_token_of_its_own_and_refuses_one_that_cannot() {
    const SHOP: [&str; 6] = [
        "products:read",
        "checkouts:write",
        "customers:read",
        "customer_sessions:write",
        "orders:read",
        "benefits:read",
    ];
    let world = World::start().await;
    world.put_parameter(ACCESS_TOKEN_PARAMETER, &world.polar.token_with_scopes(&SHOP));
    let setup = ["--stack", STACK, "setup", "--api-url", "https://api.shop.example", "--json"];

    let output = run(&world.environment(), &setup).await;
    assert_eq!((output.code, output.stdout.as_str()), (1, ""));
    assert!(output.stderr.contains("lacks webhooks:read, webhooks:write"), "{}", output.stderr);

    let mut environment = world.environment();
    let token = world.polar.token_with_scopes(&["webhooks:read", "webhooks:write"]);
    environment.insert("POLAR_SETUP_TOKEN".to_owned(), token);
    assert_eq!(run(&environment, &setup).await.json()["endpoint"], "changed");

    world.put_parameter(ACCESS_TOKEN_PARAMETER, &world.polar.token_with_scopes(&SHOP[1..]));
    let output = run(&environment, &setup).await;
    assert_eq!(output.code, 1);
    assert!(output.stderr.contains("the shop's access token lacks products:read"), "{}", output.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn setup_refuses_an_address_that_polar_cannot_deliver_to() {
    let world = World::start().await;
    let output = world.run(&["setup", "--api-url", "http://api.shop.example"]).await;
    assert_eq!((output.code, output.stdout.as_str()), (1, ""));
    assert!(output.stderr.contains("https only"), "{}", output.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn setup_moves_the_endpoint_of_a_shop_that_has_moved_and_no_other() {
    let world = World::start().await;
    let own = newest_endpoint(&world).await;
    let other = json!({ "url": "https://other.example/api/webhooks/polar", "format": "raw", "events": ["order.paid"] });
    world.at_polar(Method::POST, "/webhooks/endpoints", Some(other)).await;

    let done = world.ask(&["setup", "--api-url", "https://api.shop.example"]).await;

    assert_eq!((&done["endpoint"], &done["secret"]), (&json!("changed"), &json!("inOrder")));
    let endpoints = world.at_polar(Method::GET, "/webhooks/endpoints", None).await;
    let urls: Vec<_> =
        endpoints["items"].as_array().expect("endpoints").iter().map(|it| (&it["id"], &it["url"])).collect();
    assert!(urls.contains(&(&own["id"], &json!("https://api.shop.example/api/webhooks/polar"))), "{urls:?}");
    assert!(
        urls.len() == 2 && urls.iter().any(|(_, url)| **url == "https://other.example/api/webhooks/polar"),
        "{urls:?}"
    );
}
