//! What is said about a checkout.

use std::{collections::HashSet, net::IpAddr};

use serde::Serialize;

use super::{Address, CheckoutStatus};
use crate::{
    Currency, CustomerId, DiscountId, Metadata, ProductId, Result, SubscriptionId, check::Check, query::Query,
    request::Request,
};

/// What a new checkout is about. Whatever is left out, Polar decides.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CreateCheckout {
    /// What may be bought, at least one; the first is preselected.
    pub products: Vec<ProductId>,
    /// Where the buyer goes after the purchase; Polar puts the id in the place of `{CHECKOUT_ID}`.
    pub success_url: Option<String>,
    /// Where the page's back button leads.
    pub return_url: Option<String>,
    /// The origin of the page that embeds the form.
    pub embed_origin: Option<String>,
    /// Sets the customer, who cannot be changed then. Anyone who confirms this checkout gets this customer's session.
    pub customer_id: Option<CustomerId>,
    /// The buyer's id with us. It wins over any e-mail address if Polar knows it.
    pub external_customer_id: Option<String>,
    /// Filled in for the buyer. Polar refuses domains that take no mail.
    pub customer_email: Option<String>,
    /// Filled in for the buyer, at most 256 characters.
    pub customer_name: Option<String>,
    /// The visitor's address: decides currency and tax country. Polar does not look at the request's own.
    pub customer_ip_address: Option<IpAddr>,
    /// Filled in for the buyer.
    pub customer_billing_address: Option<Address>,
    /// Goes to the customer.
    #[serde(skip_serializing_if = "Metadata::is_empty")]
    pub customer_metadata: Metadata,
    /// Goes to the order or subscription. At most 50 keys of 1–40 characters; texts of 1–500 characters, numbers, booleans.
    #[serde(skip_serializing_if = "Metadata::is_empty")]
    pub metadata: Metadata,
    /// What the buyer gives for a `custom` price, in minor units.
    pub amount: Option<i64>,
    /// ISO 4217 in lower case; the first product needs a price in it. Otherwise by the visitor's country.
    pub currency: Option<Currency>,
    /// A discount that applies from the start.
    pub discount_id: Option<DiscountId>,
    /// Whether the buyer may enter a code; yes unless said.
    pub allow_discount_codes: Option<bool>,
    /// Whether a whole address is asked for; no unless said.
    pub require_billing_address: Option<bool>,
    /// Whether a trial is offered; yes unless said.
    pub allow_trial: Option<bool>,
    /// How many seats, for `seat_based` prices.
    pub seats: Option<u32>,
    /// The page's language.
    pub locale: Option<String>,
    /// The free subscription that this purchase replaces.
    pub subscription_id: Option<SubscriptionId>,
}

impl CreateCheckout {
    pub(super) fn check(&self) -> Result<()> {
        let unique = self.products.iter().collect::<HashSet<_>>().len() == self.products.len();
        Check::default()
            .that(!self.products.is_empty(), "products", "must name at least one product")
            .that(unique, "products", "must name each product once")
            .that(self.amount.is_none_or(|amount| amount >= 0), "amount", "must not be negative")
            .that(short(self.customer_name.as_deref()), "customer_name", "must have at most 256 characters")
            .url("success_url", self.success_url.as_deref())
            .url("return_url", self.return_url.as_deref())
            .metadata("metadata", &self.metadata)
            .metadata("customer_metadata", &self.customer_metadata)
            .done()
    }
}

fn short(name: Option<&str>) -> bool {
    name.is_none_or(|name| name.chars().count() <= 256)
}

/// What the shop changes on an open checkout; what is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct UpdateCheckout {
    /// Which of the offered products.
    pub product_id: Option<ProductId>,
    /// For a `custom` price, in minor units.
    pub amount: Option<i64>,
    /// The discount.
    pub discount_id: Option<DiscountId>,
    /// Whether the buyer may enter a code.
    pub allow_discount_codes: Option<bool>,
    /// The buyer's address.
    pub customer_email: Option<String>,
    /// The buyer's name.
    pub customer_name: Option<String>,
    /// The visitor's address.
    pub customer_ip_address: Option<IpAddr>,
    /// Replaces all pairs.
    pub metadata: Option<Metadata>,
    /// Where the buyer goes after the purchase.
    pub success_url: Option<String>,
    /// Where the page's back button leads.
    pub return_url: Option<String>,
}

impl UpdateCheckout {
    pub(super) fn check(&self) -> Result<()> {
        Check::default()
            .that(short(self.customer_name.as_deref()), "customer_name", "must have at most 256 characters")
            .url("success_url", self.success_url.as_deref())
            .url("return_url", self.return_url.as_deref())
            .metadata("metadata", self.metadata.as_ref().unwrap_or(&Metadata::default()))
            .done()
    }
}

/// What the buyer changes on an open checkout; what is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ClientUpdateCheckout {
    /// Which of the offered products.
    pub product_id: Option<ProductId>,
    /// For a `custom` price, in minor units.
    pub amount: Option<i64>,
    /// A discount code, in any case.
    pub discount_code: Option<String>,
    /// The buyer's address.
    pub customer_email: Option<String>,
    /// The buyer's name.
    pub customer_name: Option<String>,
    /// The name on the invoice.
    pub customer_billing_name: Option<String>,
    /// The address on the invoice.
    pub customer_billing_address: Option<Address>,
    /// A tax number; it needs an address.
    pub customer_tax_id: Option<String>,
}

/// A confirmation by the buyer: the same fields, and the payment method.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ConfirmCheckout {
    /// What changes with it. A free product needs `customer_email` alone, and only if no customer is set.
    #[serde(flatten)]
    pub update: ClientUpdateCheckout,
    /// From Stripe's script in the browser, for what costs something.
    pub confirmation_token_id: Option<String>,
}

/// Which checkouts.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ListCheckouts {
    /// For these products.
    pub product_ids: Vec<ProductId>,
    /// Of these customers.
    pub customer_ids: Vec<CustomerId>,
    /// Of the customers with these ids of ours.
    pub external_customer_ids: Vec<String>,
    /// In these states.
    pub statuses: Vec<CheckoutStatus>,
    /// A part of the buyer's e-mail address.
    pub query: Option<String>,
    /// `created_at`, `expires_at` or `status`, with `-` in front for descending.
    pub sorting: Vec<String>,
    /// The page, from 1.
    pub page: Option<u32>,
    /// Items per page: 10 unless said, at most 100.
    pub limit: Option<u32>,
}

impl ListCheckouts {
    pub(super) fn request(&self) -> Request<'static> {
        let query = Query::default()
            .each("product_id", &self.product_ids)
            .each("customer_id", &self.customer_ids)
            .each("external_customer_id", &self.external_customer_ids)
            .each("status", &self.statuses)
            .each("query", &self.query)
            .each("sorting", &self.sorting);
        Request::get("/checkouts/").query(query)
    }
}
