//! What happens as time passes, and what happens by itself.

#[allow(unreachable_pub, reason = "shared by several test programs")]
mod support;

use std::time::Duration;

use polar_standin::{Options, Pace, Purchase};
use serde_json::json;
use support::{call, confirm, example, get, portal, post, standin};

const AN_HOUR: Duration = Duration::from_hours(1);

fn buyer(email: &str) -> Purchase {
    Purchase { product_id: example::SAMPLER, email: email.to_owned(), checkout_id: None }
}

#[tokio::test]
async fn a_session_ends_after_an_hour() {
    let standin = standin().await;
    let session = post(&standin, "/v1/customer-sessions/", &json!({"customer_id": example::ADA})).await;
    let token = session.text_at("/token").to_owned();
    assert!(token.starts_with("polar_mst_"));
    assert_eq!(portal(&standin, "customers/me", &token).await.text_at("/email"), example::ADA_EMAIL);
    standin.advance(AN_HOUR);
    let refused = portal(&standin, "customers/me", &token).await;
    assert_eq!((refused.status, refused.text_at("/error")), (401, "invalid_token"));
}

#[tokio::test]
async fn both_links_of_a_download_end_after_an_hour() {
    let standin = standin().await;
    let session = post(&standin, "/v1/customer-sessions/", &json!({"customer_id": example::ADA})).await;
    let list = portal(&standin, "downloadables/", session.text_at("/token")).await;
    let link = list.text_at("/items/0/file/download/url");
    let store = call("GET", link, "", None).await.header("location");
    standin.advance(AN_HOUR + Duration::from_secs(2));
    assert_eq!(call("GET", link, "", None).await.status, 410);
    assert_eq!(call("GET", &store, "", None).await.status, 403);
}

#[tokio::test]
async fn an_open_checkout_is_over_after_a_day() {
    let standin = standin().await;
    let checkout = post(&standin, "/v1/checkouts/", &json!({"products": [example::SAMPLER]})).await;
    let path = format!("/v1/checkouts/{}", checkout.text_at("/id"));
    standin.advance(24 * AN_HOUR);
    assert_eq!(get(&standin, &path).await.text_at("/status"), "open", "until the job that runs every 15 minutes");
    let late = confirm(&standin, &checkout.json, &json!({"customer_email": "late@recordings-mail.net"})).await;
    assert_eq!((late.status, late.text_at("/error")), (410, "ExpiredCheckoutError"));
    standin.advance(Duration::from_mins(15));
    assert_eq!(get(&standin, &path).await.text_at("/status"), "expired");
}

#[tokio::test]
async fn a_timed_stand_in_does_the_steps_by_itself() {
    let pace = Pace::Timed { confirmed_to_succeeded: Duration::ZERO, succeeded_to_granted: Duration::ZERO };
    let standin = support::start(Options { shop: support::shop(), pace, ..Options::default() }).await;
    let checkout = post(&standin, "/v1/checkouts/", &json!({"products": [example::SAMPLER]})).await;
    let confirmed = confirm(&standin, &checkout.json, &json!({"customer_email": "timed@recordings-mail.net"})).await;
    let token = confirmed.text_at("/customer_session_token").to_owned();
    while portal(&standin, "downloadables/", &token).await.json["items"] == json!([]) {}
    assert_eq!(standin.settle().await, 0, "nothing is left to do");
}

#[tokio::test]
async fn parallel_confirms_give_one_order() {
    let confirm_takes = Duration::from_millis(30);
    let options = Options { shop: support::shop(), pace: Pace::Manual, confirm_takes, ..Options::default() };
    let standin = support::start(options).await;
    let checkout = post(&standin, "/v1/checkouts/", &json!({"products": [example::SAMPLER]})).await;
    let body = json!({"customer_email": "many@recordings-mail.net"});
    let (a, b, c, d) = tokio::join!(
        confirm(&standin, &checkout.json, &body),
        confirm(&standin, &checkout.json, &body),
        confirm(&standin, &checkout.json, &body),
        confirm(&standin, &checkout.json, &body),
    );
    let statuses = [a.status, b.status, c.status, d.status];
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| [200, 403, 409].contains(status)), "{statuses:?}");
    assert_eq!(standin.settle().await, 2);
}

#[tokio::test]
async fn a_refund_takes_files_away_only_if_asked_to() {
    let standin = standin().await;
    let bought = standin.buy(&buyer("back@recordings-mail.net")).expect("a purchase");
    let session = post(&standin, "/v1/customer-sessions/", &json!({"customer_id": bought.customer_id})).await;
    let files = async || {
        let list = portal(&standin, "downloadables/", session.text_at("/token")).await;
        list.json["pagination"]["total_count"].clone()
    };
    assert!(standin.refund(bought.order_id, false));
    assert_eq!(files().await, 1);
    assert!(standin.refund(bought.order_id, true));
    assert_eq!(files().await, 0);
    let order = get(&standin, &format!("/v1/orders/{}", bought.order_id)).await;
    assert_eq!((order.text_at("/status"), &order.json["paid"]), ("refunded", &json!(true)));
}

#[tokio::test]
async fn a_file_bought_twice_stays_until_both_orders_are_taken_back() {
    let standin = standin().await;
    let first = standin.buy(&buyer("twice@recordings-mail.net")).expect("a purchase");
    let second = standin.buy(&buyer("twice@recordings-mail.net")).expect("a purchase");
    assert_eq!(first.customer_id, second.customer_id);
    let session = post(&standin, "/v1/customer-sessions/", &json!({"customer_id": first.customer_id})).await;
    for (order, left) in [(first.order_id, 1), (second.order_id, 0)] {
        standin.refund(order, true);
        let list = portal(&standin, "downloadables/", session.text_at("/token")).await;
        assert_eq!(list.json["pagination"]["total_count"], left);
    }
}
