//! Benefit grants: given with an order, taken away, changed with their benefit.

use std::collections::BTreeSet;

use serde_json::json;
use uuid::Uuid;

use crate::ledger::{Downloadable, Grant, LicenseKey, Order};
use crate::shop::{Benefit, Kind, derived_id};
use crate::state::State;

impl State {
    /// Gives the benefits of an order.
    pub(crate) fn grant(&mut self, order_id: Uuid) {
        let Some(order) = self.ledger.order(order_id).cloned() else {
            return;
        };
        let benefits = self.shop.product(order.product_id).map(|product| product.benefits.clone()).unwrap_or_default();
        for benefit_id in &benefits {
            self.grant_benefit(&order, *benefit_id);
        }
        if !benefits.is_empty() {
            self.announce_state(order.customer_id);
        }
        // The payment company's fee is known a little later (recording 891).
        if order.net_amount() > 0 {
            self.announce_order("order.updated", order_id);
        }
    }

    /// Gives one benefit for an order, anew if it was taken away before; false if the order gives it already.
    pub(crate) fn grant_benefit(&mut self, order: &Order, benefit_id: Uuid) -> bool {
        let now = self.now();
        let of_order = |grant: &&mut Grant| grant.benefit_id == benefit_id && is_of(grant, order);
        let id = match self.ledger.grants.iter_mut().find(of_order) {
            Some(grant) if grant.is_granted() => return false,
            Some(grant) => {
                grant.revoked_at = None;
                (grant.granted_at, grant.modified_at) = (now, Some(now));
                let (id, key) = (grant.id, grant.license_key_id);
                self.ledger
                    .license_keys
                    .iter_mut()
                    .filter(|one| Some(one.id) == key)
                    .for_each(|key| key.is_granted = true);
                id
            }
            None => self.new_grant(order, benefit_id),
        };
        self.refresh_downloadables(order.customer_id, benefit_id);
        self.announce_grant("benefit_grant.created", id, json!({}));
        true
    }

    fn new_grant(&mut self, order: &Order, benefit_id: Uuid) -> Uuid {
        let now = self.now();
        let license_key_id = self.license_key(order.customer_id, benefit_id);
        let place = self.ledger.grants.iter().filter(|grant| is_of(grant, order)).count();
        let id = derived_id(derived_id(order.id, 0x60), u8::try_from(place).unwrap_or(u8::MAX));
        self.ledger.grants.push(Grant {
            id,
            created_at: now,
            modified_at: None,
            granted_at: now,
            revoked_at: None,
            customer_id: order.customer_id,
            benefit_id,
            // A grant hangs on the subscription if there is one, else on the order.
            order_id: order.subscription_id.is_none().then_some(order.id),
            subscription_id: order.subscription_id,
            license_key_id,
        });
        id
    }

    fn license_key(&mut self, customer_id: Uuid, benefit_id: Uuid) -> Option<Uuid> {
        let Kind::LicenseKeys { prefix, limit_activations, limit_usage } = &self.shop.benefit(benefit_id)?.kind else {
            return None;
        };
        let id = Uuid::new_v4();
        let key = LicenseKey {
            id,
            created_at: self.now(),
            modified_at: None,
            customer_id,
            benefit_id,
            key: format!("{prefix}-{}", Uuid::new_v4().to_string().to_uppercase()),
            is_granted: true,
            usage: 0,
            limit_activations: *limit_activations,
            limit_usage: *limit_usage,
            validations: 0,
            last_validated_at: None,
            activations: Vec::new(),
        };
        self.ledger.license_keys.push(key);
        Some(id)
    }

    /// Takes grants away; a file stays while another grant of its benefit gives it. Gives the customers who lost one.
    pub(crate) fn revoke(&mut self, grants: &[Uuid]) -> BTreeSet<Uuid> {
        let now = self.now();
        let mut touched = Vec::new();
        for grant in self.ledger.grants.iter_mut().filter(|grant| grants.contains(&grant.id) && grant.is_granted()) {
            grant.revoked_at = Some(now);
            grant.modified_at = Some(now);
            touched.push(grant.clone());
            for key in self.ledger.license_keys.iter_mut().filter(|key| Some(key.id) == grant.license_key_id) {
                key.is_granted = false;
            }
        }
        for grant in &touched {
            self.refresh_downloadables(grant.customer_id, grant.benefit_id);
            // Its properties still list the files (recording 817).
            self.announce_grant("benefit_grant.revoked", grant.id, self.properties_of(grant));
        }
        touched.iter().map(|grant| grant.customer_id).collect()
    }

    /// The grants of one order, or of its subscription.
    pub(crate) fn grants_of(&self, order: &Order) -> Vec<Uuid> {
        self.ledger.grants.iter().filter(|grant| is_of(grant, order)).map(|grant| grant.id).collect()
    }

    /// Makes the rows of a customer's downloads fit the grants of a benefit.
    pub(crate) fn refresh_downloadables(&mut self, customer_id: Uuid, benefit_id: Uuid) {
        let of_both = |grant: &&Grant| grant.customer_id == customer_id && grant.benefit_id == benefit_id;
        let is_held = self.ledger.grants.iter().filter(of_both).any(Grant::is_granted);
        let is_theirs = |row: &&mut Downloadable| row.customer_id == customer_id && row.benefit_id == benefit_id;
        let mut missing = self.shop.benefit(benefit_id).map(Benefit::active_files).unwrap_or_default();
        for row in self.ledger.downloadables.iter_mut().filter(is_theirs) {
            row.is_granted = is_held;
            missing.retain(|file_id| *file_id != row.file_id);
        }
        for file_id in missing.into_iter().filter(|_| is_held) {
            let (id, created_at) = (Uuid::new_v4(), self.now());
            let row = Downloadable { id, created_at, customer_id, benefit_id, file_id, is_granted: true, downloads: 0 };
            self.ledger.downloadables.push(row);
        }
    }
}

/// Whether an order gave the grant; grants of a subscription belong to all of its orders.
fn is_of(grant: &Grant, order: &Order) -> bool {
    grant.order_id == Some(order.id)
        || (order.subscription_id.is_some() && grant.subscription_id == order.subscription_id)
}
