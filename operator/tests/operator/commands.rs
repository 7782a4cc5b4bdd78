//! The other commands, with their refusals.

use std::{collections::BTreeMap, fs, num::NonZeroU32, os::unix::fs::PermissionsExt, time::Duration};

use jiff::Timestamp;
use polar_standin::{Purchase, demo};
use reqwest::Method;
use serde_json::{Value, json};
use store::{
    Attempt, BrowserKey, Checkouts, Downloads, FileOfPurchase, History, Lifetime, NewSession, Quota, Scope, Sessions,
};
use uuid::Uuid;

use crate::{
    aws::STACK,
    run::run,
    world::{ACCESS_TOKEN_PARAMETER, SECRET_PARAMETER, World},
};

const FILE: FileOfPurchase = FileOfPurchase { purchase_id: Uuid::from_u128(5), file_id: demo::FOREST_ARCHIVE };

/// Ada takes some downloads of a file with a limit of three.
async fn take(world: &World, file: FileOfPurchase, times: u32) -> u32 {
    let quota = Quota { limit: NonZeroU32::new(3), grace: Duration::ZERO };
    let downloads = Downloads::new(world.shop.dynamodb.client(), "downloads");
    let mut counted = 0;
    for _ in 0..times {
        let taken = downloads.take(demo::ADA, file, quota, Timestamp::now()).await.expect("an answer");
        counted += u32::from(matches!(taken, store::Taken::Counted(_)));
    }
    counted
}

#[tokio::test(flavor = "multi_thread")]
async fn a_granted_download_can_be_taken_beyond_the_limit() {
    let world = World::start().await;
    let file = FILE.file_id.to_string();
    assert_eq!(take(&world, FILE, 4).await, 3);

    let granted = world.ask(&["quota", "grant", demo::ADA_EMAIL, &file, "2"]).await;

    let expected = json!({ "customerId": demo::ADA, "purchaseId": FILE.purchase_id, "fileId": FILE.file_id, "used": 3, "granted": 2 });
    assert_eq!(granted, expected);
    assert_eq!(take(&world, FILE, 4).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_quota_is_whole_again() {
    let world = World::start().await;
    let file = FILE.file_id.to_string();
    take(&world, FILE, 3).await;

    let reset = world.ask(&["quota", "reset", &demo::ADA.to_string(), &file]).await;

    assert_eq!((&reset["used"], &reset["granted"]), (&json!(0), &json!(0)));
    assert_eq!(take(&world, FILE, 4).await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quota_is_not_changed_where_it_is_not_clear_whose_and_which() {
    let world = World::start().await;
    let file = FILE.file_id.to_string();
    let rows: [(&str, &[&str], &str); 3] = [
        ("nothing taken yet", &["quota", "grant", demo::ADA_EMAIL, &file], "has taken no download of this file"),
        ("nothing to forget", &["quota", "reset", demo::ADA_EMAIL, &file], "has taken no download of this file"),
        ("nobody", &["quota", "grant", "nobody@recordings-mail.net", &file], "there is no such customer"),
    ];
    for (case, arguments, words) in rows {
        let said = world.run(arguments).await;
        assert_eq!((said.code, said.stdout.as_str()), (1, ""), "{case}");
        assert!(said.stderr.contains(words) && !said.stderr.contains('@'), "{case}: {}", said.stderr);
    }

    let again = FileOfPurchase { purchase_id: Uuid::from_u128(6), ..FILE };
    take(&world, FILE, 1).await;
    take(&world, again, 1).await;
    let said = world.run(&["quota", "grant", demo::ADA_EMAIL, &file]).await;
    assert_eq!(said.code, 1);
    assert!(said.stderr.contains("more than once: choose with --purchase"), "{}", said.stderr);

    let purchase = again.purchase_id.to_string();
    let granted = world.ask(&["quota", "grant", demo::ADA_EMAIL, &file, "--purchase", &purchase]).await;
    assert_eq!((&granted["purchaseId"], &granted["granted"]), (&json!(purchase), &json!(1)));
}

/// A session of Ada's; gives its id.
async fn open_session(world: &World, scope: Scope) -> String {
    let lifetime = Lifetime { idle: Duration::from_hours(1), absolute: Duration::from_hours(2) };
    let sessions = Sessions::new(world.shop.dynamodb.client(), "sessions");
    let session = sessions.create(&NewSession::open(demo::ADA, scope, lifetime), Timestamp::now()).await;
    session.expect("a session").id()
}

async fn record_attempt(world: &World) {
    let attempt = Attempt {
        at: Timestamp::now(),
        result: "issued".to_owned(),
        session_id: "a session".to_owned(),
        client: "Firefox on Windows".to_owned(),
        product_id: Some(demo::FOREST_PACK),
        order_id: Some(FILE.purchase_id),
        file_id: Some(FILE.file_id),
        file_name: Some("forest-pack-complete.zip".to_owned()),
        version: None,
    };
    History::new(world.shop.dynamodb.client(), "downloads").record(demo::ADA, &attempt).await.expect("it is kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_is_shown_with_sessions_counters_and_history() {
    let world = World::start().await;
    let session = open_session(&world, Scope::Account).await;
    take(&world, FILE, 2).await;
    record_attempt(&world).await;

    let shown = world.ask(&["customer", "ADA@recordings-mail.net"]).await;
    assert_eq!((&shown["customerId"], &shown["knownAtPolar"]), (&json!(demo::ADA), &json!(true)));
    assert_eq!(shown["sessions"][0]["id"], session);
    assert_eq!((&shown["counters"][0]["fileId"], &shown["counters"][0]["used"]), (&json!(FILE.file_id), &json!(2)));
    assert_eq!(shown["attempts"][0]["result"], "issued");

    let text = world.run(&["customer", demo::ADA_EMAIL]).await.stdout;
    for words in [session.as_str(), "   2  forest-pack-complete.zip", "issued", "Firefox on Windows"] {
        assert!(text.contains(words), "no {words} in {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_all_that_is_held_and_nothing_else() {
    let world = World::start().await;
    open_session(&world, Scope::Account).await;
    take(&world, FILE, 1).await;

    let export: Value = world.run(&["customer", demo::ADA_EMAIL, "--export"]).await.json();

    let sessions = Sessions::new(world.shop.dynamodb.client(), "sessions");
    let downloads = Downloads::new(world.shop.dynamodb.client(), "downloads");
    let held = store::export(&sessions, &downloads, demo::ADA).await.expect("an export");
    assert_eq!(export, serde_json::to_value(held).expect("JSON"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_who_is_gone_from_polar_is_shown_by_id_as_long_as_something_is_held() {
    let world = World::start().await;
    let id = demo::ADA.to_string();
    take(&world, FILE, 1).await;
    assert!(world.polar.delete_customer(demo::ADA));

    let shown = world.ask(&["customer", &id]).await;
    assert_eq!((&shown["knownAtPolar"], &shown["counters"][0]["used"]), (&json!(false), &json!(1)));

    world.run(&["quota", "reset", &id, &FILE.file_id.to_string()]).await;
    let said = world.run(&["customer", &id]).await;
    assert_eq!((said.code, said.stdout.as_str()), (1, ""));
    assert!(said.stderr.contains("there is no such customer"), "{}", said.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ended_session_is_over_and_the_others_live_on() {
    let world = World::start().await;
    let first = open_session(&world, Scope::Account).await;
    let second = open_session(&world, Scope::Account).await;
    let left = async || {
        let sessions = world.ask(&["customer", demo::ADA_EMAIL]).await["sessions"].take();
        sessions.as_array().expect("sessions").iter().map(|session| session["id"].clone()).collect::<Vec<_>>()
    };

    let ended = world.ask(&["sessions", "end", demo::ADA_EMAIL, "--id", &first]).await;
    assert_eq!(ended, json!({ "customerId": demo::ADA, "sessionId": first }));
    assert_eq!(left().await, [second]);

    let said = world.run(&["sessions", "end", demo::ADA_EMAIL, "--id", &first]).await;
    assert_eq!((said.code, said.stdout.as_str()), (1, ""));
    assert!(said.stderr.contains("has no session"), "{}", said.stderr);

    world.ask(&["sessions", "end", &demo::ADA.to_string()]).await;
    assert!(left().await.is_empty());
}

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
    assert_eq!(endpoints["pagination"]["total_count"], 2, "the first is that of the shop on this machine");
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

    let said = run(&world.environment(), &setup).await;
    assert_eq!((said.code, said.stdout.as_str()), (1, ""));
    assert!(said.stderr.contains("lacks webhooks:read, webhooks:write"), "{}", said.stderr);

    let mut environment = world.environment();
    let token = world.polar.token_with_scopes(&["webhooks:read", "webhooks:write"]);
    environment.insert("POLAR_SETUP_TOKEN".to_owned(), token);
    assert_eq!(run(&environment, &setup).await.json()["endpoint"], "made");

    world.put_parameter(ACCESS_TOKEN_PARAMETER, &world.polar.token_with_scopes(&SHOP[1..]));
    let said = run(&environment, &setup).await;
    assert_eq!(said.code, 1);
    assert!(said.stderr.contains("the shop's access token lacks products:read"), "{}", said.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn setup_refuses_an_address_that_polar_cannot_deliver_to() {
    let world = World::start().await;
    let said = world.run(&["setup", "--api-url", "http://api.shop.example"]).await;
    assert_eq!((said.code, said.stdout.as_str()), (1, ""));
    assert!(said.stderr.contains("https only"), "{}", said.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_worker_is_asked_to_fetch_the_catalogue() {
    let world = World::start().await;
    assert_eq!(world.ask(&["catalogue", "refresh"]).await, json!({ "done": false }));
    assert_eq!(world.aws.account().sent, [r#"{"job":"reconcile"}"#]);
}

#[tokio::test(flavor = "multi_thread")]
async fn dead_letters_are_listed_without_whom_they_are_for_and_put_back() {
    let world = World::start().await;
    let event = json!({ "job": "polar_event", "id": "e1", "kind": "customer.deleted", "happened_at": "2026-11-21T11:00:00Z",
        "subject_id": null, "customer_id": demo::ADA });
    let code = json!({ "job": "login_code", "browser_key_hash": "QmFzZTY0", "login_id": Uuid::nil(), "email": demo::ADA_EMAIL,
        "code": "K7QF-2M9X", "expires_at": "2026-11-21T11:00:00Z" });
    let letters: Vec<_> = [event.to_string(), code.to_string(), "no JSON".to_owned()].into();
    world.aws.account().dead_letters = Some(letters);

    for arguments in [&["dead-letters", "list"][..], &["dead-letters", "list", "--json"]] {
        let text = world.run(arguments).await.stdout;
        for secret in [demo::ADA_EMAIL, "K7QF", "QmFzZTY0", "no JSON"] {
            assert!(!text.contains(secret), "{secret} is shown: {text}");
        }
        assert!(text.contains("customer.deleted") && text.contains("login_code"), "{text}");
    }
    let listed = world.ask(&["dead-letters", "list"]).await;
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(3));
    assert_eq!(listed["items"][0], event);

    assert_eq!(world.ask(&["dead-letters", "retry"]).await, json!({ "messages": 3 }));
    assert_eq!(world.aws.account().sent.len(), 3);
    assert_eq!(world.ask(&["dead-letters", "list"]).await, json!({ "items": [] }));
    assert_eq!(world.ask(&["dead-letters", "retry"]).await, json!({ "messages": 0 }));
}

#[tokio::test(flavor = "multi_thread")]
async fn checkouts_are_listed_with_what_became_of_them() {
    let world = World::start().await;
    let (begun, claimed) = (Uuid::new_v4(), Uuid::new_v4());
    let checkouts = Checkouts::new(world.shop.dynamodb.client(), "checkouts");
    for id in [begun, claimed] {
        let email = demo::ADA_EMAIL.to_owned();
        let purchase = Purchase { product_id: demo::SKY_SAMPLER, email, checkout_id: Some(id) };
        world.polar.buy(&purchase).expect("a purchase");
        checkouts.create(id, &BrowserKey::generate(), Timestamp::now()).await.expect("it is kept");
    }
    let lifetime = Lifetime { idle: Duration::from_hours(1), absolute: Duration::from_hours(2) };
    let session = NewSession::open(demo::ADA, Scope::Order { checkout_id: claimed }, lifetime);
    let sessions = Sessions::new(world.shop.dynamodb.client(), "sessions");
    checkouts.claim(claimed, &sessions, &session, Timestamp::now()).await.expect("a claim");

    let listed = world.ask(&["checkouts", "list", "--limit", "3"]).await;

    let items = listed["items"].as_array().expect("items");
    assert_eq!(items.len(), 3);
    let item = |id: Uuid| items.iter().find(|item| item["id"] == id.to_string()).expect("the checkout");
    assert_eq!((&item(begun)["begunHere"], &item(claimed)["begunHere"]), (&json!(true), &json!(true)));
    assert!(item(claimed)["claimedAt"].is_string());
    assert_eq!(
        (&item(claimed)["status"], &item(claimed)["product"]),
        (&json!("succeeded"), &json!("Golden Hour Sampler"))
    );
    let other = items.iter().find(|item| item["begunHere"] == false).expect("one of Polar's own pages");
    assert_eq!(other["claimedAt"], Value::Null);
    assert!(!listed.to_string().contains('@'), "no addresses: {listed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lies_outside_ends_with_three_and_what_is_not_there_with_one() {
    let world = World::start().await;
    let said = run(&world.environment(), &["--stack", "nobodys", "doctor"]).await;
    assert_eq!(said.code, 1);
    assert!(said.stderr.contains("there is no stack nobodys"), "{}", said.stderr);

    world.aws.account().parameters.remove(ACCESS_TOKEN_PARAMETER);
    let said = world.run(&["checkouts", "list"]).await;
    assert_eq!((said.code, said.stdout.as_str()), (3, ""));
    assert!(said.stderr.contains("/shop/access-token"), "{}", said.stderr);

    let said = run(&BTreeMap::new(), &["--stack", STACK, "doctor"]).await;
    assert_eq!(said.code, 3);
    assert!(said.stderr.contains("there are no AWS credentials"), "{}", said.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_come_from_the_aws_cli_where_the_environment_has_none() {
    let world = World::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let cli = folder.path().join("aws");
    let script = r#"#!/bin/sh
case "$*" in
  "configure get region") echo us-east-1 ;;
  "configure export-credentials --format process") echo '{"Version": 1, "AccessKeyId": "operator", "SecretAccessKey": "operator-key"}' ;;
  *) exit 1 ;;
esac
"#;
    fs::write(&cli, script).expect("a script");
    fs::set_permissions(&cli, fs::Permissions::from_mode(0o755)).expect("it may be run");
    let mut environment = world.environment();
    environment
        .retain(|name, _| !["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].contains(&name.as_str()));
    environment.insert("PATH".to_owned(), folder.path().display().to_string());

    let said = run(&environment, &["--stack", STACK, "doctor"]).await;

    assert_eq!(said.code, 0, "{}{}", said.stdout, said.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_for_another_shop_in_the_environment_is_not_used_for_a_stack() {
    let world = World::start().await;
    let mut environment = world.environment();
    environment.insert("POLAR_ACCESS_TOKEN".to_owned(), "polar_oat_of_the_shop_on_this_machine".to_owned());
    assert_eq!(run(&environment, &["--stack", STACK, "doctor"]).await.code, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn colours_are_for_those_who_see_them() {
    let world = World::start().await;
    for (variable, coloured) in [("TERM", false), ("CLICOLOR_FORCE", true), ("NO_COLOR", false)] {
        let mut environment = world.environment();
        environment.insert(variable.to_owned(), "1".to_owned());
        let said = run(&environment, &["--stack", STACK, "doctor"]).await;
        assert_eq!(said.stdout.contains('\u{1b}'), coloured, "{variable}");
    }
}

#[tokio::test]
async fn the_help_teaches_and_a_wrong_command_line_ends_with_two() {
    let help = run(&BTreeMap::new(), &["--help"]).await;
    assert_eq!(help.code, 0);
    for words in ["Examples:", "Exit codes:", "--stack NAME", "--local", "storefront doctor"] {
        assert!(help.stdout.contains(words), "no {words} in {}", help.stdout);
    }
    let wrong: [&[&str]; 6] = [
        &[],
        &["heal"],
        &["--stack", "a", "--local", "doctor"],
        &["doctor", "--customer", "a@b.example"],
        &["quota", "grant", "a@b.example", "no-id"],
        &["quota", "grant", "a@b.example", "0d000006-0000-4000-8000-000000000006", "0"],
    ];
    for arguments in wrong {
        let said = run(&BTreeMap::new(), arguments).await;
        assert_eq!((said.code, said.stdout.as_str()), (2, ""), "{arguments:?}");
    }
}
