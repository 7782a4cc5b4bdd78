use http_api::{AmountType, BenefitType, Interval};
use jiff::Timestamp;
use polar::{Benefit, File, Media, Price};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A product that is for sale.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Product {
    id: Uuid,
    name: String,
    /// The merchant's description, in Markdown.
    description: Option<String>,
    /// Whether it is a subscription.
    is_recurring: bool,
    /// The unit of a subscription's billing period; `null` for a one-time purchase.
    recurring_interval: Option<Interval>,
    /// The number of units in a billing period.
    recurring_interval_count: Option<u32>,
    /// The unit of the free trial; `null` if there is none.
    trial_interval: Option<Interval>,
    /// The number of units in the free trial.
    trial_interval_count: Option<u32>,
    created_at: Timestamp,
    modified_at: Option<Timestamp>,
    /// The prices on offer, one per currency.
    prices: Vec<ProductPrice>,
    /// The benefits that a buyer gets.
    benefits: Vec<ProductBenefit>,
    /// Images of the product.
    medias: Vec<ProductMedia>,
}

/// A product with the files that a buyer gets.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProductWithFiles {
    #[serde(flatten)]
    product: Product,
    files: Vec<ProductFile>,
}

/// A price of a product. Amounts are integers in the currency's minor unit.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ProductPrice {
    id: Uuid,
    amount_type: AmountType,
    /// ISO 4217, lower case.
    #[schema(pattern = "^[a-z]{3}$", example = "usd")]
    price_currency: String,
    /// The amount of a `fixed` price; 0 means free.
    #[schema(example = 1500)]
    price_amount: Option<i64>,
    /// For a `custom` price: the least that the buyer may pay.
    minimum_amount: Option<i64>,
    /// For a `custom` price: the most that the buyer may pay.
    maximum_amount: Option<i64>,
    /// For a `custom` price: the amount that the payment page suggests.
    preset_amount: Option<i64>,
}

/// A benefit that buyers of a product get.
#[derive(Debug, Serialize, ToSchema)]
struct ProductBenefit {
    id: Uuid,
    r#type: BenefitType,
    /// The merchant's name for the benefit.
    description: String,
}

/// An image of a product.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ProductMedia {
    id: Uuid,
    name: String,
    mime_type: String,
    /// In bytes.
    size: u64,
    #[schema(format = Uri)]
    public_url: String,
}

/// A file that buyers of a product get.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ProductFile {
    id: Uuid,
    name: String,
    /// In bytes.
    size: u64,
    mime_type: String,
}

impl From<&polar::Product> for Product {
    fn from(product: &polar::Product) -> Self {
        let prices = product.prices.iter().filter(|price| price.is_offered());
        Self {
            id: product.id.into(),
            name: product.name.clone(),
            description: product.description.clone(),
            is_recurring: product.is_recurring,
            recurring_interval: product.recurring_interval.as_ref().map(Interval::from),
            recurring_interval_count: product.recurring_interval_count,
            trial_interval: product.trial_interval.as_ref().map(Interval::from),
            trial_interval_count: product.trial_interval_count,
            created_at: product.created_at,
            modified_at: product.modified_at,
            prices: prices.map(ProductPrice::from).collect(),
            benefits: product.benefits.iter().filter(|benefit| !benefit.is_deleted).map(ProductBenefit::from).collect(),
            medias: product.medias.iter().map(ProductMedia::from).collect(),
        }
    }
}

impl ProductWithFiles {
    pub(crate) fn new(product: &polar::Product, files: &[&File]) -> Self {
        Self { product: product.into(), files: files.iter().copied().map(ProductFile::from).collect() }
    }
}

impl From<&Price> for ProductPrice {
    fn from(price: &Price) -> Self {
        Self {
            id: price.id.into(),
            amount_type: (&price.amount_type).into(),
            price_currency: price.price_currency.to_string(),
            price_amount: price.price_amount,
            minimum_amount: price.minimum_amount,
            maximum_amount: price.maximum_amount,
            preset_amount: price.preset_amount,
        }
    }
}

impl From<&Benefit> for ProductBenefit {
    fn from(benefit: &Benefit) -> Self {
        Self { id: benefit.id.into(), r#type: (&benefit.kind).into(), description: benefit.description.clone() }
    }
}

impl From<&Media> for ProductMedia {
    fn from(media: &Media) -> Self {
        Self {
            id: media.id.into(),
            name: media.name.clone(),
            mime_type: media.mime_type.clone(),
            size: media.size,
            public_url: media.public_url.clone(),
        }
    }
}

impl From<&File> for ProductFile {
    fn from(file: &File) -> Self {
        Self { id: file.id.into(), name: file.name.clone(), size: file.size, mime_type: file.mime_type.clone() }
    }
}
