//! What Polar refuses, and what is refused before Polar is asked.

use polar::{ClientSecret, CreateCheckout, Error, ListOrders, ListProducts};
use serde_json::json;

use crate::{
    polar::{Answer, Polar},
    recording::Recording,
};

async fn products(recording: &Recording) -> Error {
    let polar = Polar::recorded(recording).await;
    polar.client.products().list(&ListProducts::default()).await.unwrap_err()
}

#[tokio::test]
async fn both_shapes_of_401_are_unauthorized() {
    for name in ["150-products-no-token", "151-products-garbage-oat", "153-products-expired-token"] {
        let error = products(&Recording::read(name)).await;
        assert!(matches!(error, Error::Unauthorized), "{name}: {error:?}");
    }
}

#[tokio::test]
async fn a_token_without_the_scope_is_told_from_a_wrong_one() {
    let polar = Polar::recorded(&Recording::read("158-orders-insufficient-scope")).await;

    let error = polar.client.orders().list(&ListOrders::default()).await.unwrap_err();

    assert!(matches!(error, Error::InsufficientScope), "{error:?}");
}

#[tokio::test]
async fn a_version_that_polar_does_not_serve_is_told_from_a_missing_thing() {
    for name in ["712-version-unknown", "713-version-garbage"] {
        let polar = Polar::recorded(&Recording::read(name)).await;
        let product = "a60255b5-916d-4ecc-8527-145d27382176".parse().unwrap();

        let error = polar.client.products().find(product).await.unwrap_err();

        assert!(matches!(error, Error::UnknownVersion), "{name}: {error:?}");
    }
}

#[tokio::test]
async fn a_block_says_how_long_it_lasts() {
    for (name, seconds) in [("757-ratelimit-org-token-429", 60), ("761-ratelimit-org-blocked-everywhere", 1800)] {
        let recording = Recording::read(name);
        let Error::RateLimited { retry_after } = products(&recording).await else { panic!("{name}") };
        assert_eq!(
            Some(retry_after.as_secs().to_string().as_str()),
            recording.response_header("retry-after"),
            "{name}"
        );
        assert!(retry_after.as_secs() <= seconds, "{name}");
    }
}

#[tokio::test]
async fn a_wrong_page_is_rejected_by_its_name() {
    let error = products(&Recording::read("110-products-list-page-0")).await;

    let Error::Rejected { error, fields } = error else { panic!("{error:?}") };
    assert_eq!(error, "RequestValidationError");
    let field = &fields[0];
    assert_eq!((field.field.as_str(), field.message.as_str()), ("page", "Input should be greater than 0"));
}

#[tokio::test]
async fn a_checkout_that_breaks_polars_rules_is_not_sent() {
    let product = "a60255b5-916d-4ecc-8527-145d27382176".parse().unwrap();
    let good = CreateCheckout { products: vec![product], ..CreateCheckout::default() };
    let many = || (0..51).map(|n| (format!("k{n}"), n)).collect();
    let table = [
        ("no product", CreateCheckout { products: vec![], ..good.clone() }, "products"),
        ("a product twice", CreateCheckout { products: vec![product; 2], ..good.clone() }, "products"),
        ("a negative amount", CreateCheckout { amount: Some(-1), ..good.clone() }, "amount"),
        ("a long name", CreateCheckout { customer_name: Some("x".repeat(257)), ..good.clone() }, "customer_name"),
        ("a scheme", CreateCheckout { success_url: Some("shop://thanks".into()), ..good.clone() }, "success_url"),
        ("a relative URL", CreateCheckout { return_url: Some("/shop".into()), ..good.clone() }, "return_url"),
        ("51 keys", CreateCheckout { metadata: many(), ..good.clone() }, "metadata"),
        (
            "an empty value",
            CreateCheckout { metadata: [("cart", "")].into_iter().collect(), ..good.clone() },
            "metadata.cart",
        ),
        (
            "a nested value",
            CreateCheckout { customer_metadata: [("a", json!([1]))].into_iter().collect(), ..good.clone() },
            "customer_metadata.a",
        ),
    ];
    let polar = Polar::answering([]).await;
    for (case, checkout, blamed) in table {
        let Err(Error::Rejected { error, fields }) = polar.client.checkouts().create(&checkout).await else {
            panic!("{case}")
        };
        assert_eq!(error, "InvalidRequest", "{case}");
        assert_eq!(fields.iter().map(|fault| fault.field.as_str()).collect::<Vec<_>>(), [blamed], "{case}");
    }
    assert!(polar.requests().is_empty());
}

#[tokio::test]
async fn a_secret_that_would_lead_elsewhere_is_not_sent() {
    let polar = Polar::answering([]).await;
    for text in ["", "..", "x/../../products/"] {
        let result = polar.client.checkouts().client_find(&ClientSecret::new(text)).await;
        assert!(matches!(result, Err(Error::Rejected { .. })), "{text:?}");
    }
    assert!(polar.requests().is_empty());
}

#[tokio::test]
async fn no_error_shows_a_secret_or_what_was_sent() {
    let detail = json!({"error": "RequestValidationError", "detail": [{"type": "value_error", "loc": ["body", "email"],
        "msg": "SENT-jane@shop.test is wrong", "input": "SENT-jane@shop.test"}]});
    let secret = ClientSecret::new("SENT-polar_c_1");
    let answers = [
        Answer::new(422, detail.to_string()),
        Answer::new(401, r#"{"error": "invalid_token", "error_description": "SENT"}"#),
        Answer::new(403, r#"{"error": "NotPermitted", "detail": "SENT"}"#),
        Answer::new(404, r#"{"detail": "Not Found"}"#),
        Answer::new(200, r#"{"id": "SENT-not-a-uuid"}"#),
        Answer::new(200, r#"{"id": "e0411f3a-e2d6-498b-a9a7-f3ba1a4af4c5", "created_at": "SENT"}"#),
        Answer::new(307, "SENT").with("location", "http://127.0.0.1/SENT"),
    ];
    for answer in answers {
        let polar = Polar::answering([answer.clone()]).await;
        let error = polar.client.checkouts().client_find(&secret).await.unwrap_err();
        let printed = format!("{error} {error:?} {error:#?}");
        assert!(!printed.contains("SENT") && !printed.contains("127.0.0.1"), "{answer:?}: {printed}");
    }
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_is_unavailable_without_its_address() {
    // Bound, so that no other test gets the port, but not listening.
    let deaf = tokio::net::TcpSocket::new_v4().unwrap();
    deaf.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let port = deaf.local_addr().unwrap().port();
    let client = crate::polar::client(port, "SENT", polar::Limits::default());

    let error = client.checkouts().client_find(&ClientSecret::new("SENT-polar_c_1")).await.unwrap_err();

    assert!(matches!(error, Error::Unavailable { status: None, source: Some(_) }), "{error:?}");
    assert!(!format!("{error} {error:?}").contains("SENT"));
}

#[tokio::test]
async fn a_client_prints_no_token() {
    let polar = Polar::answering([]).await;
    assert!(!format!("{:?}", polar.client).contains(crate::polar::TOKEN));
}

#[tokio::test]
async fn a_token_that_fits_into_no_header_is_unauthorized() {
    let client = crate::polar::client(1, "a\nb", polar::Limits::default());

    let error = client.products().list(&ListProducts::default()).await.unwrap_err();

    assert!(matches!(error, Error::Unauthorized));
}
