use serde_json::{Value, json};

use super::subscription::ends_at;
use super::{extend, maybe};
use crate::clock::written;
use crate::ledger::{Customer, Grant, Subscription};
use crate::state::State;
use crate::tokens::{hex, sha256};

impl State {
    /// The organization's view (recording 410).
    pub(crate) fn customer_shape(&self, customer: &Customer) -> Value {
        json!({
            "id": customer.id,
            "created_at": written(customer.created_at),
            "modified_at": maybe(customer.modified_at),
            "metadata": customer.metadata,
            "external_id": customer.external_id,
            "email": customer.email,
            "email_verified": customer.email_verified,
            "type": "individual",
            "name": customer.name,
            "billing_name": customer.name,
            "billing_address": customer.billing_address,
            "tax_id": null,
            "locale": "en",
            "organization_id": self.shop.organization.id,
            "default_payment_method_id": null,
            "deleted_at": maybe(customer.deleted_at),
            "first_user_event_at": null,
            "avatar_url": avatar(customer),
        })
    }

    /// Everything a customer holds (recording 414): one entry per grant, bought twice is there twice.
    pub(crate) fn customer_state_shape(&self, customer: &Customer) -> Value {
        let of_customer = |grant: &&Grant| grant.customer_id == customer.id && grant.is_granted();
        let mut grants: Vec<&Grant> = self.ledger.grants.iter().filter(of_customer).collect();
        grants.sort_by_key(|grant| grant.benefit_id);
        let grants: Vec<Value> = grants.into_iter().filter_map(|grant| self.state_grant_shape(grant)).collect();
        let held = self.ledger.subscriptions.iter();
        let held = held.filter(|held| held.customer_id == customer.id && held.is_active());
        let held: Vec<Value> = held.map(|held| self.state_subscription_shape(held)).collect();
        extend(
            self.customer_shape(customer),
            json!({"active_subscriptions": held, "granted_benefits": grants, "active_meters": []}),
        )
    }

    fn state_grant_shape(&self, grant: &Grant) -> Option<Value> {
        let benefit = self.shop.benefit(grant.benefit_id)?;
        Some(json!({
            "id": grant.id,
            "created_at": written(grant.created_at),
            "modified_at": maybe(grant.modified_at),
            "granted_at": written(grant.granted_at),
            "benefit_id": benefit.id,
            "benefit_type": benefit.type_name(),
            "benefit_metadata": benefit.metadata,
            "properties": self.grant_properties(grant, benefit),
        }))
    }

    fn state_subscription_shape(&self, held: &Subscription) -> Value {
        let product = self.shop.product(held.product_id);
        json!({
            "id": held.id,
            "created_at": written(held.created_at),
            "modified_at": maybe(held.modified_at),
            "custom_field_data": {},
            "metadata": {},
            "status": "active",
            "amount": held.amount,
            "currency": held.currency,
            "seats": null,
            "units": null,
            "recurring_interval": product.and_then(|product| product.recurring).map(crate::shop::Interval::name),
            "current_period_start": written(held.created_at),
            "current_period_end": written(held.current_period_end),
            "trial_start": null,
            "trial_end": null,
            "cancel_at_period_end": held.is_running_out(),
            "canceled_at": maybe(held.canceled_at),
            "started_at": written(held.created_at),
            "ends_at": maybe(ends_at(held)),
            "product_id": held.product_id,
            "discount_id": null,
            "price_id": product.and_then(|product| product.price_in(&held.currency)).map(|price| price.id),
            "meters": [],
        })
    }
}

/// What customers see of themselves (recording 540).
pub(crate) fn portal_customer_shape(customer: &Customer) -> Value {
    json!({
        "created_at": written(customer.created_at),
        "modified_at": maybe(customer.modified_at),
        "id": customer.id,
        "email": customer.email,
        "email_verified": customer.email_verified,
        "name": customer.name,
        "billing_name": customer.name,
        "billing_address": customer.billing_address,
        "tax_id": null,
        "oauth_accounts": {},
        "default_payment_method_id": null,
        "type": "individual",
        "locale": "en",
    })
}

/// The owner member of a customer (recording 609).
pub(crate) fn member_shape(customer: &Customer) -> Value {
    json!({
        "id": customer.member_id(),
        "created_at": written(customer.created_at),
        "modified_at": null,
        "customer_id": customer.id,
        "email": customer.email,
        "name": customer.name,
        "external_id": customer.external_id,
        "role": "owner",
    })
}

/// The address of a picture that need not exist.
pub(super) fn avatar(customer: &Customer) -> String {
    let digest = hex(&sha256(customer.email.to_lowercase().as_bytes()));
    format!("https://www.gravatar.com/avatar/{digest}?d=404")
}
