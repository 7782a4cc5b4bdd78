//! The doctor on shops in which all is well, and its words.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    net::TcpListener,
};

use crate::{
    aws::STACK,
    run::{run, start},
    world::{ACCESS_TOKEN_PARAMETER, World},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_deployed_shop_is_well_link_by_link() {
    let world = World::start().await;
    let product = demo::FOREST_PACK.to_string();
    let buyer = ["--customer", demo::ADA_EMAIL, "--product", &product];
    let output = world.run(&[&["doctor", "--json"], &buyer[..]].concat()).await;

    let report = output.json();
    let lines = report["links"].as_array().expect("links");
    let other: Vec<_> = lines.iter().filter(|line| line["state"] != "ok").collect();
    assert!(other.is_empty(), "{other:?}");
    let looked_at: BTreeSet<_> = lines.iter().map(|line| line["link"].to_string()).collect();
    assert_eq!(looked_at.len(), 34, "{looked_at:?}");
    assert_eq!((output.code, &report["healthy"]), (0, &json!(true)));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shop_on_this_machine_is_all_green() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = polar_storefront::Options {
        port: 0,
        memory: false,
        data: folder.path().to_owned(),
        ready_file: None,
        pace: polar_standin::Pace::Manual,
        settings: startup::Settings::from_iter([("LOG_LEVEL", "info")]),
    };
    let shop = polar_storefront::LocalShop::start(&options).await.expect("the shop starts");
    let local = format!("--local={}", folder.path().display());

    let output = run(&BTreeMap::new(), &[&local, "doctor"]).await;
    assert_eq!(output.code, 0, "{}{}", output.stdout, output.stderr);
    let links = output.stdout.strip_suffix("\nAll checks passed.\n").expect("the last words");
    assert!(links.lines().all(|line| line.starts_with("ok ")), "{links}");
    assert!(output.stdout.contains("in this process"), "queue and mail are the shop's own: {}", output.stdout);

    drop(shop);
    let output = run(&BTreeMap::new(), &[&local, "doctor"]).await;
    assert_eq!(output.code, 3, "{}", output.stdout);
    assert!(output.stderr.contains("start one with `cargo run`"), "{}", output.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_stack_the_environment_describes_the_shop() {
    let world = World::start().await;
    let mut environment = world.environment();
    environment.extend(world.aws.account().variables.clone());
    environment.insert("API_URL".to_owned(), world.shop.url.clone());

    let output = run(&environment, &["doctor"]).await;

    assert_eq!(output.code, 0, "{}{}", output.stdout, output.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_says_in_words_what_to_do_and_ends_with_one() {
    let world = World::start().await;
    world.put_parameter(ACCESS_TOKEN_PARAMETER, "polar_oat_revoked");

    let output = world.run(&["doctor"]).await;

    assert_eq!(output.code, 1);
    assert!(output.stdout.contains("BROKEN   token "), "{}", output.stdout);
    assert!(output.stdout.contains("→ create a new access token at Polar"), "{}", output.stdout);
    assert!(output.stdout.contains("skipped  scopes              not checked: depends on token"), "{}", output.stdout);
    assert!(!output.stdout.contains('\u{1b}'), "no colours outside a terminal");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_says_what_it_has_found_while_polar_hangs() {
    let world = World::start().await;
    let polar = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    world.set("POLAR_API_URL", &format!("http://{}/v1", polar.local_addr().expect("an address")));
    let mut doctor = start(&world.environment(), &["--stack", STACK, "doctor"]);

    let (mut question, _) = polar.accept().await.expect("a connection");
    let mut lines = BufReader::new(doctor.stdout.take().expect("a pipe")).lines();
    let gives_up = async {
        let mut read = [0; 1024];
        while question.read(&mut read).await.is_ok_and(|bytes| bytes > 0) {}
    };
    tokio::select! {
        biased;
        line = lines.next_line() => assert!(line.expect("a line").expect("a line").starts_with("ok       settings ")),
        () = gives_up => panic!("Polar's time is up, and nothing was printed"),
    }
}
