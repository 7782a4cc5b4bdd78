use serde_json::{Value, json};

use super::extend;
use crate::clock::written;
use crate::shop::{Discount, opening_day};
use crate::state::State;

/// A discount as a checkout shows it (recording 2e3).
pub(super) fn discount_shape(discount: &Discount) -> Value {
    json!({"duration": "once", "type": "percentage", "basis_points": discount.basis_points, "id": discount.id,
        "name": discount.name, "code": discount.code})
}

impl State {
    /// A discount as an order shows it: whole, but for its products (recording 2e0; Polar's clients insist on it).
    pub(super) fn order_discount_shape(&self, discount: &Discount) -> Value {
        let redemptions = self.ledger.orders.iter().filter(|order| order.discount_id == Some(discount.id)).count();
        extend(
            discount_shape(discount),
            json!({
                "created_at": written(opening_day()),
                "modified_at": null,
                "metadata": {},
                "starts_at": null,
                "ends_at": null,
                "max_redemptions": null,
                "max_redemptions_per_customer": null,
                "redemptions_count": redemptions,
                "organization_id": self.shop.organization.id,
            }),
        )
    }
}
