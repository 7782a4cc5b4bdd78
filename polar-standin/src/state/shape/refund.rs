use serde_json::{Value, json};

use crate::clock::written;
use crate::ledger::Refund;
use crate::state::State;

impl State {
    /// A refund (recording 957).
    pub(crate) fn refund_shape(&self, refund: &Refund) -> Value {
        let order = self.ledger.order(refund.order_id);
        json!({
            "created_at": written(refund.created_at),
            "modified_at": null,
            "id": refund.id,
            "metadata": refund.metadata,
            "status": "succeeded",
            "reason": refund.reason,
            "amount": refund.amount,
            "tax_amount": 0,
            "currency": order.map(|order| &order.currency),
            "organization_id": self.shop.organization.id,
            "order_id": refund.order_id,
            "subscription_id": order.and_then(|order| order.subscription_id),
            "customer_id": order.map(|order| order.customer_id),
            "revoke_benefits": refund.revoke_benefits,
            "dispute": null,
        })
    }
}
