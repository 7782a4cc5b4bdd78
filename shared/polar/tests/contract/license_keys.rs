//! Licence keys. There are no recordings of them: the answers here are written by hand after Polar's schema.

use polar::{
    ActivateLicenseKey, CustomerToken, DeactivateLicenseKey, Error, LicenseKeyStatus, ListPortalLicenseKeys, Metadata,
    Refusal, ValidateLicenseKey,
};
use serde_json::{Value, json};

use crate::polar::{Answer, Polar};

const ORGANIZATION: &str = "a3bd941f-1bf2-40f6-835e-aec6d3ac4e1e";
const BENEFIT: &str = "13a00407-5a61-410c-b63b-03da0ff33181";
const ACTIVATION: &str = "0f8f5f0a-6c3e-4b7e-9d1b-6a1b2c3d4e5f";

fn key() -> Value {
    json!({
        "id": "6b37a590-d2bb-4544-8b58-b09d0f5d8460", "created_at": "2026-11-21T11:02:20Z", "modified_at": null,
        "organization_id": ORGANIZATION, "customer_id": "313d1804-0782-4070-9556-1c2c8ee875fc",
        "customer": {"email": "jane@shop.test"}, "benefit_id": BENEFIT, "key": "SHOP-1-2-3", "display_key": "****-3",
        "status": "granted", "limit_activations": 3, "usage": 7, "limit_usage": null, "validations": 12,
        "last_validated_at": null, "expires_at": "2027-11-21T11:02:20Z",
    })
}

fn activation() -> Value {
    json!({
        "id": ACTIVATION, "license_key_id": "6b37a590-d2bb-4544-8b58-b09d0f5d8460", "label": "laptop",
        "meta": {"os": "linux"}, "created_at": "2026-11-21T11:02:20Z", "modified_at": null,
    })
}

fn with(mut object: Value, name: &str, value: Value) -> Value {
    object[name] = value;
    object
}

fn validate() -> ValidateLicenseKey {
    ValidateLicenseKey {
        key: "SHOP-1-2-3".into(),
        organization_id: ORGANIZATION.parse().unwrap(),
        benefit_id: Some(BENEFIT.parse().unwrap()),
        customer_id: None,
        activation_id: None,
        increment_usage: None,
        conditions: Metadata::default(),
    }
}

#[tokio::test]
async fn a_key_is_validated_for_its_benefit() {
    let polar = Polar::answering([Answer::json(&with(key(), "activation", activation()))]).await;

    let key = polar.client.license_keys().validate(&validate()).await.unwrap().unwrap();

    let sent = polar.request();
    assert_eq!((sent.method.as_str(), sent.path.as_str()), ("POST", "/v1/license-keys/validate"));
    assert_eq!(sent.json()["benefit_id"], BENEFIT);
    assert_eq!((key.status, key.usage, key.limit_usage), (LicenseKeyStatus::Granted, 7, None));
    assert_eq!(key.activation.unwrap().label, "laptop");
}

#[tokio::test]
async fn a_key_that_does_not_hold_is_none() {
    let body = r#"{"error": "ResourceNotFound", "detail": "License key has expired."}"#;
    let polar = Polar::answering([Answer::new(404, body)]).await;

    assert_eq!(polar.client.license_keys().validate(&validate()).await.unwrap(), None);
}

#[tokio::test]
async fn a_key_is_activated_until_its_limit() {
    let activated = with(activation(), "license_key", key());
    let used_up = r#"{"error": "NotPermitted", "detail": "License key activation limit already reached"}"#;
    let polar = Polar::answering([Answer::json(&activated), Answer::new(403, used_up)]).await;
    let activate = ActivateLicenseKey {
        key: "SHOP-1-2-3".into(),
        organization_id: ORGANIZATION.parse().unwrap(),
        label: "laptop".into(),
        conditions: Metadata::default(),
        meta: [("os", "linux")].into_iter().collect(),
    };

    let activation = polar.client.license_keys().activate(&activate).await.unwrap().unwrap();
    let refused = polar.client.license_keys().activate(&activate).await;

    assert_eq!(activation.id.to_string(), ACTIVATION);
    assert_eq!(activation.license_key.key, "SHOP-1-2-3");
    assert!(matches!(refused, Err(Error::Refused { refusal: Refusal::NotPermitted })));
    assert_eq!(polar.requests()[0].json()["meta"], json!({"os": "linux"}));
}

#[tokio::test]
async fn an_activation_is_given_back_without_an_answer() {
    let unknown = r#"{"error": "ResourceNotFound", "detail": "Not found"}"#;
    let polar = Polar::answering([Answer::new(204, ""), Answer::new(404, unknown)]).await;
    let deactivate = DeactivateLicenseKey {
        key: "SHOP-1-2-3".into(),
        organization_id: ORGANIZATION.parse().unwrap(),
        activation_id: ACTIVATION.parse().unwrap(),
    };

    assert!(polar.client.license_keys().deactivate(&deactivate).await.unwrap());
    assert!(!polar.client.license_keys().deactivate(&deactivate).await.unwrap());
}

#[tokio::test]
async fn a_customer_sees_its_keys_and_their_activations() {
    let list = json!({"items": [key()], "pagination": {"total_count": 1, "max_page": 1}});
    let one = with(key(), "activations", json!([activation()]));
    let polar = Polar::answering([Answer::json(&list), Answer::json(&one)]).await;
    let token = CustomerToken::new("polar_cst_1");
    let portal = polar.client.portal(&token);

    let filter =
        ListPortalLicenseKeys { benefit_ids: vec![BENEFIT.parse().unwrap()], ..ListPortalLicenseKeys::default() };
    let keys = portal.all_license_keys(&filter).await.unwrap();
    let key = portal.license_key_find(keys[0].id).await.unwrap().unwrap();

    assert_eq!(key.activations.len(), 1);
    assert_eq!(polar.requests()[0].query[0], ("benefit_id".into(), BENEFIT.into()));
    assert_eq!(polar.requests()[1].header("authorization"), Some("Bearer polar_cst_1"));
}
