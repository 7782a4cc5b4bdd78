//! How subscriptions end, and how they fall behind.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::ledger::{Grant, Order, Subscription};
use crate::state::State;

impl State {
    /// Lets a subscription run out with its period. False if there is none that runs on.
    pub(crate) fn cancel_at_period_end(&mut self, id: Uuid) -> bool {
        let now = self.now();
        let runs_on = |held: &&mut Subscription| held.canceled_at.is_none() && held.ended_at.is_none();
        let Some(held) = self.ledger.subscription_mut(id).filter(runs_on) else {
            return false;
        };
        (held.canceled_at, held.modified_at) = (Some(now), Some(now));
        let customer_id = held.customer_id;
        self.announce_subscription("subscription.updated", id);
        self.announce_subscription("subscription.canceled", id);
        self.announce_state(customer_id);
        true
    }

    /// Ends a subscription now, and takes its benefits away. False if there is none that goes on.
    pub(crate) fn end_subscription(&mut self, id: Uuid) -> bool {
        let now = self.now();
        let Some(held) = self.ledger.subscription_mut(id).filter(|held| held.ended_at.is_none()) else {
            return false;
        };
        let was_canceled = held.canceled_at.is_some();
        held.canceled_at.get_or_insert(now);
        (held.ended_at, held.modified_at) = (Some(now), Some(now));
        self.announce_subscription("subscription.updated", id);
        if !was_canceled {
            self.announce_subscription("subscription.canceled", id);
        }
        self.announce_subscription("subscription.revoked", id);
        self.revoke_of_subscription(id);
        true
    }

    /// A renewal was not paid: without a period of grace the benefits go at once. False if there is none that is active.
    pub(crate) fn fall_behind(&mut self, id: Uuid) -> bool {
        let now = self.now();
        let Some(held) = self.ledger.subscription_mut(id).filter(|held| held.is_active()) else {
            return false;
        };
        (held.past_due_at, held.modified_at) = (Some(now), Some(now));
        self.announce_subscription("subscription.updated", id);
        self.announce_subscription("subscription.past_due", id);
        self.revoke_of_subscription(id);
        true
    }

    /// The renewal was paid after all: the benefits come back. False if there is none that is behind.
    pub(crate) fn catch_up(&mut self, id: Uuid) -> bool {
        let now = self.now();
        let Some(held) = self.ledger.subscription_mut(id).filter(|held| held.status() == "past_due") else {
            return false;
        };
        (held.past_due_at, held.modified_at) = (None, Some(now));
        let (customer_id, product_id) = (held.customer_id, held.product_id);
        self.announce_subscription("subscription.updated", id);
        self.announce_subscription("subscription.active", id);
        let order = self.ledger.orders.iter().find(|order| order.subscription_id == Some(id)).cloned();
        let benefits = self.shop.product(product_id).map(|product| product.benefits.clone()).unwrap_or_default();
        for (order, benefit_id) in order.iter().flat_map(|order: &Order| benefits.iter().map(move |id| (order, *id))) {
            self.grant_benefit(order, benefit_id);
        }
        self.announce_state(customer_id);
        true
    }

    /// Ends those whose last period is over; true if there were any.
    pub(crate) fn end_run_out(&mut self) -> bool {
        let now = self.now();
        let is_over = |held: &&Subscription| held.is_running_out() && held.current_period_end <= now;
        let over: Vec<Uuid> = self.ledger.subscriptions.iter().filter(is_over).map(|held| held.id).collect();
        for id in &over {
            self.end_subscription(*id);
        }
        !over.is_empty()
    }

    fn revoke_of_subscription(&mut self, id: Uuid) {
        let of_it = |grant: &&Grant| grant.subscription_id == Some(id);
        let grants: Vec<Uuid> = self.ledger.grants.iter().filter(of_it).map(|grant| grant.id).collect();
        self.revoke(&grants);
        let customer: BTreeSet<Uuid> = self.ledger.subscription(id).map(|held| held.customer_id).into_iter().collect();
        self.announce_states(&customer);
    }
}
