//! The other commands, and what holds for all.

use std::{collections::BTreeMap, fs, os::unix::fs::PermissionsExt, time::Duration};

use jiff::Timestamp;
use polar_standin::Purchase;
use serde_json::{Value, json};
use store::{BrowserKey, Checkouts, Lifetime, NewCheckout, NewSession, Proof, Sessions};
use uuid::Uuid;

use crate::{
    aws::STACK,
    run::run,
    world::{ACCESS_TOKEN_PARAMETER, World},
};

#[tokio::test(flavor = "multi_thread")]
async fn the_worker_is_asked_to_fetch_the_catalog() {
    let world = World::start().await;
    assert_eq!(world.ask(&["catalog", "refresh"]).await, json!({ "done": false }));
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
        let begun = NewCheckout { id, browser_key: &BrowserKey::generate() };
        checkouts.create(&begun, Timestamp::now()).await.expect("it is kept");
    }
    let lifetime = Lifetime { idle: Duration::from_hours(1), absolute: Duration::from_hours(2) };
    let session = NewSession::open(demo::ADA, Proof::Checkout(claimed), lifetime, "Firefox on Windows");
    let sessions = Sessions::new(world.shop.dynamodb.client(), "sessions");
    checkouts.claim(claimed, &sessions, &session, Timestamp::now(), Timestamp::now()).await.expect("a claim");

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
    let output = run(&world.environment(), &["--stack", "nobodys", "doctor"]).await;
    assert_eq!(output.code, 1);
    assert!(output.stderr.contains("there is no stack nobodys"), "{}", output.stderr);

    world.aws.account().parameters.remove(ACCESS_TOKEN_PARAMETER);
    let output = world.run(&["checkouts", "list"]).await;
    assert_eq!((output.code, output.stdout.as_str()), (3, ""));
    assert!(output.stderr.contains("/shop/access-token"), "{}", output.stderr);

    let output = run(&BTreeMap::new(), &["--stack", STACK, "doctor"]).await;
    assert_eq!(output.code, 3);
    assert!(output.stderr.contains("no AWS region found"), "{}", output.stderr);
}

const CLI_2: &str = r#"#!/bin/sh
case "$*" in
  "configure get region") echo us-east-1 ;;
  "configure export-credentials --format process") echo '{"Version": 1, "AccessKeyId": "operator", "SecretAccessKey": "operator-key"}' ;;
  *) exit 1 ;;
esac
"#;

const CLI_1: &str = r#"#!/bin/sh
case "$*" in
  "configure get region") echo us-east-1 ;;
  "configure get aws_access_key_id") echo operator ;;
  "configure get aws_secret_access_key") echo operator-key ;;
  *) exit 1 ;;
esac
"#;

#[tokio::test(flavor = "multi_thread")]
async fn credentials_come_from_the_aws_cli_where_the_environment_has_none() {
    let world = World::start().await;
    for script in [CLI_2, CLI_1] {
        let folder = tempfile::tempdir().expect("a folder");
        let cli = folder.path().join("aws");
        fs::write(&cli, script).expect("a script");
        fs::set_permissions(&cli, fs::Permissions::from_mode(0o755)).expect("it may be run");
        let mut environment = world.environment();
        for name in ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
            environment.remove(name);
        }
        environment.insert("PATH".to_owned(), folder.path().display().to_string());

        let output = run(&environment, &["--stack", STACK, "doctor"]).await;

        assert_eq!(output.code, 0, "{}{}", output.stdout, output.stderr);
    }
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
        let output = run(&environment, &["--stack", STACK, "doctor"]).await;
        assert_eq!(output.stdout.contains('\u{1b}'), coloured, "{variable}");
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
        let output = run(&BTreeMap::new(), arguments).await;
        assert_eq!((output.code, output.stdout.as_str()), (2, ""), "{arguments:?}");
    }
}
