use std::collections::{BTreeMap, HashSet};

use http_api::{ApiError, Refused, Transport};
use polar::{CreateCheckout, Currency, CustomerId, DiscountId, ProductId};
use serde::{Deserialize, Serialize};
use serde_json::{Number, json};
use url::Url;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ObjectBuilder, RefOr, Schema,
        schema::{AnyOfBuilder, Type},
    },
};
use uuid::Uuid;

use crate::{Shop, amount::Amount, buyer::Buyer};

/// A checkout to create. A page cannot choose the customer or the price of a product.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct WantedCheckout {
    /// The products to choose from, each once; the first is preselected.
    #[schema(min_items = 1, max_items = 20)]
    pub(crate) products: Vec<Uuid>,
    /// Where Polar redirects the buyer after the payment. Polar fills in `{CHECKOUT_ID}`. Default: the shop's main page.
    #[schema(max_length = 2083, example = "https://shop.example/thanks?checkout_id={CHECKOUT_ID}")]
    success_url: Option<String>,
    /// Where the back button of the payment page leads.
    #[schema(max_length = 2083, example = "https://shop.example/brushes")]
    return_url: Option<String>,
    /// The origin of the page that shows the payment form in a frame.
    #[schema(max_length = 2083, example = "https://shop.example")]
    embed_origin: Option<String>,
    /// Prefills the buyer's e-mail address. Ignored if the buyer is signed in to an account.
    #[schema(format = Email)]
    customer_email: Option<String>,
    /// Prefills the buyer's name. Ignored if the buyer is signed in to an account.
    #[schema(max_length = 256)]
    customer_name: Option<String>,
    amount: Option<Amount>,
    /// The currency to pay in: ISO 4217 in lower case, as Polar writes it. Refused if the first product has no price in it.
    /// Default: Polar chooses, by the buyer's country or the shop's own currency.
    #[schema(pattern = "^[a-z]{3}$", example = "eur")]
    currency: Option<String>,
    /// Whether the payment page accepts discount codes.
    #[serde(default = "yes")]
    #[schema(default = true)]
    allow_discount_codes: bool,
    /// A discount to apply. It must be listed in the shop's setting `CHECKOUT_DISCOUNT_IDS`.
    discount_id: Option<Uuid>,
    /// The language of the payment page.
    #[schema(example = "de")]
    locale: Option<String>,
    /// Notes for the order. The keys must be listed in the shop's setting `CHECKOUT_METADATA_KEYS`.
    #[serde(default)]
    metadata: BTreeMap<String, Note>,
    /// How the page gets the browser key.
    #[serde(default)]
    pub(crate) transport: Transport,
}

/// A note for the order: a text of 1 to 500 characters, a number, or yes or no.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Note {
    Text(String),
    Number(Number),
    Flag(bool),
}

impl ToSchema for Note {}

impl PartialSchema for Note {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(LONGEST_NOTE));
        let of_type = |schema_type: Type| ObjectBuilder::new().schema_type(schema_type);
        let note = AnyOfBuilder::new().item(text).item(of_type(Type::Number)).item(of_type(Type::Boolean));
        note.description(Some("A note for the order")).into()
    }
}

impl Note {
    fn is_too_long(&self) -> bool {
        matches!(self, Self::Text(text) if !(1..=LONGEST_NOTE).contains(&text.chars().count()))
    }
}

/// Polar's limits, in characters.
const LONGEST_NOTE: usize = 500;
const LONGEST_ADDRESS: usize = 2083;
pub(crate) const LONGEST_NAME: usize = 256;

/// More than a page can offer as a choice. Products that are not in the catalog are looked up at Polar one by one.
const MOST_PRODUCTS: usize = 20;

const fn yes() -> bool {
    true
}

impl WantedCheckout {
    pub(crate) fn check(&self, shop: &Shop) -> Result<(), ApiError> {
        let urls =
            [("successUrl", &self.success_url), ("returnUrl", &self.return_url), ("embedOrigin", &self.embed_origin)];
        let foreign = urls.into_iter().filter(|(_, url)| url.as_ref().is_some_and(|url| !is_ours(shop, url)));
        let foreign = foreign.map(|(field, _)| {
            Refused::new(
                field,
                "This address is too long, or its origin is not allowed. The shop's owner can allow it in STOREFRONT_ORIGINS.",
            )
        });

        let discount = self.discount_id.filter(|id| !shop.discount_ids.contains(id));
        let discount = discount
            .map(|_| Refused::new("discountId", "A page cannot apply this discount. Buyers can still enter its code."));

        let unknown_keys = self.metadata.keys().filter(|key| !shop.metadata_keys.contains(key));
        let metadata = unknown_keys.map(|key| {
            Refused::new(
                format!("metadata.{key}"),
                "This key is not allowed. The shop's owner can allow it in CHECKOUT_METADATA_KEYS.",
            )
        });

        let notes = self.metadata.iter().filter(|(_, note)| note.is_too_long());
        let notes = notes
            .map(|(key, _)| Refused::new(format!("metadata.{key}"), format!("Use 1 to {LONGEST_NOTE} characters.")));
        let has_long_name = self.customer_name.as_ref().is_some_and(|name| name.chars().count() > LONGEST_NAME);
        let name =
            has_long_name.then(|| Refused::new("customerName", format!("Use at most {LONGEST_NAME} characters.")));
        let currency = self.currency.as_ref().filter(|code| !is_currency(code));
        let currency =
            currency.map(|_| Refused::new("currency", "Use a currency code of three lower-case letters, such as eur."));

        let products = self.refused_products().into_iter();
        let refused = products.chain(foreign).chain(discount).chain(metadata).chain(notes).chain(name).chain(currency);
        let refused: Vec<_> = refused.collect();
        if refused.is_empty() { Ok(()) } else { Err(ApiError::Rejected(refused)) }
    }

    fn refused_products(&self) -> Vec<Refused> {
        match self.products.len() {
            0 => return vec![Refused::new("products", "List at least one product.")],
            1..=MOST_PRODUCTS => {}
            _ => return vec![Refused::new("products", format!("List at most {MOST_PRODUCTS} products."))],
        }
        let mut seen = HashSet::new();
        let repeated = self.products.iter().enumerate().filter(|(_, id)| !seen.insert(**id));
        repeated
            .map(|(index, _)| Refused::new(format!("products[{index}]"), "This product is listed more than once."))
            .collect()
    }

    /// Everything that must be the same in a repeat of the request.
    pub(crate) fn content(&self, buyer: &Buyer) -> Vec<u8> {
        serde_json::to_vec(&(self, buyer.customer_id())).expect("plain data")
    }

    pub(crate) fn into_request(self, shop: &Shop, buyer: &Buyer) -> CreateCheckout {
        let customer_id = buyer.customer_id();
        let typed = |text: Option<String>| text.filter(|_| customer_id.is_none());
        let main = shop.access.origins.main();
        let back = format!("{main}/?checkout_id={PLACEHOLDER}");
        let parsed = |url: Option<String>| Some(as_parsed(&Url::parse(&url?).ok()?));
        CreateCheckout {
            products: self.products.into_iter().map(ProductId::from).collect(),
            success_url: parsed(self.success_url).or(Some(back)),
            return_url: parsed(self.return_url),
            embed_origin: self.embed_origin.and_then(|url| Some(Url::parse(&url).ok()?.origin().ascii_serialization())),
            customer_id: customer_id.map(CustomerId::from),
            customer_email: typed(self.customer_email),
            customer_name: typed(self.customer_name),
            customer_ip_address: buyer.ip.0,
            amount: self.amount.map(i64::from),
            currency: self.currency.map(Currency),
            allow_discount_codes: Some(self.allow_discount_codes),
            discount_id: self.discount_id.map(DiscountId::from),
            locale: self.locale,
            metadata: self.metadata.into_iter().map(|(key, note)| (key, json!(note))).collect(),
            ..CreateCheckout::default()
        }
    }
}

/// What Polar replaces by the checkout's id.
const PLACEHOLDER: &str = "{CHECKOUT_ID}";

/// An address as it was understood when it was checked, not as it was typed: `\\` and line breaks are read differently elsewhere.
fn as_parsed(url: &Url) -> String {
    url.as_str().replace("%7BCHECKOUT_ID%7D", PLACEHOLDER)
}

fn is_currency(code: &str) -> bool {
    code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_lowercase())
}

fn is_ours(shop: &Shop, url: &str) -> bool {
    url.len() <= LONGEST_ADDRESS
        && Url::parse(url)
            .is_ok_and(|url| shop.access.origins.allow(&url) && url.username().is_empty() && url.password().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polar_gets_an_address_as_it_was_checked() {
        for (typed, sent) in [
            (
                "https://shop.example/thanks?checkout_id={CHECKOUT_ID}",
                "https://shop.example/thanks?checkout_id={CHECKOUT_ID}",
            ),
            ("https://shop.example/thanks/{CHECKOUT_ID}", "https://shop.example/thanks/{CHECKOUT_ID}"),
            ("https://shop.example\\@evil.example", "https://shop.example/@evil.example"),
            ("https://shop.exa\r\nmple/a\tb", "https://shop.example/ab"),
            ("HTTPS://Shop.Example:443/", "https://shop.example/"),
        ] {
            assert_eq!(as_parsed(&Url::parse(typed).expect("an address")), sent, "{typed:?}");
        }
    }
}
