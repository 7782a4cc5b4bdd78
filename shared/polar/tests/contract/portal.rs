//! The customer portal, asked with a customer's token.

use polar::{
    BenefitType, CustomerToken, Error, ListBenefitGrants, ListDownloadables, ListPortalOrders, ListPortalSubscriptions,
    OrderStatus, PortalUserType, Refusal, SubscriptionStatus,
};
use serde_json::json;

use crate::{
    polar::{Answer, Polar, TOKEN},
    recording::Recording,
};

fn token(recording: &Recording) -> CustomerToken {
    CustomerToken::new(recording.bearer().unwrap_or_default())
}

#[tokio::test]
async fn downloadables_come_with_names_sizes_and_links() {
    let recording = Recording::read("500-portal-downloadables");
    let polar = Polar::recorded(&recording).await;

    let page = polar.client.portal(&token(&recording)).downloadables(&ListDownloadables::default()).await.unwrap();

    polar.assert_sent_as(&recording);
    assert_eq!(page.items.len(), 3);
    let (item, received) = (&page.items[1], &recording.received()["items"][1]["file"]);
    assert_eq!((item.file.name.as_str(), item.file.size), ("Snö & Sol (deluxe).zip", 1280));
    assert_eq!(json!(item.file.checksum_sha256_hex), received["checksum_sha256_hex"]);
    assert_eq!(json!(item.file.download.url.expose()), received["download"]["url"]);
    assert_eq!(item.file.download.expires_at.to_string(), "2026-11-21T12:05:49.515259Z");
}

#[tokio::test]
async fn the_portal_is_asked_with_the_customers_token_and_not_the_shops() {
    let polar = Polar::answering([(&Recording::read("500-portal-downloadables")).into()]).await;

    let token = CustomerToken::new("polar_mst_other");
    polar.client.portal(&token).downloadables(&ListDownloadables::default()).await.unwrap();

    assert_ne!(TOKEN, "polar_mst_other");
    assert_eq!(polar.request().header("authorization"), Some("Bearer polar_mst_other"));
}

#[tokio::test]
async fn downloadables_are_filtered_by_benefits() {
    let recording = Recording::read("504-portal-downloadables-benefit-id-two");
    let polar = Polar::recorded(&recording).await;
    let benefit_ids: Vec<_> = recording.query().iter().map(|(_, id)| id.parse().unwrap()).collect();

    let list = ListDownloadables { benefit_ids: benefit_ids.clone(), ..ListDownloadables::default() };
    let page = polar.client.portal(&token(&recording)).downloadables(&list).await.unwrap();

    polar.assert_sent_as(&recording);
    assert!(page.items.iter().all(|item| benefit_ids.contains(&item.benefit_id)));
}

#[tokio::test]
async fn a_file_that_several_members_hold_is_listed_once() {
    let recording = Recording::read("500-portal-downloadables");
    let mut body = recording.received().clone();
    let mut again = body["items"][0].clone();
    again["id"] = json!("00000000-0000-4000-8000-000000000001");
    body["items"].as_array_mut().unwrap().push(again);
    let polar = Polar::answering([Answer::json(&body)]).await;

    let portal_token = token(&recording);
    let all = polar.client.portal(&portal_token).all_downloadables(&ListDownloadables::default()).await.unwrap();

    assert_eq!(all.len(), 3);
}

#[tokio::test]
async fn a_customer_without_purchases_has_no_downloadables() {
    let recording = Recording::read("516-portal-downloadables-no-orders");
    let polar = Polar::recorded(&recording).await;

    let token = token(&recording);
    let all = polar.client.portal(&token).all_downloadables(&ListDownloadables::default()).await.unwrap();

    assert!(all.is_empty());
}

#[tokio::test]
async fn a_token_that_is_over_is_unauthorized() {
    for name in [
        "512-portal-downloadables-org-token",
        "513-portal-downloadables-garbage",
        "517-portal-downloadables-expired-token",
        "676-portal-downloadables-deleted-customer",
    ] {
        let recording = Recording::read(name);
        let polar = Polar::recorded(&recording).await;

        let token = token(&recording);
        let error = polar.client.portal(&token).downloadables(&ListDownloadables::default()).await.unwrap_err();

        polar.assert_sent_as(&recording);
        assert!(matches!(error, Error::Unauthorized), "{name}: {error:?}");
    }
}

#[tokio::test]
async fn grants_name_their_order_and_files() {
    let recording = Recording::read("547-portal-benefit-grants");
    let polar = Polar::recorded(&recording).await;

    let page = polar.client.portal(&token(&recording)).benefit_grants(&ListBenefitGrants::default()).await.unwrap();

    polar.assert_sent_as(&recording);
    let (grant, received) = (&page.items[0], &recording.received()["items"][0]);
    assert_eq!(json!(grant.order_id), received["order_id"]);
    assert_eq!(json!(grant.files()), received["properties"]["files"]);
    assert_eq!(json!(grant.benefit.files()), received["benefit"]["properties"]["active_files"]);
    assert!(grant.is_granted && !grant.is_revoked);
    assert!(grant.benefit.metadata.is_empty());
}

#[tokio::test]
async fn grants_are_filtered_by_kind_checkout_and_order() {
    let recording = Recording::read("548-portal-benefit-grants-type");
    let polar = Polar::recorded(&recording).await;
    let list =
        ListBenefitGrants { types: vec![BenefitType::Downloadables], limit: Some(1), ..ListBenefitGrants::default() };
    polar.client.portal(&token(&recording)).benefit_grants(&list).await.unwrap();
    polar.assert_sent_as(&recording);

    let polar = Polar::recorded(&recording).await;
    let id = "e0411f3a-e2d6-498b-a9a7-f3ba1a4af4c5";
    let list = ListBenefitGrants {
        checkout_ids: vec![id.parse().unwrap()],
        order_ids: vec![id.parse().unwrap()],
        ..ListBenefitGrants::default()
    };
    polar.client.portal(&token(&recording)).benefit_grants(&list).await.unwrap();
    assert_eq!(polar.request().query, [("checkout_id", id), ("order_id", id)].map(|(k, v)| (k.into(), v.into())));
}

#[tokio::test]
async fn orders_come_with_their_product_and_its_benefits() {
    let recording = Recording::read("544-portal-orders-product");
    let polar = Polar::recorded(&recording).await;
    let query = recording.query();
    let product = query.iter().find(|(name, _)| name == "product_id").unwrap().1.parse().unwrap();

    let list = ListPortalOrders { product_ids: vec![product], limit: Some(1), ..ListPortalOrders::default() };
    let page = polar.client.portal(&token(&recording)).orders(&list).await.unwrap();

    polar.assert_sent_as(&recording);
    let order = &page.items[0];
    assert_eq!((&order.status, order.paid, order.product_id), (&OrderStatus::Paid, true, Some(product)));
    let bought = order.product.as_ref().unwrap();
    assert_eq!((bought.id, bought.benefits.is_empty(), bought.metadata.is_empty()), (product, false, true));
}

#[tokio::test]
async fn an_order_is_found_by_its_buyer() {
    for (name, exists) in [("545-portal-order-get", true), ("546-portal-order-get-404", false)] {
        let recording = Recording::read(name);
        let polar = Polar::recorded(&recording).await;

        let id = recording.last_segment().parse().unwrap();
        let found = polar.client.portal(&token(&recording)).order_find(id).await.unwrap();

        polar.assert_sent_as(&recording);
        assert_eq!(found.map(|order| order.id), exists.then_some(id), "{name}");
    }
}

#[tokio::test]
async fn an_invoice_is_there_once_it_is_generated() {
    let recording = Recording::read("558-portal-order-invoice-get");
    let polar = Polar::recorded(&recording).await;
    let order = recording.path().split('/').nth(4).unwrap().parse().unwrap();

    assert_eq!(polar.client.portal(&token(&recording)).order_invoice(order).await.unwrap(), None);

    polar.assert_sent_as(&recording);
    let polar =
        Polar::answering([Answer::json(&json!({"url": "https://store.test/invoice.pdf?X-Amz-Signature=1"}))]).await;
    let url = polar.client.portal(&token(&recording)).order_invoice(order).await.unwrap().unwrap();
    assert_eq!(url.expose(), "https://store.test/invoice.pdf?X-Amz-Signature=1");
}

#[tokio::test]
async fn an_invoice_is_asked_for_with_a_sized_body() {
    let recording = Recording::read("558-portal-order-invoice-get");
    let missing = r#"{"error": "MissingInvoiceBillingDetails", "detail": "…"}"#;
    let polar = Polar::answering([Answer::new(202, "null"), Answer::new(202, ""), Answer::new(422, missing)]).await;
    let (token, order) = (token(&recording), recording.path().split('/').nth(4).unwrap().parse().unwrap());
    let portal = polar.client.portal(&token);

    assert!(portal.order_invoice_create(order).await.unwrap());
    assert!(portal.order_invoice_create(order).await.unwrap());
    let refused = portal.order_invoice_create(order).await;

    assert!(matches!(refused, Err(Error::Refused { refusal: Refusal::MissingInvoiceBillingDetails })));
    let sent = &polar.requests()[0];
    assert_eq!((sent.method.as_str(), sent.path.as_str()), ("POST", recording.path()));
    // Without it Polar answers 411 (recording 557).
    assert_eq!(sent.header("content-length"), Some("0"));
}

#[tokio::test]
async fn subscriptions_are_listed_with_their_product() {
    let recording = Recording::read("2d5-portal-subscriptions");
    let polar = Polar::recorded(&recording).await;

    let list = ListPortalSubscriptions::default();
    let page = polar.client.portal(&token(&recording)).subscriptions(&list).await.unwrap();

    polar.assert_sent_as(&recording);
    let subscription = &page.items[0];
    assert_eq!(subscription.status, SubscriptionStatus::Active);
    assert_eq!(subscription.product.name, "Free Membership");

    // There is no recording of one subscription alone; it is an item of the list.
    let polar = Polar::answering([Answer::json(&recording.received()["items"][0])]).await;
    let token = token(&recording);
    let found = polar.client.portal(&token).subscription_find(subscription.id).await.unwrap().unwrap();
    assert_eq!(&found, subscription);
    assert_eq!(polar.request().path, format!("/v1/customer-portal/subscriptions/{}", subscription.id));
}

#[tokio::test]
async fn a_customer_sees_its_own_data() {
    let recording = Recording::read("540-portal-me");
    let polar = Polar::recorded(&recording).await;

    let me = polar.client.portal(&token(&recording)).me().await.unwrap();

    polar.assert_sent_as(&recording);
    assert_eq!(me.email.as_deref(), Some("jane.doe+shop@recordings-mail.net"));
}

#[tokio::test]
async fn a_token_is_turned_into_its_customer() {
    for (name, kind) in
        [("552-portal-session-user", PortalUserType::Member), ("906-legacy-session-user", PortalUserType::Customer)]
    {
        let recording = Recording::read(name);
        let polar = Polar::recorded(&recording).await;

        let user = polar.client.portal(&token(&recording)).user().await.unwrap();

        polar.assert_sent_as(&recording);
        assert_eq!(user.kind, kind, "{name}");
        assert_eq!(json!(user.customer_id), recording.received()["customer_id"], "{name}");
        assert_eq!(json!(user.member_id), recording.received()["member_id"], "{name}");
    }
}

#[tokio::test]
async fn a_token_says_when_it_ends() {
    let recording = Recording::read("550-portal-session-introspect");
    let polar = Polar::recorded(&recording).await;

    let session = polar.client.portal(&token(&recording)).introspect().await.unwrap();

    polar.assert_sent_as(&recording);
    assert_eq!(session.expires_at.to_string(), "2026-11-21T12:04:03.629112Z");
}
