//! Customers, what they hold, and their sessions.

use polar::{BenefitType, CreateCustomerSession, CustomerType, Error, ListCustomers, SubscriptionStatus};
use serde_json::json;

use crate::{polar::Polar, recording::Recording};

#[tokio::test]
async fn a_customer_is_found_until_it_is_deleted() {
    for (name, exists) in
        [("410-customer-get", true), ("411-customer-get-404", false), ("671-customer-get-deleted", false)]
    {
        let recording = Recording::read(name);
        let polar = Polar::recorded(&recording).await;

        let found = polar.client.customers().find(recording.last_segment().parse().unwrap()).await.unwrap();

        polar.assert_sent_as(&recording);
        assert_eq!(found.is_some(), exists, "{name}");
    }
}

#[tokio::test]
async fn a_customer_is_found_by_our_own_id() {
    for (name, exists) in [
        ("412-customer-by-external-id", true),
        ("413-customer-by-external-id-404", false),
        ("2cd-customer-external-id-other-case", false),
    ] {
        let recording = Recording::read(name);
        let polar = Polar::recorded(&recording).await;

        let found = polar.client.customers().find_by_external_id(recording.last_segment()).await.unwrap();

        polar.assert_sent_as(&recording);
        assert_eq!(found.is_some(), exists, "{name}");
        if let Some(customer) = found {
            assert_eq!(customer.external_id.as_deref(), Some(recording.last_segment()));
            assert_eq!(customer.email.as_deref(), Some("jane.doe+shop@recordings-mail.net"));
            assert_eq!((customer.kind, customer.email_verified), (CustomerType::Individual, false));
            assert_eq!(customer.metadata.get("tier"), Some(&json!("gold")));
        }
    }
}

#[tokio::test]
async fn an_id_of_ours_that_polar_cannot_look_up_is_not_sent() {
    let polar = Polar::answering([]).await;

    let error = polar.client.customers().find_by_external_id("ext/with slash").await.unwrap_err();

    assert_eq!(error.to_string(), "the request was rejected (InvalidRequest): external_id");
    assert!(polar.requests().is_empty());
}

#[tokio::test]
async fn a_customer_is_found_by_address_with_its_plus() {
    for (name, email, exists) in [
        ("402-customers-list-email", "jane.doe+shop@recordings-mail.net", true),
        ("404-customers-list-email-none", "nobody@recordings-mail.net", false),
        ("408-customers-list-email-other-case", "FAY@Recordings-Mail.net", true),
    ] {
        let recording = Recording::read(name);
        let polar = Polar::recorded(&recording).await;

        let found = polar.client.customers().find_by_email(email).await.unwrap();

        polar.assert_sent_as(&recording);
        assert_eq!(found.is_some(), exists, "{name}");
    }
}

#[tokio::test]
async fn customers_are_listed_by_metadata() {
    let recording = Recording::read("406-customers-list-metadata");
    let polar = Polar::recorded(&recording).await;
    let list = ListCustomers { metadata: [("tier".to_owned(), "gold".to_owned())].into(), ..ListCustomers::default() };

    let page = polar.client.customers().list(&list).await.unwrap();

    polar.assert_sent_as(&recording);
    assert_eq!(json!(page.items[0].id), recording.received()["items"][0]["id"]);
}

#[tokio::test]
async fn a_state_names_what_a_customer_holds() {
    let recording = Recording::read("414-customer-state");
    let polar = Polar::recorded(&recording).await;
    let customer = recording.path().split('/').nth(3).unwrap().parse().unwrap();

    let state = polar.client.customers().state(customer).await.unwrap().unwrap();

    polar.assert_sent_as(&recording);
    assert_eq!(state.id, customer);
    assert_eq!(json!(state.granted_benefits.len()), recording.received()["granted_benefits"].as_array().unwrap().len());
    let granted = &state.granted_benefits[0];
    assert_eq!(granted.benefit_type, BenefitType::Downloadables);
    assert_eq!(json!(granted.files()), recording.received()["granted_benefits"][0]["properties"]["files"]);
}

#[tokio::test]
async fn a_state_by_our_own_id_shows_subscriptions() {
    let recording = Recording::read("2d3-customer-state-with-subscription");
    let polar = Polar::recorded(&recording).await;

    let state = polar.client.customers().state_by_external_id("user-member").await.unwrap().unwrap();

    polar.assert_sent_as(&recording);
    let subscription = &state.active_subscriptions[0];
    assert_eq!((&subscription.status, subscription.amount), (&SubscriptionStatus::Active, 0));
    assert!(subscription.status.gives_benefits() && !subscription.cancel_at_period_end);
}

#[tokio::test]
async fn the_state_of_a_deleted_customer_is_not_found() {
    let recording = Recording::read("672-customer-get-deleted-state");
    let polar = Polar::recorded(&recording).await;
    let customer = recording.path().split('/').nth(3).unwrap().parse().unwrap();

    assert_eq!(polar.client.customers().state(customer).await.unwrap(), None);
    polar.assert_sent_as(&recording);
}

#[tokio::test]
async fn a_session_is_made_for_a_customer() {
    for name in ["450-customer-session-by-id", "902-legacy-customer-session"] {
        let recording = Recording::read(name);
        let polar = Polar::recorded(&recording).await;
        let sent = recording.sent();
        let session = CreateCustomerSession {
            customer_id: sent["customer_id"].as_str().map(|id| id.parse().unwrap()),
            external_customer_id: sent["external_customer_id"].as_str().map(Into::into),
            ..CreateCustomerSession::default()
        };

        let session = polar.client.customer_sessions().create_for(&session).await.unwrap().unwrap();

        polar.assert_sent_as(&recording);
        assert_eq!(json!(session.token.expose()), recording.received()["token"], "{name}");
        assert_eq!(json!(session.customer_id), recording.received()["customer_id"], "{name}");
        assert_eq!(
            session.expires_at.duration_since(session.created_at).as_hours(),
            0,
            "{name}: a little under an hour"
        );
        assert!(session.customer_portal_url.expose().contains(session.token.expose()), "{name}");
    }
}

#[tokio::test]
async fn a_session_by_polar_id_sends_that_id_alone() {
    let recording = Recording::read("450-customer-session-by-id");
    let polar = Polar::recorded(&recording).await;
    let customer = recording.sent()["customer_id"].as_str().unwrap().parse().unwrap();

    assert!(polar.client.customer_sessions().create(customer).await.unwrap().is_some());

    polar.assert_sent_as(&recording);
}

#[tokio::test]
async fn there_is_no_session_for_an_unknown_or_deleted_customer() {
    for name in ["453-customer-session-unknown-id", "674-customer-session-deleted-customer"] {
        let recording = Recording::read(name);
        let polar = Polar::recorded(&recording).await;
        let customer = recording.sent()["customer_id"].as_str().unwrap().parse().unwrap();

        assert_eq!(polar.client.customer_sessions().create(customer).await.unwrap(), None, "{name}");

        polar.assert_sent_as(&recording);
    }
    let recording = Recording::read("454-customer-session-unknown-external-id");
    let polar = Polar::recorded(&recording).await;
    let session = CreateCustomerSession {
        external_customer_id: recording.sent()["external_customer_id"].as_str().map(Into::into),
        ..CreateCustomerSession::default()
    };

    assert_eq!(polar.client.customer_sessions().create_for(&session).await.unwrap(), None);

    polar.assert_sent_as(&recording);
}

#[tokio::test]
async fn a_session_names_its_customer_once() {
    let polar = Polar::answering([]).await;
    let id = Some("313d1804-0782-4070-9556-1c2c8ee875fc".parse().unwrap());
    let neither = CreateCustomerSession::default();
    let both = CreateCustomerSession { customer_id: id, external_customer_id: Some("x".into()), ..neither.clone() };
    for session in [neither, both] {
        let error = polar.client.customer_sessions().create_for(&session).await.unwrap_err();
        assert!(matches!(error, Error::Rejected { fields, .. } if fields[0].field == "customer_id"));
    }
    assert!(polar.requests().is_empty());
}
