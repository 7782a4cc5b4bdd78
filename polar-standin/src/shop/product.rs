//! Products and their prices.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::fixed::{derived_id, opening_day};

/// Something that is sold; public, unarchived and without a price until told otherwise.
#[derive(Debug, Clone)]
pub struct Product {
    pub(crate) id: Uuid,
    pub(crate) created_at: Timestamp,
    pub(crate) modified_at: Option<Timestamp>,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) visibility: &'static str,
    pub(crate) is_archived: bool,
    pub(crate) recurring: Option<Interval>,
    pub(crate) metadata: Map<String, Value>,
    pub(crate) prices: Vec<Price>,
    pub(crate) benefits: Vec<Uuid>,
    pub(crate) covers: Vec<Uuid>,
}

/// How often a subscription is renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Interval {
    /// Every calendar month.
    Month,
    /// Every calendar year.
    Year,
}

impl Interval {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    pub(crate) fn days(self) -> i64 {
        match self {
            Self::Month => 30,
            Self::Year => 365,
        }
    }
}

/// The currency of prices and checkouts that name none (Polar's `default_presentment_currency`).
pub(crate) const DEFAULT_CURRENCY: &str = "usd";

/// One price of a product, in hundredths of its currency.
#[derive(Debug, Clone)]
pub(crate) struct Price {
    pub(crate) id: Uuid,
    pub(crate) created_at: Timestamp,
    pub(crate) currency: String,
    pub(crate) amount: Amount,
    pub(crate) is_archived: bool,
}

/// How much is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Amount {
    Fixed(i64),
    Custom { minimum: i64, maximum: Option<i64>, preset: Option<i64> },
}

impl Product {
    /// A product without price or benefits.
    #[must_use]
    pub fn new(id: Uuid, name: &str) -> Self {
        Self {
            id,
            created_at: opening_day(),
            modified_at: None,
            name: name.to_owned(),
            description: None,
            visibility: "public",
            is_archived: false,
            recurring: None,
            metadata: Map::new(),
            prices: Vec::new(),
            benefits: Vec::new(),
            covers: Vec::new(),
        }
    }

    /// Sets the Markdown text of the product page.
    #[must_use]
    pub fn described(mut self, markdown: &str) -> Self {
        self.description = Some(markdown.to_owned());
        self
    }

    /// Adds a fixed price in US cents; 0 is free.
    #[must_use]
    pub fn priced(self, cents: i64) -> Self {
        self.with_price(DEFAULT_CURRENCY, Amount::Fixed(cents))
    }

    /// Adds a fixed price in another currency, such as `eur`, in its hundredths. Checkouts take it if they ask for that currency.
    #[must_use]
    pub fn priced_in(self, currency: &str, hundredths: i64) -> Self {
        self.with_price(currency, Amount::Fixed(hundredths))
    }

    /// Adds a pay-what-you-want price in US cents.
    #[must_use]
    pub fn pay_what_you_want(self, minimum: i64, maximum: Option<i64>, preset: Option<i64>) -> Self {
        self.with_price(DEFAULT_CURRENCY, Amount::Custom { minimum, maximum, preset })
    }

    /// Makes it a subscription.
    #[must_use]
    pub fn recurring(mut self, interval: Interval) -> Self {
        self.recurring = Some(interval);
        self
    }

    /// Gives this benefit to every buyer.
    #[must_use]
    pub fn gives(mut self, benefit_id: Uuid) -> Self {
        self.benefits.push(benefit_id);
        self
    }

    /// Shows this file as a cover.
    #[must_use]
    pub fn with_cover(mut self, file_id: Uuid) -> Self {
        self.covers.push(file_id);
        self
    }

    /// Adds one entry to the metadata.
    #[must_use]
    pub fn with_metadata(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.metadata.insert(key.to_owned(), value.into());
        self
    }

    /// Takes it off the market, as Polar's dashboard does.
    #[must_use]
    pub fn archived(mut self) -> Self {
        self.is_archived = true;
        self
    }

    /// Hides it from shops; it can still be bought by its id.
    #[must_use]
    pub fn private(mut self) -> Self {
        self.visibility = "private";
        self
    }

    /// Leaves it unfinished; it cannot be bought.
    #[must_use]
    pub fn draft(mut self) -> Self {
        self.visibility = "draft";
        self
    }

    /// Sets when it was made; lists are sorted by it.
    #[must_use]
    pub fn created(mut self, at: Timestamp) -> Self {
        self.created_at = at;
        for price in &mut self.prices {
            price.created_at = at;
        }
        self
    }

    pub(crate) fn with_price(mut self, currency: &str, amount: Amount) -> Self {
        let tag = u8::try_from(self.prices.len()).unwrap_or(u8::MAX).saturating_add(1);
        let id = derived_id(self.id, tag);
        let (created_at, currency) = (self.created_at, currency.to_owned());
        self.prices.push(Price { id, created_at, currency, amount, is_archived: false });
        self
    }

    /// The price in the default currency.
    pub(crate) fn price(&self) -> Option<&Price> {
        self.price_in(DEFAULT_CURRENCY)
    }

    /// The price that a checkout in this currency takes.
    pub(crate) fn price_in(&self, currency: &str) -> Option<&Price> {
        self.prices.iter().find(|price| !price.is_archived && price.currency == currency)
    }
}

impl Amount {
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Self::Fixed(_) => "fixed",
            Self::Custom { .. } => "custom",
        }
    }

    /// What lists are sorted by.
    pub(crate) fn asked(self) -> i64 {
        match self {
            Self::Fixed(cents) => cents,
            Self::Custom { minimum, .. } => minimum,
        }
    }
}
