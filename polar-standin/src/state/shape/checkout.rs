use serde_json::{Map, Value, json};

use super::discount::discount_shape;
use super::product::{price_shape_in, price_shapes};
use super::{extend, maybe};
use crate::clock::written;
use crate::ledger::Checkout;
use crate::shop::Product;
use crate::state::State;

impl State {
    /// The organization's view (recording 200).
    pub(crate) fn checkout_shape(&self, checkout: &Checkout) -> Value {
        extend(
            self.checkout_facts(checkout),
            json!({
                "trial_interval": null,
                "trial_interval_count": null,
                "metadata": checkout.metadata,
                "external_customer_id": checkout.external_customer_id,
                "customer_external_id": checkout.external_customer_id,
                "subscription_id": null,
                "customer_metadata": checkout.customer_metadata,
            }),
        )
    }

    /// The buyer's view (recording 260): no metadata, but the organization.
    pub(crate) fn client_checkout_shape(&self, checkout: &Checkout) -> Value {
        extend(self.checkout_facts(checkout), json!({"organization": self.organization_shape()}))
    }

    fn checkout_facts(&self, checkout: &Checkout) -> Value {
        extend(
            extend(self.checkout_states(checkout), self.checkout_amounts(checkout)),
            extend(checkout_customer(checkout), self.checkout_products(checkout)),
        )
    }

    fn checkout_states(&self, checkout: &Checkout) -> Value {
        let url = format!("{}/checkout/{}", self.url, checkout.client_secret);
        let success_url = checkout.success_url.clone().unwrap_or_else(|| format!("{url}/confirmation"));
        json!({
            "id": checkout.id,
            "created_at": written(checkout.created_at),
            "modified_at": maybe(checkout.modified_at),
            "custom_field_data": {},
            "payment_processor": "stripe",
            "status": checkout.status.name(),
            "client_secret": checkout.client_secret,
            "url": url,
            "expires_at": written(checkout.expires_at),
            "success_url": success_url,
            "return_url": checkout.return_url,
            "embed_origin": checkout.embed_origin,
            "allow_trial": true,
            "active_trial_interval": null,
            "active_trial_interval_count": null,
            "trial_end": null,
            "organization_id": self.shop.organization.id,
            "allow_discount_codes": checkout.allow_discount_codes,
            "require_billing_address": checkout.require_billing_address,
            "locale": "en",
            "payment_method_type": null,
            "payment_processor_metadata": checkout.payment,
            "attached_custom_fields": [],
        })
    }

    fn checkout_amounts(&self, checkout: &Checkout) -> Value {
        let totals = self.totals(checkout);
        let has_tax = totals.is_payment_required() && totals.tax.is_some();
        json!({
            "amount": checkout.amount,
            "seats": null,
            "min_seats": null,
            "max_seats": null,
            "units": null,
            "min_units": null,
            "max_units": null,
            "discount_amount": totals.discount,
            "net_amount": totals.net,
            "subtotal_amount": totals.net,
            "tax_amount": totals.tax,
            "tax_behavior": has_tax.then_some("inclusive"),
            "total_amount": totals.net,
            "currency": checkout.currency,
            "is_discount_applicable": !totals.is_free_product_price,
            "is_free_product_price": totals.is_free_product_price,
            "is_payment_required": totals.is_payment_required(),
            "is_payment_setup_required": false,
            "is_payment_form_required": totals.is_payment_required(),
        })
    }

    fn checkout_products(&self, checkout: &Checkout) -> Value {
        let offered: Vec<&Product> = checkout.products.iter().filter_map(|id| self.shop.product(*id)).collect();
        let prices: Map<String, Value> =
            offered.iter().map(|product| (product.id.to_string(), json!(price_shapes(product)))).collect();
        let chosen = self.shop.product(checkout.product_id);
        let price = chosen.map(|product| price_shape_in(product, &checkout.currency));
        json!({
            "product_id": checkout.product_id,
            "product_price_id": price.as_ref().map(|price| &price["id"]),
            "products": offered.iter().map(|product| self.public_product_shape(product)).collect::<Vec<_>>(),
            "product": chosen.map(|product| self.public_product_shape(product)),
            "product_price": price,
            "prices": prices,
            "discount_id": checkout.discount_id,
            "discount": checkout.discount_id.and_then(|id| self.shop.discount(id)).map(discount_shape),
        })
    }
}

fn checkout_customer(checkout: &Checkout) -> Value {
    json!({
        "customer_id": checkout.customer_id,
        "is_business_customer": checkout.is_business_customer,
        "customer_name": checkout.customer_name,
        "customer_email": checkout.customer_email,
        "customer_ip_address": checkout.customer_ip_address,
        "customer_billing_name": checkout.customer_billing_name,
        "customer_billing_address": checkout.customer_billing_address,
        "customer_tax_id": null,
        "customer_billing_address_fields": {"country": true, "state": false, "city": false, "postal_code": false,
            "line1": false, "line2": false},
        "billing_address_fields": {"country": "required", "state": "disabled", "city": "disabled",
            "postal_code": "disabled", "line1": "disabled", "line2": "disabled"},
    })
}
