use serde_json::{Value, json};

use super::customer::{member_shape, portal_customer_shape};
use super::maybe;
use crate::clock::written;
use crate::ledger::Grant;
use crate::shop::{Benefit, Kind};
use crate::state::State;

impl State {
    /// The organization's view (recording 609).
    pub(crate) fn grant_shape(&self, grant: &Grant) -> Option<Value> {
        let customer = self.ledger.customer_ever(grant.customer_id)?;
        let benefit = self.shop.benefit(grant.benefit_id)?;
        let mut shape = self.grant_facts(grant, benefit);
        shape["customer"] = self.customer_shape(customer);
        shape["member"] = member_shape(customer);
        shape["benefit"] = self.benefit_shape(benefit);
        shape["user_id"] = json!(customer.id);
        Some(shape)
    }

    /// The buyer's view (recording 549).
    pub(crate) fn portal_grant_shape(&self, grant: &Grant) -> Option<Value> {
        let customer = self.ledger.customer_ever(grant.customer_id)?;
        let benefit = self.shop.benefit(grant.benefit_id)?;
        let mut shape = self.grant_facts(grant, benefit);
        shape["customer"] = portal_customer_shape(customer);
        shape["benefit"] = self.held_benefit_shape(benefit);
        Some(shape)
    }

    /// What the grant gives: file ids, or a licence key.
    pub(crate) fn grant_properties(&self, grant: &Grant, benefit: &Benefit) -> Value {
        match &benefit.kind {
            Kind::Downloadables { .. } => json!({"files": benefit.active_files()}),
            Kind::Custom { .. } => json!({}),
            Kind::LicenseKeys { .. } => {
                let key = self.ledger.license_keys.iter().find(|key| Some(key.id) == grant.license_key_id);
                key.map_or(
                    json!({}),
                    |key| json!({"license_key_id": key.id, "display_key": super::license_key::display_key(&key.key)}),
                )
            }
        }
    }

    fn grant_facts(&self, grant: &Grant, benefit: &Benefit) -> Value {
        json!({
            "created_at": written(grant.created_at),
            "modified_at": maybe(grant.modified_at),
            "id": grant.id,
            "granted_at": grant.is_granted().then(|| written(grant.granted_at)),
            "revoked_at": maybe(grant.revoked_at),
            "customer_id": grant.customer_id,
            "member_id": self.ledger.customer_ever(grant.customer_id).map(crate::ledger::Customer::member_id),
            "benefit_id": grant.benefit_id,
            "subscription_id": grant.subscription_id,
            "order_id": grant.order_id,
            "is_granted": grant.is_granted(),
            "is_revoked": !grant.is_granted(),
            "error": null,
            "properties": self.grant_properties(grant, benefit),
        })
    }
}
