//! Every recording of every route that the crate has, decoded by the call of that route.

use std::collections::BTreeMap;

use polar::{
    Client, ClientSecret, ClientUpdateCheckout, ConfirmCheckout, CreateCheckout, CreateCustomerSession,
    CreateWebhookEndpoint, CustomerToken, Error, ListBenefitGrants, ListBenefits, ListCheckoutLinks, ListCheckouts,
    ListCustomers, ListDownloadables, ListGrantsOfBenefit, ListOrders, ListPortalOrders, ListPortalSubscriptions,
    ListProducts, UpdateCheckout, UpdateWebhookEndpoint, WebhookFormat,
};

use serde_json::{Map, Value, json};

use crate::{polar::Polar, recording::Recording};

const ID: &str = "a60255b5-916d-4ecc-8527-145d27382176";

/// Routes, and how many recordings each has: a recording that is lost or slips past its route shows here.
const ROUTES: &[(&str, &str, usize)] = &[
    ("GET", "/v1/products/", 53),
    ("GET", "/v1/products/{id}", 8),
    ("GET", "/v1/checkouts/", 3),
    ("POST", "/v1/checkouts/", 55),
    ("GET", "/v1/checkouts/{id}", 19),
    ("PATCH", "/v1/checkouts/{id}", 3),
    ("GET", "/v1/checkouts/client/{client_secret}", 12),
    ("PATCH", "/v1/checkouts/client/{client_secret}", 14),
    ("POST", "/v1/checkouts/client/{client_secret}/confirm", 34),
    ("GET", "/v1/checkout-links/", 4),
    ("GET", "/v1/checkout-links/{id}", 2),
    ("GET", "/v1/customers/", 11),
    ("GET", "/v1/customers/{id}", 3),
    ("GET", "/v1/customers/external/{external_id}", 9),
    ("GET", "/v1/customers/{id}/state", 6),
    ("GET", "/v1/customers/external/{external_id}/state", 5),
    ("POST", "/v1/customer-sessions/", 15),
    ("GET", "/v1/files/", 2),
    ("GET", "/v1/orders/", 8),
    ("GET", "/v1/orders/{id}", 4),
    ("GET", "/v1/benefits/", 5),
    ("GET", "/v1/benefits/{id}", 4),
    ("GET", "/v1/benefits/{id}/grants", 2),
    ("GET", "/v1/webhooks/endpoints", 1),
    ("POST", "/v1/webhooks/endpoints", 3),
    ("PATCH", "/v1/webhooks/endpoints/{id}", 1),
    ("GET", "/v1/webhooks/deliveries", 2),
    ("GET", "/v1/customer-portal/downloadables/", 34),
    ("GET", "/v1/customer-portal/orders/", 4),
    ("GET", "/v1/customer-portal/orders/{id}", 2),
    ("GET", "/v1/customer-portal/orders/{id}/invoice", 1),
    ("GET", "/v1/customer-portal/benefit-grants/", 4),
    ("GET", "/v1/customer-portal/subscriptions/", 2),
    ("GET", "/v1/customer-portal/customers/me", 6),
    ("GET", "/v1/customer-portal/customer-session/user", 3),
    ("GET", "/v1/customer-portal/customer-session/introspect", 2),
];

/// Calls the route's function; what it says does not matter here, only what it makes of the answer.
async fn call(client: &Client, method: &str, route: &str) -> Result<(), Error> {
    let (token, secret) = (CustomerToken::new("polar_cst_1"), ClientSecret::new("polar_c_1"));
    let portal = client.portal(&token);
    let checkout = CreateCheckout { products: vec![ID.parse().unwrap()], ..Default::default() };
    let customer = CreateCustomerSession { customer_id: Some(ID.parse().unwrap()), ..Default::default() };
    let endpoint = CreateWebhookEndpoint {
        url: "https://shop.test/".into(),
        format: WebhookFormat::Raw,
        events: vec![],
        name: None,
        api_version: None,
    };
    match (method, route) {
        ("GET", "/v1/products/") => client.products().list(&ListProducts::default()).await.map(drop),
        ("GET", "/v1/products/{id}") => client.products().find(ID.parse().unwrap()).await.map(drop),
        ("GET", "/v1/checkouts/") => client.checkouts().list(&ListCheckouts::default()).await.map(drop),
        ("POST", "/v1/checkouts/") => client.checkouts().create(&checkout).await.map(drop),
        ("GET", "/v1/checkouts/{id}") => client.checkouts().find(ID.parse().unwrap()).await.map(drop),
        ("PATCH", "/v1/checkouts/{id}") => {
            client.checkouts().update(ID.parse().unwrap(), &UpdateCheckout::default()).await.map(drop)
        }
        ("GET", "/v1/checkouts/client/{client_secret}") => client.checkouts().client_find(&secret).await.map(drop),
        ("PATCH", "/v1/checkouts/client/{client_secret}") => {
            client.checkouts().client_update(&secret, &ClientUpdateCheckout::default()).await.map(drop)
        }
        ("POST", "/v1/checkouts/client/{client_secret}/confirm") => {
            client.checkouts().client_confirm(&secret, &ConfirmCheckout::default()).await.map(drop)
        }
        ("GET", "/v1/checkout-links/") => client.checkout_links().list(&ListCheckoutLinks::default()).await.map(drop),
        ("GET", "/v1/checkout-links/{id}") => client.checkout_links().find(ID.parse().unwrap()).await.map(drop),
        ("GET", "/v1/customers/") => client.customers().list(&ListCustomers::default()).await.map(drop),
        ("GET", "/v1/customers/{id}") => client.customers().find(ID.parse().unwrap()).await.map(drop),
        ("GET", "/v1/customers/external/{external_id}") => client.customers().find_by_external_id("x").await.map(drop),
        ("GET", "/v1/customers/{id}/state") => client.customers().state(ID.parse().unwrap()).await.map(drop),
        ("GET", "/v1/customers/external/{external_id}/state") => {
            client.customers().state_by_external_id("x").await.map(drop)
        }
        ("POST", "/v1/customer-sessions/") => client.customer_sessions().create_for(&customer).await.map(drop),
        ("GET", "/v1/files/") => client.files().list(&[]).await.map(drop),
        ("GET", "/v1/orders/") => client.orders().list(&ListOrders::default()).await.map(drop),
        ("GET", "/v1/orders/{id}") => client.orders().find(ID.parse().unwrap()).await.map(drop),
        ("GET", "/v1/benefits/") => client.benefits().list(&ListBenefits::default()).await.map(drop),
        ("GET", "/v1/benefits/{id}") => client.benefits().find(ID.parse().unwrap()).await.map(drop),
        ("GET", "/v1/benefits/{id}/grants") => {
            client.benefits().grants(ID.parse().unwrap(), &ListGrantsOfBenefit::default()).await.map(drop)
        }
        ("GET", "/v1/webhooks/endpoints") => client.webhook_endpoints().list(None, None).await.map(drop),
        ("POST", "/v1/webhooks/endpoints") => client.webhook_endpoints().create(&endpoint).await.map(drop),
        ("PATCH", "/v1/webhooks/endpoints/{id}") => {
            client.webhook_endpoints().update(ID.parse().unwrap(), &UpdateWebhookEndpoint::default()).await.map(drop)
        }
        ("GET", "/v1/webhooks/deliveries") => {
            client.webhook_endpoints().deliveries(ID.parse().unwrap(), 3).await.map(drop)
        }
        ("GET", "/v1/customer-portal/downloadables/") => {
            portal.downloadables(&ListDownloadables::default()).await.map(drop)
        }
        ("GET", "/v1/customer-portal/orders/") => portal.orders(&ListPortalOrders::default()).await.map(drop),
        ("GET", "/v1/customer-portal/orders/{id}") => portal.order_find(ID.parse().unwrap()).await.map(drop),
        ("GET", "/v1/customer-portal/orders/{id}/invoice") => portal.order_invoice(ID.parse().unwrap()).await.map(drop),
        ("GET", "/v1/customer-portal/benefit-grants/") => {
            portal.benefit_grants(&ListBenefitGrants::default()).await.map(drop)
        }
        ("GET", "/v1/customer-portal/subscriptions/") => {
            portal.subscriptions(&ListPortalSubscriptions::default()).await.map(drop)
        }
        ("GET", "/v1/customer-portal/customers/me") => portal.me().await.map(drop),
        ("GET", "/v1/customer-portal/customer-session/user") => portal.user().await.map(drop),
        ("GET", "/v1/customer-portal/customer-session/introspect") => portal.introspect().await.map(drop),
        _ => panic!("no call for {method} {route}"),
    }
}

/// What the crate must make of an answer, told from the answer alone.
fn expected(recording: &Recording) -> &'static str {
    let body = recording.received();
    match (recording.status(), body["error"].as_str()) {
        (200 | 201, _) => "ok",
        (401, _) => "unauthorized",
        (403, Some("insufficient_scope")) => "insufficient scope",
        // Look-ups answer `None`, whatever else refuses.
        (404, Some(_)) => "ok or refused",
        (404, None) if recording.response_header("polar-version").is_none() => "unknown version",
        (404 | 400, None) => "unexpected",
        (422, Some("PolarRequestValidationError")) if body["detail"][0]["msg"] == "Customer does not exist." => {
            "ok or rejected"
        }
        (422, Some(_)) if body["detail"].is_array() => "rejected",
        (429, _) => "rate limited",
        (_, Some(_)) => "refused",
        (status, None) => panic!("{status} in {}", recording.name),
    }
}

fn outcome(result: &Result<(), Error>) -> &'static str {
    match result {
        Ok(()) => "ok",
        Err(Error::Rejected { .. }) => "rejected",
        Err(Error::Refused { .. }) => "refused",
        Err(Error::Unauthorized) => "unauthorized",
        Err(Error::InsufficientScope) => "insufficient scope",
        Err(Error::UnknownVersion) => "unknown version",
        Err(Error::RateLimited { .. }) => "rate limited",
        Err(Error::Timeout) => "timeout",
        Err(Error::Unavailable { .. }) => "unavailable",
        Err(Error::Unexpected { .. }) => "unexpected",
    }
}

/// Whether a path is of a route.
pub(crate) fn matches(template: &str, path: &str) -> bool {
    let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    template.len() == path.len()
        && template.iter().zip(&path).all(|(wanted, given)| {
            // `/checkouts/client` is no checkout called "client".
            let value = !given.is_empty() && !matches!(*given, "client" | "external");
            wanted == given || (wanted.starts_with('{') && value)
        })
}

/// Fields that Polar still sends and that its description of the API does not have any more, or marks as deprecated.
const GIVEN_UP: [&str; 7] = [
    "customer_external_id",
    "is_business_customer",
    "price_id",
    "product_price",
    "product_price_id",
    "user",
    "user_id",
];

/// Makes an object what a later Polar may send: without the fields that it has announced to remove, with a new field, and without e-mail
/// addresses.
fn of_a_later_polar(object: &mut Map<String, Value>) {
    object.retain(|name, _| !GIVEN_UP.contains(&name.as_str()));
    if object.contains_key("amount_type") {
        // Of a price; `amount_type` has taken its place.
        object.remove("type");
    }
    if object.contains_key("billing_reason") {
        // Of an order; `net_amount` has taken its place.
        object.remove("amount");
    }
    for address in ["email", "customer_email"] {
        if let Some(address) = object.get_mut(address) {
            *address = Value::Null;
        }
    }
    if object.contains_key("id") {
        object.insert("of_a_later_version".to_owned(), json!({ "nested": [1] }));
    }
}

#[tokio::test]
async fn every_recording_is_understood() {
    understand(Recording::all()).await;
}

#[tokio::test]
async fn what_a_later_polar_leaves_out_adds_or_hides_is_understood() {
    let mut recordings = Recording::all();
    for recording in recordings.iter_mut().filter(|recording| recording.status() < 300) {
        recording.change_objects(&of_a_later_polar);
    }
    understand(recordings).await;
}

async fn understand(recordings: Vec<Recording>) {
    let mut counts = BTreeMap::new();
    for recording in recordings {
        let route = ROUTES.iter().find(|(method, template, _)| {
            *method == recording.method() && matches(template, recording.path()) && recording.status() != 0
        });
        let Some((method, template, _)) = route else { continue };
        *counts.entry((*method, *template)).or_insert(0) += 1;

        let polar = Polar::recorded(&recording).await;
        let result = call(&polar.client, method, template).await;

        let (expected, outcome) = (expected(&recording), outcome(&result));
        assert!(expected.split(" or ").any(|word| word == outcome), "{}: {expected}, not {result:?}", recording.name);
    }
    let counted: Vec<_> = ROUTES.iter().map(|(method, route, _)| counts.get(&(*method, *route)).copied()).collect();
    let wanted: Vec<_> = ROUTES.iter().map(|(_, _, count)| Some(*count)).collect();
    assert_eq!(counted, wanted);
    println!("{} recordings of {} routes understood", counts.values().sum::<usize>(), counts.len());
}
