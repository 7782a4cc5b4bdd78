//! Changes of the catalog, and what they give to past buyers or take away.

use std::collections::BTreeSet;

use serde_json::Value;
use uuid::Uuid;

use crate::ledger::{Grant, Order};
use crate::shop::{File, Kind};
use crate::state::State;

impl State {
    pub(crate) fn archive_product(&mut self, id: Uuid) -> bool {
        let now = self.now();
        let Some(product) = self.shop.products.iter_mut().find(|product| product.id == id) else {
            return false;
        };
        product.is_archived = true;
        product.modified_at = Some(now);
        // A restart archives again what was archived before: that is no news.
        if self.ledger.archived.insert(id) {
            self.announce_product("product.updated", id);
        }
        true
    }

    /// Adds a file to a benefit, for past buyers too.
    pub(crate) fn add_file(&mut self, benefit_id: Uuid, file: File) -> bool {
        let file_id = file.id;
        let before = self.gifts_of(benefit_id);
        let Some(Kind::Downloadables { files, .. }) = self.kind_mut(benefit_id) else {
            return false;
        };
        if !files.contains(&file_id) {
            files.push(file_id);
        }
        self.shop.files.retain(|known| known.id != file_id);
        self.shop.files.push(file);
        self.benefit_changed(benefit_id, before);
        true
    }

    /// Takes one file of a benefit from its buyers, or gives it back (recordings 640–643).
    pub(crate) fn set_file_archived(&mut self, benefit_id: Uuid, file_id: Uuid, is_archived: bool) -> bool {
        let before = self.gifts_of(benefit_id);
        let Some(Kind::Downloadables { files, archived }) = self.kind_mut(benefit_id) else {
            return false;
        };
        if !files.contains(&file_id) {
            return false;
        }
        if is_archived {
            archived.insert(file_id);
        } else {
            archived.remove(&file_id);
        }
        self.benefit_changed(benefit_id, before);
        true
    }

    /// Adds a benefit to a product: buyers of the past get it too (recording 647).
    pub(crate) fn add_benefit(&mut self, product_id: Uuid, benefit_id: Uuid) -> bool {
        let is_known = self.shop.benefit(benefit_id).is_some();
        let product = self.shop.products.iter_mut().find(|product| product.id == product_id);
        let Some(product) = product.filter(|product| is_known && !product.benefits.contains(&benefit_id)) else {
            return false;
        };
        product.benefits.push(benefit_id);
        self.announce_product("product.updated", product_id);
        let mut winners = BTreeSet::new();
        for order in self.entitled_orders(product_id) {
            if self.grant_benefit(&order, benefit_id) {
                winners.insert(order.customer_id);
            }
        }
        self.announce_states(&winners);
        true
    }

    /// Takes a benefit off a product, and away from its buyers of the past (recording 645).
    pub(crate) fn remove_benefit(&mut self, product_id: Uuid, benefit_id: Uuid) -> bool {
        let product = self.shop.products.iter_mut().find(|product| product.id == product_id);
        let Some(product) = product.filter(|product| product.benefits.contains(&benefit_id)) else {
            return false;
        };
        product.benefits.retain(|id| *id != benefit_id);
        self.announce_product("product.updated", product_id);
        let orders = self.ledger.orders.iter().filter(|order| order.product_id == product_id);
        let grants: BTreeSet<Uuid> = orders.flat_map(|order| self.grants_of(order)).collect();
        let of_both = |grant: &&Grant| grant.benefit_id == benefit_id && grants.contains(&grant.id);
        let grants: Vec<Uuid> = self.ledger.grants.iter().filter(of_both).map(|grant| grant.id).collect();
        let losers = self.revoke(&grants);
        self.announce_states(&losers);
        true
    }

    /// Orders whose benefits stand: of customers who are there, paid, their subscription active.
    fn entitled_orders(&self, product_id: Uuid) -> Vec<Order> {
        let is_active = |id: Uuid| self.ledger.subscription(id).is_some_and(crate::ledger::Subscription::is_active);
        let is_entitled = |order: &&Order| {
            order.product_id == product_id
                && !order.is_refunded
                && self.ledger.customer(order.customer_id).is_some()
                && order.subscription_id.is_none_or(is_active)
        };
        self.ledger.orders.iter().filter(is_entitled).cloned().collect()
    }

    fn kind_mut(&mut self, benefit_id: Uuid) -> Option<&mut Kind> {
        self.shop.benefits.iter_mut().find(|benefit| benefit.id == benefit_id).map(|benefit| &mut benefit.kind)
    }

    /// What the grants of a benefit give.
    fn gifts_of(&self, benefit_id: Uuid) -> Vec<(Uuid, Value)> {
        let is_held = |grant: &&Grant| grant.benefit_id == benefit_id && grant.is_granted();
        self.ledger.grants.iter().filter(is_held).map(|grant| (grant.id, self.properties_of(grant))).collect()
    }

    /// Brings the grants of a benefit up to date (recordings 815, 816).
    fn benefit_changed(&mut self, benefit_id: Uuid, before: Vec<(Uuid, Value)>) {
        let now = self.now();
        for benefit in self.shop.benefits.iter_mut().filter(|benefit| benefit.id == benefit_id) {
            benefit.modified_at = Some(now);
        }
        self.announce_benefit("benefit.updated", benefit_id);
        let mut holders = BTreeSet::new();
        for (id, previous) in before {
            let Some(grant) = self.ledger.grants.iter_mut().find(|grant| grant.id == id) else {
                continue;
            };
            (grant.granted_at, grant.modified_at) = (now, Some(now));
            let customer_id = grant.customer_id;
            holders.insert(customer_id);
            self.refresh_downloadables(customer_id, benefit_id);
            self.announce_grant("benefit_grant.updated", id, previous);
        }
        self.announce_states(&holders);
    }
}
