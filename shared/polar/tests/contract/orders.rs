//! Orders as the shop sees them, and webhook endpoints.

use polar::{
    BillingReason, CreateWebhookEndpoint, Error, ListOrders, OrderStatus, UpdateWebhookEndpoint, WebhookFormat,
    webhook::EventType,
};
use serde_json::json;

use crate::{polar::Polar, recording::Recording};

#[tokio::test]
async fn the_order_of_a_checkout_is_found_by_listing() {
    for name in ["623-orders-list-checkout-id", "954-paid-order"] {
        let recording = Recording::read(name);
        let polar = Polar::recorded(&recording).await;
        let checkout = recording.query()[0].1.parse().unwrap();

        let list = ListOrders { checkout_ids: vec![checkout], ..ListOrders::default() };
        let page = polar.client.orders().list(&list).await.unwrap();

        polar.assert_sent_as(&recording);
        let order = &page.items[0];
        assert_eq!(order.checkout_id, Some(checkout), "{name}");
        assert_eq!((&order.status, order.paid), (&OrderStatus::Paid, true), "{name}");
        assert_eq!(order.billing_reason, BillingReason::Purchase, "{name}");
        assert_eq!(json!(order.total_amount), recording.received()["items"][0]["total_amount"], "{name}");
        assert_eq!(json!(order.product.as_ref().unwrap().name), recording.received()["items"][0]["product"]["name"]);
    }
}

#[tokio::test]
async fn orders_are_listed_by_metadata_and_by_our_own_id() {
    for (name, list) in [
        (
            "622-orders-list-external-customer-id",
            ListOrders { external_customer_ids: vec!["user-jane-1".into()], ..ListOrders::default() },
        ),
        (
            "627-orders-list-metadata",
            ListOrders { metadata: [("cart".to_owned(), "abc-124".to_owned())].into(), ..ListOrders::default() },
        ),
    ] {
        let recording = Recording::read(name);
        let polar = Polar::recorded(&recording).await;

        let page = polar.client.orders().list(&list).await.unwrap();

        polar.assert_sent_as(&recording);
        assert!(!page.items.is_empty(), "{name}");
    }
}

#[tokio::test]
async fn a_refunded_order_stays_paid() {
    let recording = Recording::read("961-order-after-refund");
    let polar = Polar::recorded(&recording).await;

    let order = polar.client.orders().find(recording.last_segment().parse().unwrap()).await.unwrap().unwrap();

    polar.assert_sent_as(&recording);
    assert_eq!((order.status, order.paid), (OrderStatus::Refunded, true));
    assert!(order.refunded_amount > 0);
}

#[tokio::test]
async fn an_order_outlives_its_customer() {
    let recording = Recording::read("680-order-get-deleted-customer");
    let polar = Polar::recorded(&recording).await;

    let order = polar.client.orders().find(recording.last_segment().parse().unwrap()).await.unwrap().unwrap();

    assert!(order.customer.deleted_at.is_some());
}

#[tokio::test]
async fn webhook_endpoints_are_listed_with_their_secrets() {
    let recording = Recording::read("000m-webhooks-list");
    let polar = Polar::recorded(&recording).await;

    let page = polar.client.webhook_endpoints().list(None, None).await.unwrap();

    polar.assert_sent_as(&recording);
    assert_eq!(json!(page.items[0].secret.expose()), recording.received()["items"][0]["secret"]);
    assert_eq!(page.items[0].events, [EventType::CustomerDeleted]);
    assert!(page.items[0].enabled);
}

#[tokio::test]
async fn a_webhook_endpoint_is_made_for_https_only() {
    let recording = Recording::read("000l-webhooks-create-ok");
    let polar = Polar::recorded(&recording).await;
    let endpoint = CreateWebhookEndpoint {
        url: "https://hooks.recordings-mail.net/polar".into(),
        format: WebhookFormat::Raw,
        events: vec![EventType::CustomerDeleted],
        name: None,
        api_version: None,
    };

    let made = polar.client.webhook_endpoints().create(&endpoint).await.unwrap();

    polar.assert_sent_as(&recording);
    assert_eq!(made.url, endpoint.url);
    let plain = CreateWebhookEndpoint { url: "http://hooks.recordings-mail.net/polar".into(), ..endpoint };
    let error = polar.client.webhook_endpoints().create(&plain).await.unwrap_err();
    assert_eq!(error.to_string(), "the request was rejected (InvalidRequest): url");
    assert_eq!(polar.requests().len(), 1);
}

#[tokio::test]
async fn a_webhook_endpoint_is_switched_on_again() {
    let recording = Recording::read("896-webhook-endpoint-enable-again");
    let polar = Polar::recorded(&recording).await;
    let update = UpdateWebhookEndpoint { enabled: Some(true), ..UpdateWebhookEndpoint::default() };

    let id = recording.last_segment().parse().unwrap();
    let error = polar.client.webhook_endpoints().update(id, &update).await.unwrap_err();

    polar.assert_sent_as(&recording);
    assert!(matches!(error, Error::Rejected { fields, .. } if fields[0].field == "enabled"));
}

#[tokio::test]
async fn the_last_deliveries_of_an_endpoint_are_listed_with_their_answers() {
    let recording = Recording::read("883-webhook-deliveries-failing-endpoint");
    let polar = Polar::recorded(&recording).await;

    let id = "d4faecbf-71c8-4090-a1e1-ab0915d03055".parse().unwrap();
    let page = polar.client.webhook_endpoints().deliveries(id, 3).await.unwrap();

    polar.assert_sent_as(&recording);
    assert_eq!(page.items.len(), 3);
    assert!(page.items.iter().all(|delivery| !delivery.succeeded && delivery.http_code == Some(500)));
}
