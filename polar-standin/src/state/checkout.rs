//! Beginning and changing a checkout: Polar's business rules, apart from HTTP.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::answer::Refusal;
use crate::clock::after;
use crate::ledger::{Checkout, Status};
use crate::shop::{Amount, DEFAULT_CURRENCY, Product};
use crate::state::State;
use crate::tokens::{random_hex, random_token};

/// Lifetime of a checkout, in seconds.
const CHECKOUT_SECONDS: i64 = 86_400;

/// What is asked for when the price leaves it open and presets nothing.
const DEFAULT_CUSTOM_AMOUNT: i64 = 1000;

/// A checkout as it is asked for.
#[derive(Debug, Default)]
pub(crate) struct NewCheckout {
    /// Only [`Purchase`](crate::Purchase) chooses the id.
    pub(crate) id: Option<Uuid>,
    pub(crate) products: Vec<Uuid>,
    pub(crate) customer_id: Option<Uuid>,
    pub(crate) external_customer_id: Option<String>,
    pub(crate) discount_id: Option<Uuid>,
    /// The default currency unless given. Polar may also go by the visitor's country, which is unknown here.
    pub(crate) currency: Option<String>,
    pub(crate) success_url: Option<String>,
    pub(crate) return_url: Option<String>,
    pub(crate) embed_origin: Option<String>,
    pub(crate) forbids_discount_codes: bool,
    pub(crate) require_billing_address: bool,
    pub(crate) is_business_customer: bool,
    pub(crate) customer_ip_address: Option<String>,
    pub(crate) metadata: Map<String, Value>,
    pub(crate) customer_metadata: Map<String, Value>,
    pub(crate) details: Details,
}

/// What can be given at the start, in an update and with the confirm.
#[derive(Debug, Default)]
pub(crate) struct Details {
    pub(crate) product_id: Option<Uuid>,
    pub(crate) amount: Option<i64>,
    pub(crate) discount_code: Option<String>,
    pub(crate) customer_name: Option<String>,
    pub(crate) customer_email: Option<String>,
    pub(crate) customer_billing_name: Option<String>,
    pub(crate) customer_billing_address: Option<Value>,
}

impl State {
    /// Begins a checkout.
    pub(crate) fn begin(&mut self, wanted: NewCheckout) -> Result<Uuid, Refusal> {
        self.check_products(&wanted.products)?;
        let first = wanted.products.first().copied().unwrap_or_default();
        let currency = wanted.currency.clone().unwrap_or_else(|| DEFAULT_CURRENCY.to_owned());
        self.check_currency(first, &currency)?;
        let customer_id = self.preset_customer(&wanted)?;
        if let Some(id) = wanted.discount_id.filter(|id| self.shop.discount(*id).is_none()) {
            return Err(refuse("discount_id", "Discount does not exist.", &json!(id)));
        }
        let created_at = self.now();
        let id = wanted.id.unwrap_or_else(Uuid::new_v4);
        let mut checkout = Checkout {
            id,
            created_at,
            modified_at: None,
            expires_at: after(created_at, CHECKOUT_SECONDS),
            status: Status::Open,
            client_secret: random_token("polar_c_"),
            success_url: wanted.success_url.map(|url| with_id(&url, id)),
            return_url: wanted.return_url,
            embed_origin: wanted.embed_origin,
            products: wanted.products,
            product_id: first,
            amount: self.usual_amount(first, &currency),
            currency,
            discount_id: wanted.discount_id,
            allow_discount_codes: !wanted.forbids_discount_codes,
            require_billing_address: wanted.require_billing_address,
            customer_id: None,
            is_business_customer: wanted.is_business_customer,
            customer_name: None,
            customer_email: None,
            customer_ip_address: wanted.customer_ip_address,
            customer_billing_name: None,
            customer_billing_address: None,
            external_customer_id: wanted.external_customer_id,
            metadata: wanted.metadata,
            customer_metadata: wanted.customer_metadata,
            payment: Map::from_iter([("publishable_key".to_owned(), json!(""))]),
        };
        self.apply(&mut checkout, &wanted.details)?;
        if let Some(customer_id) = customer_id {
            self.prefill(&mut checkout, customer_id);
        }
        self.ledger.checkouts.push(checkout);
        self.announce_checkout("checkout.created", id);
        Ok(id)
    }

    /// Puts `details` into `checkout`, as an update does.
    pub(crate) fn apply(&self, checkout: &mut Checkout, details: &Details) -> Result<(), Refusal> {
        if let Some(product_id) = details.product_id {
            if !checkout.products.contains(&product_id) {
                let message = "Product is not available in this checkout.";
                return Err(refuse("product_id", message, &json!(product_id)));
            }
            if product_id != checkout.product_id {
                checkout.product_id = product_id;
                // Not every product of a checkout need have its currency (`service.py`, `_update_checkout`).
                if self.price_of(product_id, &checkout.currency).is_none() {
                    DEFAULT_CURRENCY.clone_into(&mut checkout.currency);
                }
                checkout.amount = self.usual_amount(product_id, &checkout.currency);
            }
        }
        if let Some(amount) = details.amount {
            self.set_amount(checkout, amount)?;
        }
        if let Some(code) = &details.discount_code {
            checkout.discount_id = Some(self.discount_of(checkout, code)?);
        }
        // A known customer keeps its address, whatever the buyer types (recording 298).
        if checkout.customer_id.is_none() && details.customer_email.is_some() {
            checkout.customer_email.clone_from(&details.customer_email);
        }
        for (given, kept) in [
            (&details.customer_name, &mut checkout.customer_name),
            (&details.customer_billing_name, &mut checkout.customer_billing_name),
        ] {
            if given.is_some() {
                kept.clone_from(given);
            }
        }
        if details.customer_billing_address.is_some() {
            checkout.customer_billing_address.clone_from(&details.customer_billing_address);
        }
        Ok(())
    }

    fn check_products(&self, products: &[Uuid]) -> Result<(), Refusal> {
        let problem = |product: Option<&Product>| match product {
            None => Some("Product does not exist."),
            Some(product) if product.is_archived => Some("Product is archived."),
            Some(product) if product.visibility == "draft" => Some("Product is a draft."),
            Some(_) => None,
        };
        let flaw = |(place, id): (usize, &Uuid)| {
            problem(self.shop.product(*id)).map(|message| {
                json!({"type": "value_error", "loc": ["body", "products", place], "msg": message, "input": id})
            })
        };
        let flaws: Vec<Value> = products.iter().enumerate().filter_map(flaw).collect();
        if flaws.is_empty() { Ok(()) } else { Err(Refusal::Rejected(flaws)) }
    }

    /// Polar blames the product, not the currency (`service.py`, `create`).
    fn check_currency(&self, product_id: Uuid, currency: &str) -> Result<(), Refusal> {
        if self.price_of(product_id, currency).is_some() {
            return Ok(());
        }
        let message = "Product is not available in the specified currency.";
        Err(Refusal::rejected("value_error", &[json!("products"), json!(0)], message, &json!(product_id)))
    }

    fn price_of(&self, product_id: Uuid, currency: &str) -> Option<Amount> {
        let price = self.shop.product(product_id).and_then(|product| product.price_in(currency));
        price.map(|price| price.amount)
    }

    fn preset_customer(&self, wanted: &NewCheckout) -> Result<Option<Uuid>, Refusal> {
        if let Some(id) = wanted.customer_id {
            return match self.ledger.customer(id) {
                Some(customer) => Ok(Some(customer.id)),
                None => Err(refuse("customer_id", "Customer does not exist.", &json!(id))),
            };
        }
        let known = wanted.external_customer_id.as_deref().and_then(|id| self.ledger.customer_by_external_id(id));
        Ok(known.map(|customer| customer.id))
    }

    fn prefill(&self, checkout: &mut Checkout, customer_id: Uuid) {
        let Some(customer) = self.ledger.customer(customer_id) else {
            return;
        };
        checkout.customer_id = Some(customer_id);
        checkout.external_customer_id = checkout.external_customer_id.take().or_else(|| customer.external_id.clone());
        checkout.customer_email.get_or_insert_with(|| customer.email.clone());
        if checkout.customer_name.is_none() {
            checkout.customer_name.clone_from(&customer.name);
        }
        if checkout.customer_billing_name.is_none() {
            checkout.customer_billing_name.clone_from(&customer.name);
        }
        if checkout.customer_billing_address.is_none() {
            checkout.customer_billing_address.clone_from(&customer.billing_address);
        }
        let secret = format!("cuss_secret_{}", random_hex());
        checkout.payment.insert("customer_session_client_secret".to_owned(), json!(secret));
    }

    fn usual_amount(&self, product_id: Uuid, currency: &str) -> i64 {
        match self.price_of(product_id, currency) {
            Some(Amount::Fixed(cents)) => cents,
            Some(Amount::Custom { minimum, preset, .. }) => preset.unwrap_or(DEFAULT_CUSTOM_AMOUNT.max(minimum)),
            None => 0,
        }
    }

    fn set_amount(&self, checkout: &mut Checkout, amount: i64) -> Result<(), Refusal> {
        // Only a custom price listens to the buyer.
        let Some(Amount::Custom { minimum, maximum, .. }) = self.price_of(checkout.product_id, &checkout.currency)
        else {
            return Ok(());
        };
        let limit = |kind, message: &str, name: &str, bound| {
            Refusal::Rejected(vec![json!({"type": kind, "loc": ["body", "amount"], "msg": message,
                "input": amount, "ctx": {name: bound}})])
        };
        if amount < minimum {
            return Err(limit("greater_than_equal", "Amount is below minimum.", "ge", minimum));
        }
        if let Some(maximum) = maximum.filter(|maximum| amount > *maximum) {
            return Err(limit("less_than_equal", "Amount is above maximum.", "le", maximum));
        }
        checkout.amount = amount;
        Ok(())
    }

    fn discount_of(&self, checkout: &Checkout, code: &str) -> Result<Uuid, Refusal> {
        // Complaints about codes do not repeat the code (recording 2e2).
        let refuse = |message| refuse("discount_code", message, &Value::Null);
        if self.totals(checkout).is_free_product_price {
            return Err(refuse("Discounts are not applicable to this product."));
        }
        let found = self.shop.discounts.iter().find(|discount| discount.code.eq_ignore_ascii_case(code));
        found.map(|discount| discount.id).ok_or_else(|| refuse("Discount does not exist."))
    }
}

fn refuse(field: &str, message: &str, input: &Value) -> Refusal {
    Refusal::rejected("value_error", &[json!(field)], message, input)
}

/// Replaces the placeholder, also where it was encoded (recordings 200, 208).
fn with_id(url: &str, id: Uuid) -> String {
    url.replace("{CHECKOUT_ID}", &id.to_string()).replace("%7BCHECKOUT_ID%7D", &id.to_string())
}
