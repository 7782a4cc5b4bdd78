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
    /// The merchant's text, in Markdown.
    description: Option<String>,
    /// Whether it is a subscription.
    is_recurring: bool,
    /// The unit of a subscription's period; `null` for a one-time purchase.
    recurring_interval: Option<Interval>,
    /// How many units a period has.
    recurring_interval_count: Option<u32>,
    /// The unit of the free trial; `null` where there is none.
    trial_interval: Option<Interval>,
    /// How many units the trial has.
    trial_interval_count: Option<u32>,
    created_at: Timestamp,
    modified_at: Option<Timestamp>,
    /// The prices that are offered, one for each currency.
    prices: Vec<ProductPrice>,
    /// What the product gives.
    benefits: Vec<ProductBenefit>,
    /// Its pictures.
    medias: Vec<ProductMedia>,
}

/// A product with the files that it gives.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProductWithFiles {
    #[serde(flatten)]
    product: Product,
    files: Vec<ProductFile>,
}

/// One way to pay for a product; amounts are integers in the currency's minor unit.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ProductPrice {
    id: Uuid,
    amount_type: AmountType,
    /// ISO 4217, lower case.
    #[schema(pattern = "^[a-z]{3}$", example = "usd")]
    price_currency: String,
    /// What a `fixed` price is; 0 is free.
    #[schema(example = 1500)]
    price_amount: Option<i64>,
    /// The least that the buyer may pay, where the buyer decides the price.
    minimum_amount: Option<i64>,
    /// The most, likewise.
    maximum_amount: Option<i64>,
    /// What the payment page suggests.
    preset_amount: Option<i64>,
}

/// What a product gives.
#[derive(Debug, Serialize, ToSchema)]
struct ProductBenefit {
    id: Uuid,
    r#type: BenefitType,
    /// The merchant's name of it.
    description: String,
}

/// A picture of a product.
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

/// A file that a product gives.
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
