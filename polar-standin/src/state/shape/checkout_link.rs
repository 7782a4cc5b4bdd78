use serde_json::{Value, json};
use uuid::Uuid;

use super::extend;
use super::product::price_shape_in;
use crate::clock::written;
use crate::shop::{CheckoutLink, DEFAULT_CURRENCY, Product, opening_day};
use crate::state::State;

impl State {
    /// A checkout link (recording 304); its products are shortened by the filter `product_id` (recording 302).
    pub(crate) fn checkout_link_shape(&self, link: &CheckoutLink, only: Option<&[Uuid]>) -> Value {
        let is_wanted = |id: &&Uuid| only.is_none_or(|only| only.contains(id));
        let offered = link.products.iter().filter(is_wanted).filter_map(|id| self.shop.product(*id));
        let offered: Vec<&Product> = offered.collect();
        let products: Vec<Value> = offered.iter().map(|product| self.link_product_shape(product)).collect();
        let first = offered.first();
        json!({
            "id": link.id,
            "created_at": written(opening_day()),
            "modified_at": null,
            "trial_interval": null,
            "trial_interval_count": null,
            "metadata": link.metadata,
            "payment_processor": "stripe",
            "client_secret": link.client_secret,
            "success_url": link.success_url,
            "return_url": null,
            "label": link.label,
            "allow_discount_codes": true,
            "require_billing_address": false,
            "discount_id": null,
            "discount": null,
            "seats": null,
            "units": null,
            "organization_id": self.shop.organization.id,
            "products": products,
            "product_id": first.map(|product| product.id),
            "product_price_id": first.and_then(|product| product.price()).map(|price| price.id),
            "product": products.first(),
            "product_price": first.map(|product| price_shape_in(product, DEFAULT_CURRENCY)),
            "url": format!("{}/v1/checkout-links/{}/redirect", self.url, link.client_secret),
        })
    }

    /// Unlike in a checkout, the products of a link show their metadata.
    fn link_product_shape(&self, product: &Product) -> Value {
        extend(self.public_product_shape(product), json!({"metadata": product.metadata}))
    }
}
