//! Prices: what a product costs.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Currency, PriceId, ProductId, open_enum::open_enum};

/// One price of a product. Amounts are in the currency's minor unit.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Price {
    /// Its id.
    pub id: PriceId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub modified_at: Option<Timestamp>,
    /// Whether it is in the catalog or was created for one checkout.
    pub source: PriceSource,
    /// How the amount comes about, and so which of the amounts below are there.
    pub amount_type: AmountType,
    /// A product may have prices in several currencies.
    pub price_currency: Currency,
    /// What a `fixed` price costs; 0 is free.
    pub price_amount: Option<i64>,
    /// The least that a buyer may give for a `custom` price; 0 allows nothing.
    pub minimum_amount: Option<i64>,
    /// The most that a buyer may give for a `custom` price.
    pub maximum_amount: Option<i64>,
    /// What a `custom` price proposes.
    pub preset_amount: Option<i64>,
    /// Whether it is no longer offered.
    pub is_archived: bool,
    /// Whether tax is within the amount; the organization's setting decides when it is not said.
    pub tax_behavior: Option<TaxBehavior>,
    /// The product.
    pub product_id: ProductId,
}

impl Price {
    /// Whether a shop may show it: it is in the catalog and still offered.
    #[must_use]
    pub fn is_offered(&self) -> bool {
        !self.is_archived && self.source == PriceSource::Catalog
    }
}

open_enum! {
    /// Where a price comes from.
    pub enum PriceSource {
        /// The merchant's catalog.
        Catalog = "catalog",
        /// One single checkout.
        AdHoc = "ad_hoc",
        ..Unknown
    }
}

open_enum! {
    /// How the amount of a price comes about. A free product has a fixed price of 0.
    pub enum AmountType {
        /// The same for everyone.
        Fixed = "fixed",
        /// The buyer decides.
        Custom = "custom",
        /// By the number of seats.
        SeatBased = "seat_based",
        /// By the number of units.
        UnitBased = "unit_based",
        /// By what a meter counted.
        MeteredUnit = "metered_unit",
        ..Unknown
    }
}

open_enum! {
    /// Whether a price contains its tax.
    pub enum TaxBehavior {
        /// It does.
        Inclusive = "inclusive",
        /// Tax comes on top.
        Exclusive = "exclusive",
        /// It depends on where the buyer is.
        Location = "location",
        ..Unknown
    }
}
