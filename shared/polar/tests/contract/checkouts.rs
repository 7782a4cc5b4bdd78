//! Checkouts: begun by the shop, finished by the buyer.

use polar::{
    CheckoutStatus, ClientSecret, ClientUpdateCheckout, ConfirmCheckout, CreateCheckout, Error, ListCheckouts, Refusal,
    UpdateCheckout,
};
use serde_json::json;

use crate::{polar::Polar, recording::Recording};

/// The secret in the path of a recording of the buyer's calls.
fn secret(recording: &Recording) -> ClientSecret {
    ClientSecret::new(recording.path().split('/').nth(4).unwrap())
}

#[tokio::test]
async fn a_checkout_is_created_with_all_that_is_known() {
    let recording = Recording::read("200-checkout-create-full");
    let polar = Polar::recorded(&recording).await;

    let checkout = CreateCheckout {
        products: vec!["a60255b5-916d-4ecc-8527-145d27382176".parse().unwrap()],
        success_url: Some("http://127.0.0.1:23000/thanks?checkout_id={CHECKOUT_ID}".into()),
        return_url: Some("http://127.0.0.1:23000/shop".into()),
        metadata: [("cart", json!("abc-123")), ("n", json!(7)), ("gift", json!(true))].into_iter().collect(),
        customer_email: Some("Jane.Doe+shop@Recordings-Mail.net".into()),
        customer_name: Some("Jane Doe".into()),
        external_customer_id: Some("user-jane-1".into()),
        customer_metadata: [("tier", "gold")].into_iter().collect(),
        embed_origin: Some("http://127.0.0.1:23000".into()),
        customer_ip_address: Some("203.0.113.7".parse().unwrap()),
        ..CreateCheckout::default()
    };
    let checkout = polar.client.checkouts().create(&checkout).await.unwrap();

    polar.assert_sent_as(&recording);
    assert_eq!(checkout.id.to_string(), "e0411f3a-e2d6-498b-a9a7-f3ba1a4af4c5");
    assert_eq!(checkout.status, CheckoutStatus::Open);
    assert_eq!(checkout.client_secret.expose(), "polar_c_Ak8nJqfDJSuPXrB6kcEYQCMvmV2U2JldEm1zM475Edf");
    assert!(checkout.url.expose().ends_with(checkout.client_secret.expose()));
    assert_eq!(checkout.expires_at.to_string(), "2026-11-22T11:02:31.616206Z");
    assert_eq!(checkout.success_url.unwrap(), format!("http://127.0.0.1:23000/thanks?checkout_id={}", checkout.id));
    assert_eq!((checkout.total_amount, checkout.tax_amount, checkout.currency.as_str()), (0, Some(0), "usd"));
    assert_eq!(checkout.product.unwrap().name, "Free Album");
    assert_eq!((checkout.customer_id, checkout.customer_session_token), (None, None));
    assert_eq!(checkout.metadata.get("n"), Some(&json!(7)));
}

#[tokio::test]
async fn a_checkout_needs_no_more_than_a_product() {
    let recording = Recording::read("201-checkout-create-minimal");
    let polar = Polar::recorded(&recording).await;
    let products = serde_json::from_value(recording.sent()["products"].clone()).unwrap();

    polar.client.checkouts().create(&CreateCheckout { products, ..CreateCheckout::default() }).await.unwrap();

    polar.assert_sent_as(&recording);
}

#[tokio::test]
async fn a_product_that_does_not_exist_is_named_by_its_place() {
    for (name, products, field, message) in [
        ("210-checkout-create-bad-product", 1, "products[0]", "Product does not exist."),
        ("213-checkout-create-product-archived", 1, "products[0]", "Product is archived."),
        ("217-checkout-create-one-good-one-bad", 2, "products[1]", "Product does not exist."),
    ] {
        let recording = Recording::read(name);
        let polar = Polar::recorded(&recording).await;
        let products: Vec<_> =
            (0..products).map(|place| recording.sent()["products"][place].as_str().unwrap().parse().unwrap()).collect();

        let checkout = CreateCheckout { products, ..CreateCheckout::default() };
        let error = polar.client.checkouts().create(&checkout).await.unwrap_err();

        polar.assert_sent_as(&recording);
        let Error::Rejected { error, fields } = error else { panic!("{name}: {error:?}") };
        assert_eq!(error, "PolarRequestValidationError", "{name}");
        assert_eq!(fields.len(), 1, "{name}");
        assert_eq!((fields[0].field.as_str(), fields[0].message.as_str()), (field, message), "{name}");
    }
}

#[tokio::test]
async fn an_address_that_takes_no_mail_is_blamed_once_and_not_repeated() {
    let recording = Recording::read("223-checkout-create-email-null-mx");
    let polar = Polar::recorded(&recording).await;
    let products = serde_json::from_value(recording.sent()["products"].clone()).unwrap();
    let customer_email = recording.sent()["customer_email"].as_str().map(Into::into);

    let checkout = CreateCheckout { products, customer_email, ..CreateCheckout::default() };
    let error = polar.client.checkouts().create(&checkout).await.unwrap_err();

    polar.assert_sent_as(&recording);
    assert_eq!(error.to_string(), "the request was rejected (RequestValidationError): customer_email");
    let Error::Rejected { fields, .. } = error else { panic!() };
    let message = "value is not a valid email address: The domain name example.com does not accept email.";
    assert_eq!(fields[0].message, message);
}

#[tokio::test]
async fn a_checkout_is_followed_from_open_to_paid() {
    for (name, status) in [
        ("250-checkout-get-open", CheckoutStatus::Open),
        ("286a-checkout-get-after-confirm-confirmed", CheckoutStatus::Confirmed),
        ("286b-checkout-get-after-confirm-succeeded", CheckoutStatus::Succeeded),
        ("953-paid-checkout-get-succeeded", CheckoutStatus::Succeeded),
    ] {
        let recording = Recording::read(name);
        let polar = Polar::recorded(&recording).await;

        let checkout = polar.client.checkouts().find(recording.last_segment().parse().unwrap()).await.unwrap().unwrap();

        polar.assert_sent_as(&recording);
        assert_eq!(checkout.status, status, "{name}");
        assert_eq!(json!(checkout.customer_id), recording.received()["customer_id"], "{name}");
        assert_eq!(json!(checkout.total_amount), recording.received()["total_amount"], "{name}");
    }
}

#[tokio::test]
async fn a_checkout_of_another_organization_is_not_found() {
    for name in ["251-checkout-get-404", "256-checkout-get-other-org-token"] {
        let recording = Recording::read(name);
        let polar = Polar::recorded(&recording).await;

        let found = polar.client.checkouts().find(recording.last_segment().parse().unwrap()).await.unwrap();

        polar.assert_sent_as(&recording);
        assert_eq!(found, None, "{name}");
    }
}

#[tokio::test]
async fn checkouts_are_listed_by_product_and_state() {
    let recording = Recording::read("255-checkouts-list-filters");
    let polar = Polar::recorded(&recording).await;
    let query = recording.query();
    let product = query.iter().find(|(name, _)| name == "product_id").unwrap().1.parse().unwrap();

    let list = ListCheckouts {
        product_ids: vec![product],
        statuses: vec![CheckoutStatus::Open],
        limit: Some(1),
        ..ListCheckouts::default()
    };
    let page = polar.client.checkouts().list(&list).await.unwrap();

    polar.assert_sent_as(&recording);
    assert_eq!(page.items[0].product_id, Some(product));
}

#[tokio::test]
async fn the_shop_changes_an_open_checkout_only() {
    let recording = Recording::read("277-checkout-update-org-token");
    let polar = Polar::recorded(&recording).await;
    let update = UpdateCheckout {
        metadata: Some(serde_json::from_value(recording.sent()["metadata"].clone()).unwrap()),
        ..UpdateCheckout::default()
    };

    let checkout = polar.client.checkouts().update(recording.last_segment().parse().unwrap(), &update).await.unwrap();

    polar.assert_sent_as(&recording);
    assert_eq!(json!(checkout.metadata), recording.sent()["metadata"]);

    let recording = Recording::read("289-checkout-update-org-token-after-success");
    let polar = Polar::recorded(&recording).await;

    let refused = polar.client.checkouts().update(recording.last_segment().parse().unwrap(), &update).await;

    assert!(matches!(refused, Err(Error::Refused { refusal: Refusal::NotOpenCheckout })));
}

#[tokio::test]
async fn the_buyer_reads_a_checkout_without_any_token() {
    let recording = Recording::read("260-checkout-client-get-open");
    let polar = Polar::recorded(&recording).await;

    let checkout = polar.client.checkouts().client_find(&secret(&recording)).await.unwrap().unwrap();

    polar.assert_sent_as(&recording);
    assert_eq!(polar.request().header("authorization"), None);
    assert!(checkout.metadata.is_empty(), "the buyer's view has no metadata");
}

#[tokio::test]
async fn the_buyer_does_not_find_what_is_expired_or_unknown() {
    let recording = Recording::read("261-checkout-client-get-404");
    let polar = Polar::recorded(&recording).await;
    assert_eq!(polar.client.checkouts().client_find(&secret(&recording)).await.unwrap(), None);
    polar.assert_sent_as(&recording);

    let recording = Recording::read("2a0-checkout-expired-client-get");
    let polar = Polar::recorded(&recording).await;
    let refused = polar.client.checkouts().client_find(&secret(&recording)).await;
    assert!(matches!(refused, Err(Error::Refused { refusal: Refusal::ExpiredCheckout })));
}

#[tokio::test]
async fn the_buyer_enters_a_discount_code() {
    let recording = Recording::read("2e3-checkout-client-update-discount-code");
    let polar = Polar::recorded(&recording).await;
    let update = ClientUpdateCheckout {
        discount_code: recording.sent()["discount_code"].as_str().map(Into::into),
        ..ClientUpdateCheckout::default()
    };

    let checkout = polar.client.checkouts().client_update(&secret(&recording), &update).await.unwrap();

    polar.assert_sent_as(&recording);
    assert_eq!((checkout.amount, checkout.discount_amount, checkout.total_amount), (1500, 1500, 0));
    let discount = checkout.discount.unwrap();
    assert_eq!((discount.code.as_deref(), discount.basis_points), (Some("FREEPOSTER"), Some(10_000)));
}

#[tokio::test]
async fn a_wrong_discount_code_is_rejected_by_its_field() {
    let recording = Recording::read("2e2-checkout-client-update-wrong-code");
    let polar = Polar::recorded(&recording).await;
    let update = ClientUpdateCheckout { discount_code: Some("nope".into()), ..ClientUpdateCheckout::default() };

    let error = polar.client.checkouts().client_update(&secret(&recording), &update).await.unwrap_err();

    polar.assert_sent_as(&recording);
    let Error::Rejected { fields, .. } = error else { panic!("{error:?}") };
    assert_eq!((fields[0].field.as_str(), fields[0].message.as_str()), ("discount_code", "Discount does not exist."));
}

#[tokio::test]
async fn a_new_buyer_confirms_and_gets_a_token() {
    let recording = Recording::read("285-checkout-confirm-free");
    let polar = Polar::recorded(&recording).await;
    let confirm = ConfirmCheckout {
        update: ClientUpdateCheckout {
            customer_email: Some("jane.doe+shop@recordings-mail.net".into()),
            customer_name: Some("Jane Q. Doe".into()),
            ..ClientUpdateCheckout::default()
        },
        ..ConfirmCheckout::default()
    };

    let checkout = polar.client.checkouts().client_confirm(&secret(&recording), &confirm).await.unwrap();

    polar.assert_sent_as(&recording);
    assert_eq!(checkout.status, CheckoutStatus::Confirmed);
    assert_eq!(checkout.customer_id.unwrap().to_string(), "313d1804-0782-4070-9556-1c2c8ee875fc");
    assert!(checkout.customer_session_token.unwrap().expose().starts_with("polar_cst_"));
}

#[tokio::test]
async fn a_returning_buyer_who_typed_an_address_gets_no_token() {
    let recording = Recording::read("2c0-checkout-confirm-existing-email-only");
    let polar = Polar::recorded(&recording).await;

    let confirm = ConfirmCheckout::default();
    let checkout = polar.client.checkouts().client_confirm(&secret(&recording), &confirm).await.unwrap();

    assert!(checkout.customer_id.is_some());
    assert_eq!(checkout.customer_session_token, None);
}

#[tokio::test]
async fn each_refusal_of_a_confirmation_has_its_name() {
    for (name, refusal) in [
        ("281-checkout-confirm-404", Refusal::ResourceNotFound),
        ("287-checkout-confirm-twice", Refusal::NotOpenCheckout),
        ("2a2-checkout-expired-client-confirm", Refusal::ExpiredCheckout),
        ("2c6-checkout-confirm-external-id-mismatch", Refusal::CheckoutCustomerExternalIdMismatch),
        ("2c7-checkout-confirm-customer-deleted", Refusal::CheckoutCustomerDeleted),
        ("2c8-checkout-confirm-parallel-409", Refusal::CheckoutLocked),
        ("2d4-checkout-confirm-already-subscribed", Refusal::AlreadyActiveSubscription),
    ] {
        let recording = Recording::read(name);
        let polar = Polar::recorded(&recording).await;

        let confirm = ConfirmCheckout::default();
        let error = polar.client.checkouts().client_confirm(&secret(&recording), &confirm).await.unwrap_err();

        let Error::Refused { refusal: found } = error else { panic!("{name}: {error:?}") };
        assert_eq!(found, refusal, "{name}");
    }
}

#[tokio::test]
async fn a_confirmation_without_an_address_is_rejected() {
    let recording = Recording::read("280-checkout-confirm-missing-email");
    let polar = Polar::recorded(&recording).await;

    let confirm = ConfirmCheckout::default();
    let error = polar.client.checkouts().client_confirm(&secret(&recording), &confirm).await.unwrap_err();

    assert_eq!(polar.request().body, "{}", "Polar wants a body, if an empty one");
    assert_eq!(error.to_string(), "the request was rejected (PolarRequestValidationError): customer_email");
}
