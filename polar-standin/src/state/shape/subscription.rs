use jiff::Timestamp;
use serde_json::{Value, json};

use super::product::{price_shape_in, price_shapes};
use super::{extend, maybe};
use crate::clock::written;
use crate::ledger::Subscription;
use crate::shop::Interval;
use crate::state::State;

impl State {
    /// The organization's view, as Polar's description of its API has it: webhooks carry it.
    pub(crate) fn subscription_shape(&self, held: &Subscription) -> Value {
        let product = self.shop.product(held.product_id);
        let customer = self.ledger.customer_ever(held.customer_id);
        extend(
            self.subscription_facts(held),
            json!({
                "metadata": {},
                "custom_field_data": {},
                "customer": customer.map(|customer| self.customer_shape(customer)),
                "product": product.map(|product| self.product_shape(product, None)),
                "discount": null,
                "prices": product.map(price_shapes),
                "meters": [],
                "pending_update": null,
            }),
        )
    }

    /// The buyer's view (recording 2d5).
    pub(crate) fn portal_subscription_shape(&self, held: &Subscription) -> Value {
        let product = self.shop.product(held.product_id);
        let price = product.map(|product| price_shape_in(product, &held.currency));
        extend(
            self.subscription_facts(held),
            json!({
                "price_id": price.as_ref().map(|price| &price["id"]),
                "user_id": held.customer_id,
                "product": product.map(|product| self.portal_product_shape(product)),
                "price": price,
                "prices": product.map(price_shapes),
                "meters": [],
                "pending_update": null,
            }),
        )
    }

    pub(crate) fn subscription_facts(&self, held: &Subscription) -> Value {
        let interval = self.shop.product(held.product_id).and_then(|product| product.recurring);
        json!({
            "created_at": written(held.created_at),
            "modified_at": maybe(held.modified_at),
            "id": held.id,
            "amount": held.amount,
            "currency": held.currency,
            "recurring_interval": interval.map(Interval::name),
            "recurring_interval_count": 1,
            "status": held.status(),
            "current_period_start": written(held.created_at),
            "current_period_end": written(held.current_period_end),
            "current_meter_period_start": null,
            "current_meter_period_end": null,
            "trial_start": null,
            "trial_end": null,
            "cancel_at_period_end": held.is_running_out(),
            "canceled_at": maybe(held.canceled_at),
            "started_at": written(held.created_at),
            "ends_at": maybe(ends_at(held)),
            "ended_at": maybe(held.ended_at),
            "past_due_at": maybe(held.past_due_at),
            "pause_at_period_end": false,
            "paused_at": null,
            "resumes_at": null,
            "customer_id": held.customer_id,
            "product_id": held.product_id,
            "discount_id": null,
            "checkout_id": held.checkout_id,
            "seats": null,
            "units": null,
            "customer_cancellation_reason": null,
            "customer_cancellation_comment": null,
        })
    }
}

/// When access ends or ended; unknown while it renews itself.
pub(super) fn ends_at(held: &Subscription) -> Option<Timestamp> {
    held.ended_at.or_else(|| held.is_running_out().then_some(held.current_period_end))
}
