use serde_json::{Map, Value, json};

use super::extend;
use crate::clock::written;
use crate::shop::{CheckoutLink, Product, opening_day};
use crate::state::State;

impl State {
    /// A checkout link (recording 304).
    pub(crate) fn checkout_link_shape(&self, link: &CheckoutLink) -> Value {
        let offered: Vec<&Product> = link.products.iter().filter_map(|id| self.shop.product(*id)).collect();
        let products: Vec<Value> = offered.iter().map(|product| self.link_product_shape(product)).collect();
        let prices: Map<String, Value> =
            offered.iter().map(|product| (product.id.to_string(), json!(self.price_shapes(product)))).collect();
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
            "product_price": first.map(|product| self.first_price_shape(product)),
            "prices": prices,
            "url": format!("{}/v1/checkout-links/{}/redirect", self.url, link.client_secret),
        })
    }

    /// Unlike in a checkout, the products of a link show their metadata.
    fn link_product_shape(&self, product: &Product) -> Value {
        extend(self.public_product_shape(product), json!({"metadata": product.metadata}))
    }
}
