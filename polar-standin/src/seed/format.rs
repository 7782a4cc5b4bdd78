//! The fields of a seed. They have Polar's names where Polar has the field; a field that is not known is refused.

use std::path::PathBuf;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::shop::{Amount, Interval};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Seed {
    pub(super) organization: Organization,
    #[serde(default)]
    pub(super) products: Vec<Product>,
    #[serde(default)]
    pub(super) benefits: Vec<Benefit>,
    #[serde(default)]
    pub(super) files: Vec<File>,
    #[serde(default)]
    pub(super) discounts: Vec<Discount>,
    #[serde(default)]
    pub(super) checkout_links: Vec<CheckoutLink>,
    #[serde(default)]
    pub(super) past_orders: Vec<PastOrder>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Organization {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) slug: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Product {
    pub(super) id: Uuid,
    pub(super) created_at: Option<Timestamp>,
    pub(super) name: String,
    pub(super) description: Option<String>,
    #[serde(default)]
    pub(super) visibility: Visibility,
    #[serde(default)]
    pub(super) is_archived: bool,
    pub(super) recurring_interval: Option<Interval>,
    #[serde(default)]
    pub(super) prices: Vec<Price>,
    /// Ids of benefits.
    #[serde(default)]
    pub(super) benefits: Vec<Uuid>,
    /// Ids of files.
    #[serde(default)]
    pub(super) medias: Vec<Uuid>,
    #[serde(default)]
    pub(super) metadata: Map<String, Value>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Visibility {
    #[default]
    Public,
    Private,
    Draft,
}

impl Visibility {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
            Self::Draft => "draft",
        }
    }
}

/// Amounts are in hundredths of the currency.
#[derive(Deserialize)]
#[serde(tag = "amount_type", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Price {
    Fixed {
        price_currency: String,
        price_amount: i64,
    },
    Custom {
        price_currency: String,
        #[serde(default)]
        minimum_amount: i64,
        maximum_amount: Option<i64>,
        preset_amount: Option<i64>,
    },
}

impl Price {
    pub(super) fn currency(&self) -> &str {
        match self {
            Self::Fixed { price_currency, .. } | Self::Custom { price_currency, .. } => price_currency,
        }
    }

    pub(super) fn amount(&self) -> Amount {
        match *self {
            Self::Fixed { price_amount, .. } => Amount::Fixed(price_amount),
            Self::Custom { minimum_amount: minimum, maximum_amount: maximum, preset_amount: preset, .. } => {
                Amount::Custom { minimum, maximum, preset }
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Benefit {
    Downloadables {
        id: Uuid,
        description: String,
        /// Ids of files.
        files: Vec<Uuid>,
        /// Those of `files` that buyers do not get any more.
        #[serde(default)]
        archived_files: Vec<Uuid>,
        #[serde(default)]
        metadata: Map<String, Value>,
    },
    LicenseKeys {
        id: Uuid,
        description: String,
        prefix: String,
        limit_activations: Option<i64>,
        limit_usage: Option<i64>,
        #[serde(default)]
        metadata: Map<String, Value>,
    },
    Custom {
        id: Uuid,
        description: String,
        note: Option<String>,
        #[serde(default)]
        metadata: Map<String, Value>,
    },
}

/// Its content is in exactly one of `text`, `base64` and `path`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) mime_type: String,
    pub(super) version: Option<String>,
    #[serde(default)]
    pub(super) service: Service,
    pub(super) text: Option<String>,
    pub(super) base64: Option<String>,
    /// From the folder of the seed.
    pub(super) path: Option<PathBuf>,
}

#[derive(Clone, Copy, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum Service {
    #[default]
    Downloadable,
    ProductMedia,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Discount {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) code: String,
    /// Hundredths of a percent.
    pub(super) basis_points: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CheckoutLink {
    pub(super) id: Uuid,
    pub(super) label: String,
    pub(super) products: Vec<Uuid>,
    pub(super) success_url: Option<String>,
    #[serde(default)]
    pub(super) metadata: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PastOrder {
    pub(super) customer_id: Uuid,
    pub(super) customer_name: String,
    pub(super) customer_email: String,
    pub(super) product_id: Uuid,
    pub(super) days_ago: u16,
}
