//! The events that webhooks tell of, each with the object that it is about.

use std::collections::BTreeSet;

use serde_json::Value;
use uuid::Uuid;

use crate::ledger::Grant;
use crate::state::State;
use crate::state::shape::member_shape;

impl State {
    pub(crate) fn announce_checkout(&mut self, kind: &str, id: Uuid) {
        self.announce(kind, |state| Some(state.checkout_shape(state.ledger.checkout(id)?)));
    }

    /// A customer event; each is followed by one of the customer's state, as in Polar.
    pub(crate) fn announce_customer(&mut self, kind: &str, id: Uuid) {
        self.announce(kind, |state| Some(state.customer_shape(state.ledger.customer_ever(id)?)));
        self.announce_state(id);
    }

    /// `customer.state_changed`: all that the customer has now.
    pub(crate) fn announce_state(&mut self, customer_id: Uuid) {
        self.announce("customer.state_changed", |state| {
            Some(state.customer_state_shape(state.ledger.customer_ever(customer_id)?))
        });
    }

    /// One state event per customer, however much changed for them (Polar waits two seconds for more; recording 890).
    pub(crate) fn announce_states(&mut self, customers: &BTreeSet<Uuid>) {
        for customer_id in customers {
            self.announce_state(*customer_id);
        }
    }

    pub(crate) fn announce_member(&mut self, kind: &str, customer_id: Uuid) {
        self.announce(kind, |state| Some(member_shape(state.ledger.customer_ever(customer_id)?)));
    }

    pub(crate) fn announce_order(&mut self, kind: &str, id: Uuid) {
        self.announce(kind, |state| Some(state.order_shape(state.ledger.order(id)?)));
    }

    pub(crate) fn announce_refund(&mut self, kind: &str, id: Uuid) {
        self.announce(kind, |state| {
            let refund = state.ledger.refunds.iter().find(|refund| refund.id == id)?;
            Some(state.refund_shape(refund))
        });
    }

    pub(crate) fn announce_subscription(&mut self, kind: &str, id: Uuid) {
        self.announce(kind, |state| Some(state.subscription_shape(state.ledger.subscription(id)?)));
    }

    pub(crate) fn announce_product(&mut self, kind: &str, id: Uuid) {
        self.announce(kind, |state| Some(state.product_shape(state.shop.product(id)?, None)));
    }

    pub(crate) fn announce_benefit(&mut self, kind: &str, id: Uuid) {
        self.announce(kind, |state| Some(state.benefit_shape(state.shop.benefit(id)?)));
    }

    /// A grant event, with what the grant gave before (recordings 813, 816, 817).
    pub(crate) fn announce_grant(&mut self, kind: &str, id: Uuid, previous: Value) {
        self.announce(kind, |state| {
            let mut shape = state.grant_shape(state.ledger.grants.iter().find(|grant| grant.id == id)?)?;
            shape["previous_properties"] = previous;
            Some(shape)
        });
    }

    /// What a grant gives now.
    pub(crate) fn properties_of(&self, grant: &Grant) -> Value {
        let benefit = self.shop.benefit(grant.benefit_id);
        benefit.map_or(Value::Null, |benefit| self.grant_properties(grant, benefit))
    }
}
