//! What happens at Polar without the shop: refunds, subscriptions that end, files that come and go, invoices.

#[allow(unreachable_pub, reason = "shared by several test programs")]
mod support;

use std::time::Duration;

use polar_standin::{File, PendingDelivery, Purchase, Purchased, Standin, WebhookEndpoint};
use serde_json::{Value, json};
use support::{call, example, get, portal, post, send, standin};
use uuid::Uuid;

/// A stand-in whose webhooks wait, as nobody delivers them.
async fn overheard() -> Standin {
    let standin = standin().await;
    standin.add_webhook_endpoint(WebhookEndpoint::new("http://127.0.0.1:1/", "whsec_secret")).expect("an endpoint");
    standin
}

/// A purchase, with a token of its buyer; what was told about it is forgotten.
async fn bought(standin: &Standin, product_id: Uuid) -> (Purchased, String) {
    let purchase = Purchase { product_id, email: "change@recordings-mail.net".to_owned(), checkout_id: None };
    let bought = standin.buy(&purchase).expect("a purchase");
    let session = post(standin, "/v1/customer-sessions/", &json!({"customer_id": bought.customer_id})).await;
    standin.take_deliveries();
    (bought, session.text_at("/token").to_owned())
}

/// The names of the buyer's files.
async fn files(standin: &Standin, token: &str) -> Vec<String> {
    let list = portal(standin, "downloadables/?limit=100", token).await;
    let items = list.json["items"].as_array().cloned().unwrap_or_default();
    items.iter().map(|item| item["file"]["name"].as_str().unwrap_or_default().to_owned()).collect()
}

fn kinds(told: &[PendingDelivery]) -> Vec<&str> {
    told.iter().map(|delivery| delivery.event_type.as_str()).collect()
}

fn data(delivery: &PendingDelivery) -> Value {
    serde_json::from_str::<Value>(&delivery.body).expect("JSON")["data"].clone()
}

#[tokio::test]
async fn a_partial_refund_takes_nothing_away() {
    let standin = overheard().await;
    let (bought, token) = bought(&standin, example::TYPEFACE).await;
    let before = files(&standin, &token).await;
    standin.partial_refund(bought.order_id, 500).expect("a refund");
    assert_eq!(files(&standin, &token).await, before);
    let order = get(&standin, &format!("/v1/orders/{}", bought.order_id)).await;
    assert_eq!((order.text_at("/status"), &order.json["refunded_amount"]), ("partially_refunded", &json!(500)));
    assert_eq!(kinds(&standin.take_deliveries()), ["refund.created", "order.updated", "order.refunded"]);
    assert!(standin.partial_refund(bought.order_id, 1_001).is_err(), "more than is left");
    assert!(standin.refund(bought.order_id, false));
    assert_eq!(files(&standin, &token).await, before, "not even a full one, unless it revokes");
    assert!(standin.partial_refund(bought.order_id, 1).is_err(), "nothing is left");
}

#[tokio::test]
async fn benefits_of_a_subscription_are_not_revoked_by_a_refund() {
    let standin = standin().await;
    let (bought, token) = bought(&standin, example::CLUB).await;
    let body = json!({"order_id": bought.order_id, "reason": "other", "amount": 100, "revoke_benefits": true});
    let answer = post(&standin, "/v1/refunds/", &body).await;
    assert_eq!((answer.status, answer.text_at("/error")), (400, "RevokeSubscriptionBenefitsProhibited"));
    assert!(!files(&standin, &token).await.is_empty());
}

#[tokio::test]
async fn a_canceled_subscription_gives_its_files_until_the_end_of_its_period() {
    let standin = standin().await;
    let (bought, token) = bought(&standin, example::CLUB).await;
    let id = bought.subscription_id.expect("a subscription");
    assert!(standin.cancel_subscription(id, true));
    assert!(!standin.cancel_subscription(id, true), "only once");
    let shown = portal(&standin, "subscriptions/", &token).await;
    assert_eq!(shown.json["items"][0]["cancel_at_period_end"], true);
    assert_eq!(shown.text_at("/items/0/status"), "active");
    assert_eq!(shown.json["items"][0]["ends_at"], shown.json["items"][0]["current_period_end"]);
    assert!(!files(&standin, &token).await.is_empty());
    standin.advance(Duration::from_hours(24 * 31));
    let session = post(&standin, "/v1/customer-sessions/", &json!({"customer_id": bought.customer_id})).await;
    let token = session.text_at("/token");
    assert!(files(&standin, token).await.is_empty());
    assert_eq!(portal(&standin, "subscriptions/", token).await.text_at("/items/0/status"), "canceled");
}

#[tokio::test]
async fn a_subscription_that_is_ended_at_once_takes_its_files_with_it() {
    let standin = overheard().await;
    let (bought, token) = bought(&standin, example::CLUB).await;
    assert!(standin.cancel_subscription(bought.subscription_id.expect("a subscription"), false));
    assert!(files(&standin, &token).await.is_empty());
    let told = standin.take_deliveries();
    assert_eq!(
        kinds(&told),
        [
            "subscription.updated",
            "subscription.canceled",
            "subscription.revoked",
            "benefit_grant.revoked",
            "customer.state_changed"
        ]
    );
    assert_eq!(data(&told[4])["active_subscriptions"], json!([]));
}

#[tokio::test]
async fn an_unpaid_renewal_takes_the_files_until_it_is_paid() {
    let standin = overheard().await;
    let (bought, token) = bought(&standin, example::CLUB).await;
    let id = bought.subscription_id.expect("a subscription");
    let before = files(&standin, &token).await;
    assert!(standin.subscription_past_due(id));
    assert!(files(&standin, &token).await.is_empty());
    let told = standin.take_deliveries();
    let expected = ["subscription.updated", "subscription.past_due", "benefit_grant.revoked", "customer.state_changed"];
    assert_eq!(kinds(&told), expected);
    assert_eq!(data(&told[1])["status"], "past_due");
    assert!(standin.subscription_paid(id));
    assert_eq!(files(&standin, &token).await, before);
    let told = standin.take_deliveries();
    let expected = ["subscription.updated", "subscription.active", "benefit_grant.created", "customer.state_changed"];
    assert_eq!(kinds(&told), expected);
}

#[tokio::test]
async fn a_new_file_reaches_buyers_of_the_past() {
    let standin = overheard().await;
    let (_, token) = bought(&standin, example::SAMPLER).await;
    let before = files(&standin, &token).await;
    let id = Uuid::from_u128(7);
    assert!(standin.add_file(example::SAMPLER_FILES, File::downloadable(id, "more.txt", "text/plain", "more")));
    assert_eq!(files(&standin, &token).await.len(), before.len() + 1);
    let told = standin.take_deliveries();
    assert_eq!(kinds(&told), ["benefit.updated", "benefit_grant.updated", "customer.state_changed"]);
    let (now, then) = (&data(&told[1])["properties"]["files"], &data(&told[1])["previous_properties"]["files"]);
    assert_eq!(now.as_array().map(Vec::len), then.as_array().map(|files| files.len() + 1));

    assert!(standin.archive_file(example::SAMPLER_FILES, id));
    assert_eq!(files(&standin, &token).await, before);
    assert!(!standin.archive_file(example::SAMPLER_FILES, Uuid::from_u128(8)), "not a file of this benefit");
}

#[tokio::test]
async fn a_benefit_that_leaves_its_product_leaves_its_buyers_and_comes_back_with_it() {
    let standin = overheard().await;
    let (_, token) = bought(&standin, example::SAMPLER).await;
    let before = files(&standin, &token).await;
    assert!(standin.remove_benefit(example::SAMPLER, example::SAMPLER_FILES));
    assert!(files(&standin, &token).await.is_empty());
    let told = standin.take_deliveries();
    assert_eq!(kinds(&told)[..2], ["product.updated", "benefit_grant.revoked"]);
    assert!(standin.add_benefit(example::SAMPLER, example::SAMPLER_FILES));
    assert_eq!(files(&standin, &token).await, before);
    assert_eq!(kinds(&standin.take_deliveries())[..2], ["product.updated", "benefit_grant.created"]);
}

#[tokio::test]
async fn an_archived_file_is_not_given_back_to_somebody_who_lost_its_benefit() {
    let standin = standin().await;
    let (bought, token) = bought(&standin, example::SAMPLER).await;
    standin.archive_file(example::SAMPLER_FILES, example::SAMPLER_TEXT);
    standin.refund(bought.order_id, true);
    standin.restore_file(example::SAMPLER_FILES, example::SAMPLER_TEXT);
    assert!(files(&standin, &token).await.is_empty());
}

#[tokio::test]
async fn an_invoice_is_made_after_the_answer_and_can_be_fetched_for_ten_minutes() {
    let standin = overheard().await;
    let (bought, token) = bought(&standin, example::TYPEFACE).await;
    let order = format!("{}/customer-portal/orders/{}", standin.api_url(), bought.order_id);
    let invoice = format!("{order}/invoice");
    assert_eq!(call("GET", &invoice, &token, None).await.status, 404);
    let refused = call("POST", &invoice, &token, Some(&json!({}))).await;
    assert_eq!((refused.status, refused.text_at("/error")), (422, "MissingInvoiceBillingDetails"));

    let details = json!({"billing_name": "Zoë (Studio)", "billing_address": {"country": "DE", "city": "Köln"}});
    let updated = call("PATCH", &order, &token, Some(&details)).await;
    assert_eq!((updated.status, updated.text_at("/billing_name")), (200, "Zoë (Studio)"));
    assert_eq!(call("POST", &invoice, &token, Some(&json!({}))).await.status, 202);
    assert_eq!(call("GET", &invoice, &token, None).await.status, 404, "not yet");
    standin.take_deliveries();
    assert_eq!(standin.settle().await, 1);
    let told = standin.take_deliveries();
    assert_eq!((kinds(&told), &data(&told[0])["is_invoice_generated"]), (vec!["order.updated"], &json!(true)));

    let shown = call("GET", &invoice, &token, None).await;
    let url = shown.text_at("/url").to_owned();
    let file = send("GET", &url, &[], None).await.expect("an answer");
    assert_eq!((file.status, file.header("content-type")), (200, "application/pdf".to_owned()));
    assert!(file.bytes.starts_with(b"%PDF-1.4") && file.text().contains("(Number: EXAMPLE-BOOKS-"), "{}", file.text());
    assert_eq!(send("GET", &format!("{url}x"), &[], None).await.expect("an answer").status, 403);
    standin.advance(Duration::from_secs(601));
    assert_eq!(send("GET", &url, &[], None).await.expect("an answer").status, 403);
}
