//! What survives a restart.

#[allow(unreachable_pub, reason = "shared by several test programs")]
mod support;

use std::fs;
use std::path::Path;

use polar_standin::{Options, Pace, Purchase, Standin, WebhookEndpoint};
use serde_json::json;
use support::receiver::Receiver;
use support::{call, confirm, example, get, portal, post};
use tempfile::TempDir;

fn kept_in(folder: &Path) -> Options {
    let state_file = Some(folder.join("polar.json"));
    Options { shop: support::shop(), pace: Pace::Manual, state_file, ..Options::default() }
}

#[tokio::test]
async fn a_purchase_survives_a_restart_with_its_sessions() {
    let folder = TempDir::new().expect("a folder");
    let standin = support::start(kept_in(folder.path())).await;
    let checkout = post(&standin, "/v1/checkouts/", &json!({"products": [example::GUIDE]})).await;
    let confirmed = confirm(&standin, &checkout.json, &json!({"customer_email": "keep@recordings-mail.net"})).await;
    let token = confirmed.text_at("/customer_session_token").to_owned();
    standin.settle().await;
    drop(standin);

    let standin = support::start(kept_in(folder.path())).await;
    let kept = get(&standin, &format!("/v1/checkouts/{}", checkout.text_at("/id"))).await;
    assert_eq!(kept.text_at("/status"), "succeeded");
    let list = portal(&standin, "downloadables/", &token).await;
    assert_eq!(list.text_at("/items/0/file/name"), "field-guide.txt");
    assert_eq!(call("GET", list.text_at("/items/0/file/download/url"), "", None).await.status, 302);
    assert!(!folder.path().join("polar.new").exists(), "the file is put in place as a whole");
}

#[tokio::test]
async fn a_step_that_a_stop_interrupted_is_done_after_the_restart() {
    let folder = TempDir::new().expect("a folder");
    let standin = support::start(kept_in(folder.path())).await;
    let checkout = post(&standin, "/v1/checkouts/", &json!({"products": [example::GUIDE]})).await;
    confirm(&standin, &checkout.json, &json!({"customer_email": "cut@recordings-mail.net"})).await;
    drop(standin);
    let standin = support::start(kept_in(folder.path())).await;
    assert_eq!(standin.settle().await, 2);
    let kept = get(&standin, &format!("/v1/checkouts/{}", checkout.text_at("/id"))).await;
    assert_eq!(kept.text_at("/status"), "succeeded");
}

#[tokio::test]
async fn webhooks_that_wait_are_delivered_after_the_restart() {
    let folder = TempDir::new().expect("a folder");
    let standin = support::start(kept_in(folder.path())).await;
    let receiver = Receiver::start().await;
    let endpoint = || WebhookEndpoint::new(&receiver.url, "whsec_secret").only(&["product.updated"]);
    let id = standin.add_webhook_endpoint(endpoint()).expect("an endpoint");
    standin.archive_product(example::BOOK);
    drop(standin);
    let standin = support::start(kept_in(folder.path())).await;
    assert_eq!(standin.add_webhook_endpoint(endpoint()).expect("an endpoint"), id, "the same one");
    assert_eq!((standin.deliver().await, receiver.take().len()), (1, 1), "archived before is no news");
}

#[tokio::test]
async fn what_was_archived_stays_archived() {
    let folder = TempDir::new().expect("a folder");
    let standin = support::start(kept_in(folder.path())).await;
    assert!(standin.archive_product(example::BOOK));
    drop(standin);
    let standin = support::start(kept_in(folder.path())).await;
    let product = get(&standin, &format!("/v1/products/{}", example::BOOK)).await;
    assert_eq!(product.json["is_archived"], true);
}

#[tokio::test]
async fn the_past_of_a_shop_is_not_lived_twice() {
    let folder = TempDir::new().expect("a folder");
    let orders = async || {
        let standin = support::start(kept_in(folder.path())).await;
        get(&standin, "/v1/orders/?limit=100").await.json["pagination"]["total_count"].clone()
    };
    assert_eq!(orders().await, orders().await);
}

#[tokio::test]
async fn a_damaged_file_is_named_and_left_as_it_is() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("polar.json");
    fs::write(&file, "{\"customers\": [").expect("a file");
    let error = Standin::start(kept_in(folder.path())).await.expect_err("a refusal");
    assert!(format!("{error:#}").contains(&file.display().to_string()), "{error:#}");
    assert_eq!(fs::read_to_string(&file).expect("the file"), "{\"customers\": [");
}

#[tokio::test]
async fn nothing_is_kept_without_a_file() {
    let purchase =
        Purchase { product_id: example::SAMPLER, email: "gone@recordings-mail.net".to_owned(), checkout_id: None };
    let standin = support::standin().await;
    let bought = standin.buy(&purchase).expect("a purchase");
    drop(standin);
    let standin = support::standin().await;
    assert_eq!(get(&standin, &format!("/v1/orders/{}", bought.order_id)).await.status, 404);
}
