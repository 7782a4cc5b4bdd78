//! Sessions, against the embedded DynamoDB.

mod support;

use std::time::Duration;

use secrecy::ExposeSecret;
use store::{NewSession, PortalToken, Proof, SessionToken};
use support::{CHECKOUT, CUSTOMER, HOUR, LIFETIME, MOMENT, OTHER, Tables, new_session, now, tables};
use uuid::Uuid;

const DAY: Duration = Duration::from_hours(24);
const ORDER: Proof = Proof::Checkout(CHECKOUT);

#[tokio::test]
async fn a_session_is_found_by_its_token_only() {
    let Tables { sessions, .. } = &tables().await;
    let new = new_session(ORDER);
    sessions.create(&new, now()).await.unwrap();

    let found = sessions.find(&new.token, now()).await.unwrap().expect("the session");
    assert_eq!(found.customer_id, CUSTOMER);
    assert_eq!(found.scope.checkout_ids(), Some(vec![CHECKOUT]));
    assert!(sessions.find(&SessionToken::generate(CUSTOMER), now()).await.unwrap().is_none());
}

#[tokio::test]
async fn an_expired_session_is_gone_although_its_row_is_still_there() {
    let Tables { sessions, .. } = &tables().await;
    let new = new_session(Proof::Mailbox);
    let session = sessions.create(&new, now()).await.unwrap();
    let id = session.id();

    let last_moment = session.expires_at - MOMENT;
    assert!(sessions.find(&new.token, last_moment).await.unwrap().is_some());
    assert!(sessions.live_until(&session.reference(), last_moment).await.unwrap().is_some());
    assert_eq!(sessions.list(CUSTOMER, last_moment).await.unwrap().len(), 1);

    let end = session.expires_at;
    assert!(sessions.find(&new.token, end).await.unwrap().is_none());
    assert!(sessions.live_until(&session.reference(), end).await.unwrap().is_none());
    assert!(sessions.list(CUSTOMER, end).await.unwrap().is_empty());
    assert!(!sessions.delete_by_id(CUSTOMER, &id, end).await.unwrap());
}

#[tokio::test]
async fn an_ended_session_is_gone_on_the_next_read_and_cannot_be_renewed() {
    let Tables { sessions, .. } = &tables().await;
    let new = new_session(ORDER);
    let session = sessions.create(&new, now()).await.unwrap();

    sessions.delete(&session.reference()).await.unwrap();
    assert!(sessions.renew(session, LIFETIME, now() + 13 * HOUR).await.unwrap().is_none());
    assert!(sessions.find(&new.token, now()).await.unwrap().is_none());
}

#[tokio::test]
async fn renewal_is_due_half_way_through_the_idle_time_and_after_a_day_at_the_latest() {
    let Tables { sessions, .. } = &tables().await;
    let session = sessions.create(&new_session(ORDER), now()).await.unwrap();
    let month = store::Lifetime { idle: 30 * 24 * HOUR, absolute: 180 * 24 * HOUR };

    for (lifetime, due_after) in [(LIFETIME, 12 * HOUR), (month, 24 * HOUR)] {
        assert!(!session.is_due(lifetime, now() + due_after - MOMENT));
        assert!(session.is_due(lifetime, now() + due_after));
    }
}

#[tokio::test]
async fn renewal_slides_the_idle_expiry_and_never_past_the_absolute_one() {
    let Tables { sessions, .. } = &tables().await;
    let new = new_session(ORDER);
    let session = sessions.create(&new, now()).await.unwrap();

    let half_way = sessions.renew(session.clone(), LIFETIME, now() + 12 * HOUR).await.unwrap().expect("a session");
    assert_eq!(half_way.expires_at, now() + 36 * HOUR);
    let stored = sessions.find(&new.token, now() + 30 * HOUR).await.unwrap().expect("still live");
    assert_eq!(stored.expires_at, half_way.expires_at);

    let last = sessions.renew(session.clone(), LIFETIME, now() + 160 * HOUR).await.unwrap().expect("a session");
    assert_eq!(last.expires_at, session.absolute_expires_at);
}

#[tokio::test]
async fn a_new_session_ends_the_one_that_it_replaces() {
    let Tables { sessions, .. } = &tables().await;
    let old = new_session(ORDER);
    let replaced = sessions.create(&old, now()).await.unwrap().reference();

    let new = NewSession { replaces: vec![replaced], ..new_session(Proof::Mailbox) };
    sessions.create(&new, now()).await.unwrap();

    assert!(sessions.find(&old.token, now()).await.unwrap().is_none());
    assert!(sessions.find(&new.token, now()).await.unwrap().is_some());
}

#[tokio::test]
async fn a_session_goes_on_showing_earlier_orders_until_each_of_their_own_ends() {
    let Tables { sessions, .. } = &tables().await;
    let first = sessions.create(&new_session(ORDER), now()).await.unwrap();
    let later = now() + 2 * DAY;
    let new = NewSession { adds_to: Some(first.clone()), ..new_session(Proof::Checkout(OTHER)) };
    sessions.create(&new, later).await.unwrap();

    assert!(sessions.find(&first.token, later).await.unwrap().is_none(), "the token of before has ended");
    let shown_at = async |at| sessions.find(&new.token, at).await.unwrap().and_then(|it| it.scope.checkout_ids());
    assert_eq!(shown_at(later).await, Some(vec![CHECKOUT, OTHER]));
    let session = sessions.find(&new.token, later).await.unwrap().expect("a session");
    for day in 3..8 {
        sessions.renew(session.clone(), LIFETIME, now() + day * DAY).await.unwrap();
    }
    assert_eq!(shown_at(now() + LIFETIME.absolute - MOMENT).await, Some(vec![CHECKOUT, OTHER]));
    assert_eq!(shown_at(now() + LIFETIME.absolute).await, Some(vec![OTHER]), "no purchase prolongs another's proof");
    assert_eq!(shown_at(later + LIFETIME.absolute).await, None);
}

#[tokio::test]
async fn a_session_shows_the_twenty_orders_that_end_last() {
    let Tables { sessions, .. } = &tables().await;
    let mut had = None;
    for number in 0..25 {
        let new = NewSession { adds_to: had, ..new_session(Proof::Checkout(Uuid::from_u128(number))) };
        had = Some(sessions.create(&new, now() + MOMENT * u32::try_from(number).unwrap()).await.unwrap());
    }
    let newest: Vec<_> = (5..25).map(Uuid::from_u128).collect();
    assert_eq!(had.expect("a session").scope.checkout_ids(), Some(newest));
}

#[tokio::test]
async fn a_version_that_knows_one_order_only_takes_no_row_for_a_whole_account() {
    let tables = tables().await;
    let first = tables.sessions.create(&new_session(ORDER), now()).await.unwrap();
    let new = NewSession { adds_to: Some(first), ..new_session(Proof::Checkout(OTHER)) };
    tables.sessions.create(&new, now() + MOMENT).await.unwrap();
    let rows = tables.raw.scan().table_name("sessions").send().await.unwrap().items.unwrap();
    assert_eq!(rows[0]["checkout_id"].as_s().unwrap(), &OTHER.to_string());

    // Such a version's own rows have that attribute alone.
    let mut row = rows[0].clone();
    row.remove("orders");
    tables.raw.put_item().table_name("sessions").set_item(Some(row)).send().await.unwrap();
    let read = tables.sessions.find(&new.token, now() + MOMENT).await.unwrap().expect("a session");
    assert_eq!(read.scope.checkout_ids(), Some(vec![OTHER]));
}

#[tokio::test]
async fn a_customer_sees_the_devices_and_ends_one_of_them() {
    let Tables { sessions, .. } = &tables().await;
    let first = sessions.create(&new_session(ORDER), now()).await.unwrap();
    let phone = NewSession { client: "Safari on iPhone".to_owned(), ..new_session(Proof::Mailbox) };
    let phone = sessions.create(&phone, now() + HOUR).await.unwrap();
    let stranger = NewSession::open(OTHER, Proof::Mailbox, LIFETIME, "curl");
    let stranger = sessions.create(&stranger, now()).await.unwrap();

    let devices = sessions.list(CUSTOMER, now() + HOUR).await.unwrap();
    let shown: Vec<_> = devices
        .iter()
        .map(|device| (device.id.clone(), device.checkout_ids.is_none(), device.client.as_deref()))
        .collect();
    let newest_first = [(phone.id(), true, Some("Safari on iPhone")), (first.id(), false, Some("Firefox on Linux"))];
    assert_eq!(shown, newest_first);

    for (case, id) in
        [("another customer's", stranger.id()), ("empty", String::new()), ("a part", phone.id()[..8].into())]
    {
        assert!(!sessions.delete_by_id(CUSTOMER, &id, now()).await.unwrap(), "{case}");
    }
    assert!(sessions.delete_by_id(CUSTOMER, &first.id(), now()).await.unwrap());
    assert!(sessions.find(&first.token, now()).await.unwrap().is_none());
    assert!(sessions.find(&phone.token, now()).await.unwrap().is_some());
    assert!(sessions.find(&stranger.token, now()).await.unwrap().is_some());
}

#[tokio::test]
async fn polars_token_is_kept_sealed_and_opens_with_the_session_only() {
    let tables = tables().await;
    let Tables { sessions, .. } = &tables;
    let new = new_session(ORDER);
    let session = sessions.create(&new, now()).await.unwrap();
    let portal_token = PortalToken { secret: "polar_mst_secret".into(), expires_at: now() + HOUR };
    sessions.keep_portal_token(&session, &portal_token).await.unwrap();

    let found = sessions.find(&new.token, now()).await.unwrap().expect("the session");
    assert_eq!(found.portal_token.expect("the token").secret.expose_secret(), "polar_mst_secret");

    let dump = tables.dump().await;
    assert!(!dump.contains("polar_mst_secret"));
    assert!(!dump.contains(&new.token.expose()));
}

#[tokio::test]
async fn a_row_of_other_software_is_reported_and_not_guessed_at() {
    let Tables { sessions, raw, .. } = &tables().await;
    let token = SessionToken::generate(CUSTOMER);
    let text = |value: &str| aws_sdk_dynamodb::types::AttributeValue::S(value.to_owned());
    let put = raw.put_item().table_name("sessions").item("customer_id", text(&CUSTOMER.to_string()));
    put.item("token_hash", text(token.hash().as_str())).item("created_at", text("today")).send().await.unwrap();

    let error = sessions.find(&token, now()).await.unwrap_err();
    assert!(matches!(error, store::Error::CorruptItem { attribute: "created_at" }), "{error:?}");
}

#[tokio::test]
async fn a_session_from_before_browsers_were_noted_still_counts() {
    let Tables { sessions, raw, .. } = &tables().await;
    let new = new_session(Proof::Mailbox);
    let session = sessions.create(&new, now()).await.unwrap();
    let text = |value: &str| aws_sdk_dynamodb::types::AttributeValue::S(value.to_owned());
    let update = raw.update_item().table_name("sessions").key("customer_id", text(&CUSTOMER.to_string()));
    let update = update.key("token_hash", text(new.token.hash().as_str())).update_expression("REMOVE client");
    update.send().await.unwrap();

    assert!(sessions.find(&new.token, now()).await.unwrap().is_some());
    let devices = sessions.list(CUSTOMER, now() + Duration::from_secs(1)).await.unwrap();
    assert_eq!((&devices[0].id, &devices[0].client), (&session.id(), &None));
}
