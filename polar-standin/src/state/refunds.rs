//! Money given back.

use http::StatusCode;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::answer::Refusal;
use crate::ledger::Refund;
use crate::state::State;

/// A refund as it is asked for.
#[derive(Debug)]
pub(crate) struct NewRefund {
    pub(crate) order_id: Uuid,
    pub(crate) reason: String,
    pub(crate) amount: i64,
    pub(crate) revoke_benefits: bool,
    pub(crate) metadata: Map<String, Value>,
}

impl State {
    /// Gives some money of an order back, if Polar would (recordings 629, 957, 965).
    pub(crate) fn refund_some(&mut self, wanted: NewRefund) -> Result<Uuid, Refusal> {
        let missing =
            || Refusal::rejected("value_error", &[json!("order_id")], "Order not found", &json!(wanted.order_id));
        let order = self.ledger.order(wanted.order_id).ok_or_else(missing)?;
        if order.is_refunded {
            return Err(Refusal::Error {
                status: StatusCode::FORBIDDEN,
                class: "RefundedAlready",
                detail: format!("Order is already fully refunded: {}", order.id),
            });
        }
        if wanted.amount > order.net_amount() - order.refunded_amount {
            let message = "Refund amount exceeds refundable amount";
            return Err(Refusal::rejected("value_error", &[json!("amount")], message, &json!(wanted.amount)));
        }
        if wanted.revoke_benefits && order.subscription_id.is_some() {
            return Err(Refusal::Error {
                status: StatusCode::BAD_REQUEST,
                class: "RevokeSubscriptionBenefitsProhibited",
                detail: "Subscription benefits can only be revoked upon cancellation".to_owned(),
            });
        }
        Ok(self.give_back(wanted))
    }

    /// Refunds what is left of an order; the end of its subscription comes with `revoke`. False if there is no order.
    pub(crate) fn refund(&mut self, order_id: Uuid, revoke: bool) -> bool {
        let Some(order) = self.ledger.order(order_id) else {
            return false;
        };
        let (amount, subscription_id) = (order.net_amount() - order.refunded_amount, order.subscription_id);
        let reason = "customer_request".to_owned();
        self.give_back(NewRefund { order_id, reason, amount, revoke_benefits: revoke, metadata: Map::new() });
        if let Some(id) = subscription_id.filter(|_| revoke) {
            self.end_subscription(id);
        }
        true
    }

    /// Closes a dispute over an order: its benefits go, whoever has won, and the order stays paid. False if there is no order.
    pub(crate) fn close_dispute(&mut self, order_id: Uuid) -> bool {
        let Some(order) = self.ledger.order(order_id) else {
            return false;
        };
        let grants = self.grants_of(order);
        let losers = self.revoke(&grants);
        self.announce_states(&losers);
        true
    }

    /// Events come in the order of recording 891; benefits go only if asked for (recordings 958, 960).
    fn give_back(&mut self, wanted: NewRefund) -> Uuid {
        let now = self.now();
        let NewRefund { order_id, reason, amount, revoke_benefits, metadata } = wanted;
        let id = Uuid::new_v4();
        if amount > 0 {
            let refund = Refund { id, created_at: now, order_id, reason, amount, revoke_benefits, metadata };
            self.ledger.refunds.push(refund);
            self.announce_refund("refund.created", id);
        }
        if let Some(order) = self.ledger.order_mut(order_id) {
            order.refunded_amount += amount;
            order.is_refunded = order.refunded_amount == order.net_amount();
            order.modified_at = Some(now);
        }
        self.announce_order("order.updated", order_id);
        self.announce_order("order.refunded", order_id);
        let order = self.ledger.order(order_id).filter(|order| revoke_benefits && order.subscription_id.is_none());
        let grants = order.map(|order| self.grants_of(order)).unwrap_or_default();
        let losers = self.revoke(&grants);
        self.announce_states(&losers);
        id
    }
}
