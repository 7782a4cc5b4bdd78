use serde_json::{Value, json};

use super::{extend, maybe};
use crate::clock::written;
use crate::shop::{Amount, Price, Product};
use crate::state::State;

impl State {
    /// The organization's view (recording 140); `benefits` is shortened by the filter of the same name.
    pub(crate) fn product_shape(&self, product: &Product, only: Option<&[uuid::Uuid]>) -> Value {
        let is_wanted = |id: &&uuid::Uuid| only.is_none_or(|only| only.contains(id));
        let benefits = product.benefits.iter().filter(is_wanted).filter_map(|id| self.shop.benefit(*id));
        let benefits: Vec<Value> = benefits.map(|benefit| self.benefit_shape(benefit)).collect();
        let mut shape = extend(self.product_facts(product), self.product_prices(product));
        shape["metadata"] = Value::Object(product.metadata.clone());
        shape["benefits"] = json!(benefits);
        shape["attached_custom_fields"] = json!([]);
        shape["is_deletable"] = json!(!self.ledger.orders.iter().any(|order| order.product_id == product.id));
        shape
    }

    /// What buyers see: short benefits, no metadata (recordings 200, 543).
    pub(crate) fn public_product_shape(&self, product: &Product) -> Value {
        let benefits = product.benefits.iter().filter_map(|id| self.shop.benefit(*id));
        let benefits: Vec<Value> = benefits.map(|benefit| self.public_benefit_shape(benefit)).collect();
        let mut shape = extend(self.product_facts(product), self.product_prices(product));
        shape["benefits"] = json!(benefits);
        shape
    }

    /// The product alone, as in an order (recording 624).
    pub(crate) fn bare_product_shape(&self, product: &Product) -> Value {
        let mut shape = self.product_facts(product);
        shape["metadata"] = Value::Object(product.metadata.clone());
        shape
    }

    fn product_facts(&self, product: &Product) -> Value {
        json!({
            "id": product.id,
            "created_at": written(product.created_at),
            "modified_at": maybe(product.modified_at),
            "trial_interval": null,
            "trial_interval_count": null,
            "name": product.name,
            "description": product.description,
            "visibility": product.visibility,
            "recurring_interval": product.recurring.map(crate::shop::Interval::name),
            "recurring_interval_count": product.recurring.map(|_| 1),
            "meter_interval": null,
            "meter_interval_count": null,
            "is_recurring": product.recurring.is_some(),
            "is_archived": product.is_archived,
            "organization_id": self.shop.organization.id,
        })
    }

    fn product_prices(&self, product: &Product) -> Value {
        let covers = product.covers.iter().filter_map(|id| self.shop.file(*id));
        let covers: Vec<Value> = covers.map(|file| self.media_shape(file)).collect();
        json!({"prices": price_shapes(product), "medias": covers})
    }
}

/// One price (recordings 140, 204).
pub(crate) fn price_shape(product: &Product, price: &Price) -> Value {
    let mut shape = json!({
        "created_at": written(price.created_at),
        "modified_at": null,
        "id": price.id,
        "source": "catalog",
        "amount_type": price.amount.kind(),
        "price_currency": price.currency,
        "tax_behavior": null,
        "is_archived": price.is_archived,
        "product_id": product.id,
        "type": if product.recurring.is_some() { "recurring" } else { "one_time" },
        "recurring_interval": product.recurring.map(crate::shop::Interval::name),
    });
    match price.amount {
        Amount::Fixed(cents) => shape["price_amount"] = json!(cents),
        Amount::Custom { minimum, maximum, preset } => {
            shape["minimum_amount"] = json!(minimum);
            shape["maximum_amount"] = json!(maximum);
            shape["preset_amount"] = json!(preset);
        }
    }
    shape
}

/// The price that a checkout in this currency takes, null without one.
pub(crate) fn price_shape_in(product: &Product, currency: &str) -> Value {
    product.price_in(currency).map_or(Value::Null, |price| price_shape(product, price))
}

/// All prices, archived ones too.
pub(crate) fn price_shapes(product: &Product) -> Vec<Value> {
    product.prices.iter().map(|price| price_shape(product, price)).collect()
}
