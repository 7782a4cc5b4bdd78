use serde_json::{Value, json};

use super::{extend, maybe};
use crate::clock::written;
use crate::ledger::{Activation, LicenseKey};
use crate::state::State;

impl State {
    /// A licence key with its customer.
    pub(crate) fn license_key_shape(&self, key: &LicenseKey) -> Value {
        let customer = self.ledger.customer_ever(key.customer_id);
        json!({
            "id": key.id,
            "created_at": written(key.created_at),
            "modified_at": maybe(key.modified_at),
            "organization_id": self.shop.organization.id,
            "customer_id": key.customer_id,
            "member_id": customer.map(crate::ledger::Customer::member_id),
            "member": customer.map(|customer| json!({"id": customer.member_id(), "email": customer.email,
                "external_id": customer.external_id})),
            "customer": customer.map(|customer| self.customer_shape(customer)),
            "benefit_id": key.benefit_id,
            "key": key.key,
            "display_key": display_key(&key.key),
            "status": if key.is_granted { "granted" } else { "revoked" },
            "limit_activations": key.limit_activations,
            "usage": key.usage,
            "limit_usage": key.limit_usage,
            "validations": key.validations,
            "last_validated_at": maybe(key.last_validated_at),
            "expires_at": null,
        })
    }

    /// One activation with its key.
    pub(crate) fn activation_shape(&self, key: &LicenseKey, activation: &Activation) -> Value {
        extend(bare_activation_shape(key, activation), json!({"license_key": self.license_key_shape(key)}))
    }
}

/// One activation alone.
pub(crate) fn bare_activation_shape(key: &LicenseKey, activation: &Activation) -> Value {
    json!({
        "id": activation.id,
        "license_key_id": key.id,
        "label": activation.label,
        "meta": activation.meta,
        "created_at": written(activation.created_at),
        "modified_at": null,
    })
}

/// The key without its middle.
pub(super) fn display_key(key: &str) -> String {
    let tail: String = key.chars().skip(key.chars().count().saturating_sub(6)).collect();
    format!("****-{tail}")
}
