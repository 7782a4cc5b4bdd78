use serde_json::{Value, json};

use super::customer::avatar;
use super::product::price_shape_in;
use super::{extend, maybe};
use crate::clock::written;
use crate::ledger::Order;
use crate::shop::{Product, derived_id};
use crate::state::State;
use crate::state::receipt_number;

impl State {
    /// The organization's view (recording 624).
    pub(crate) fn order_shape(&self, order: &Order) -> Value {
        let customer = self.ledger.customer_ever(order.customer_id);
        let product = self.shop.product(order.product_id);
        let is_paid = order.net_amount() > 0;
        let user = customer.map(|customer| {
            let initial: String = customer.name.as_deref().unwrap_or(&customer.email).chars().take(1).collect();
            json!({"id": customer.id, "email": customer.email, "public_name": initial,
                "avatar_url": avatar(customer), "github_username": null})
        });
        extend(
            self.order_facts(order),
            json!({
                "metadata": order.metadata,
                "custom_field_data": {},
                "platform_fee_amount": if is_paid { order.net_amount() * 4 / 100 + 40 } else { 0 },
                "platform_fee_currency": is_paid.then_some("usd"),
                "customer": customer.map(|customer| self.customer_shape(customer)),
                "user": user,
                "product": product.map(|product| self.bare_product_shape(product)),
                "discount": order.discount_id.and_then(|id| self.shop.discount(id)).map(|discount| self.order_discount_shape(discount)),
                "subscription": self.order_subscription(order, true),
            }),
        )
    }

    /// The buyer's view (recording 543): the product with benefits and organization, no metadata.
    pub(crate) fn portal_order_shape(&self, order: &Order) -> Value {
        let product = self.shop.product(order.product_id).map(|product| self.portal_product_shape(product));
        extend(
            self.order_facts(order),
            json!({"product": product, "subscription": self.order_subscription(order, false)}),
        )
    }

    /// A product as a buyer's order or subscription shows it.
    pub(crate) fn portal_product_shape(&self, product: &Product) -> Value {
        extend(self.public_product_shape(product), json!({"organization": self.portal_organization_shape()}))
    }

    fn order_subscription(&self, order: &Order, with_metadata: bool) -> Value {
        let held = order.subscription_id.and_then(|id| self.ledger.subscription(id));
        held.map_or(Value::Null, |held| {
            let facts = self.subscription_facts(held);
            if with_metadata { extend(facts, json!({"metadata": {}})) } else { facts }
        })
    }

    fn order_facts(&self, order: &Order) -> Value {
        extend(order_amounts(order), self.order_references(order))
    }

    fn order_references(&self, order: &Order) -> Value {
        let product = self.shop.product(order.product_id);
        let price = product.map(|product| price_shape_in(product, &order.currency));
        let price_id = price.as_ref().map(|price| &price["id"]);
        let name = product.map_or("", |product| product.name.as_str());
        let period = order.subscription_id.and_then(|id| self.ledger.subscription(id));
        let item = json!({"created_at": written(order.created_at), "modified_at": null,
            "id": derived_id(order.id, 0x17), "label": name, "amount": order.subtotal_amount, "tax_amount": 0,
            "proration": false, "product_price_id": price_id,
            "start_timestamp": period.map(|held| written(held.created_at)),
            "end_timestamp": period.map(|held| written(held.current_period_end))});
        json!({
            "billing_reason": if order.subscription_id.is_some() { "subscription_create" } else { "purchase" },
            "billing_name": order.billing_name,
            "billing_address": order.billing_address,
            "invoice_number": order.invoice_number,
            "is_invoice_generated": order.is_invoice_generated,
            "receipt_number": (order.net_amount() > 0).then(|| receipt_number(order)),
            "seats": null,
            "units": null,
            "customer_id": order.customer_id,
            "user_id": order.customer_id,
            "product_id": order.product_id,
            "product_price_id": price_id,
            "product_price": price,
            "discount_id": order.discount_id,
            "subscription_id": order.subscription_id,
            "checkout_id": order.checkout_id,
            "next_payment_attempt_at": null,
            "items": [item],
            "description": name,
        })
    }
}

fn order_amounts(order: &Order) -> Value {
    let net = order.net_amount();
    json!({
        "id": order.id,
        "created_at": written(order.created_at),
        "modified_at": maybe(order.modified_at),
        "status": order.status(),
        // Stays true after a refund (recording 961).
        "paid": true,
        "subtotal_amount": order.subtotal_amount,
        "discount_amount": order.discount_amount,
        "net_amount": net,
        "amount": net,
        "tax_amount": 0,
        "total_amount": net,
        "applied_balance_amount": 0,
        "from_balance_amount": 0,
        "due_amount": net,
        "refunded_amount": order.refunded_amount,
        "refunded_tax_amount": 0,
        "refundable_amount": net - order.refunded_amount,
        "refundable_tax_amount": 0,
        "currency": order.currency,
    })
}
