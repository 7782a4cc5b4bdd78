//! Products: what the shop sells.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Benefit, BenefitId, Client, Media, Metadata, OrganizationId, Page, Price, ProductId, Result, open_enum::open_enum,
    query::Query, request::Request,
};

/// The products of the organization.
///
/// # Examples
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/example.rs"));
/// # fn main() { run(async |polar, _| {
/// use polar::ListProducts;
///
/// let on_sale = polar.products().list_all(&ListProducts::on_sale()).await?;
/// let forest = on_sale.iter().find(|product| product.name == "Low-Poly Forest").expect("it is on sale");
/// assert_eq!(forest.prices[0].price_amount, Some(19_00));
/// # Ok(()) }) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Products<'a>(&'a Client);

impl Client {
    /// What the shop sells. Needs the scope `products:read`.
    #[must_use]
    pub fn products(&self) -> Products<'_> {
        Products(self)
    }
}

impl Products<'_> {
    /// One page of products, newest first.
    pub async fn list(&self, list: &ListProducts) -> Result<Page<Product>> {
        self.0.send(list.request().page(list.page, list.limit)).await
    }

    /// The whole list; `page` and `limit` do not count.
    pub async fn list_all(&self, list: &ListProducts) -> Result<Vec<Product>> {
        self.0.all(list.request(), |product: &Product| product.id).await
    }

    /// One product, archived and draft ones too: see [`Product::is_on_sale`].
    pub async fn find(&self, id: ProductId) -> Result<Option<Product>> {
        self.0.find(Request::get("/products/{id}").with(id)).await
    }
}

/// Which products. Without `is_archived` and `visibility` the list has archived, draft and private ones too.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ListProducts {
    /// These only.
    pub ids: Vec<ProductId>,
    /// A part of the name, in any case.
    pub query: Option<String>,
    /// Only archived ones, or none of them.
    pub is_archived: Option<bool>,
    /// Only subscriptions, or none of them.
    pub is_recurring: Option<bool>,
    /// Products that give one of these. Their `benefits` then show the given ones only.
    pub benefit_ids: Vec<BenefitId>,
    /// These only.
    pub visibility: Vec<Visibility>,
    /// Products with these pairs in their metadata.
    pub metadata: BTreeMap<String, String>,
    /// `created_at`, `name`, `price_amount_type` or `price_amount`, with `-` in front for descending.
    pub sorting: Vec<String>,
    /// The page, from 1.
    pub page: Option<u32>,
    /// Items per page: 10 unless said, at most 100.
    pub limit: Option<u32>,
}

impl ListProducts {
    /// What a shop shows: public products that are still sold.
    #[must_use]
    pub fn on_sale() -> Self {
        Self { is_archived: Some(false), visibility: vec![Visibility::Public], ..Self::default() }
    }

    fn request(&self) -> Request<'static> {
        let query = Query::default()
            .each("id", &self.ids)
            .each("query", &self.query)
            .each("is_archived", self.is_archived)
            .each("is_recurring", self.is_recurring)
            .each("benefit_id", &self.benefit_ids)
            .each("visibility", &self.visibility)
            .metadata(&self.metadata)
            .each("sorting", &self.sorting);
        Request::get("/products/").query(query)
    }
}

/// A product. Embedded in other answers it lacks some lists, which are then empty; each field says where.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Product {
    /// Its id.
    pub id: ProductId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub modified_at: Option<Timestamp>,
    /// 3 to 64 characters.
    pub name: String,
    /// Markdown.
    pub description: Option<String>,
    /// Who sees it.
    pub visibility: Visibility,
    /// Whether it is no longer sold.
    pub is_archived: bool,
    /// Whether it is a subscription.
    pub is_recurring: bool,
    /// The unit of a subscription's period.
    pub recurring_interval: Option<Interval>,
    /// How many of the units a period has.
    pub recurring_interval_count: Option<u32>,
    /// The unit of the trial.
    pub trial_interval: Option<Interval>,
    /// How many of the units the trial has.
    pub trial_interval_count: Option<u32>,
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// The merchant's pairs; missing in checkouts and in the portal.
    #[serde(default)]
    pub metadata: Metadata,
    /// Its prices, archived ones too; missing in orders.
    #[serde(default)]
    pub prices: Vec<Price>,
    /// What it gives; missing in orders. Only the product routes show their metadata and properties.
    #[serde(default)]
    pub benefits: Vec<Benefit>,
    /// Its pictures; missing in orders.
    #[serde(default)]
    pub medias: Vec<Media>,
}

impl Product {
    /// Whether anyone may buy it.
    #[must_use]
    pub fn is_on_sale(&self) -> bool {
        !self.is_archived && self.visibility == Visibility::Public
    }
}

open_enum! {
    /// Who sees a product or a benefit.
    pub enum Visibility {
        /// Nobody yet.
        Draft = "draft",
        /// Whoever has a link.
        Private = "private",
        /// Everyone.
        Public = "public",
        ..Unknown
    }
}

open_enum! {
    /// A unit of time of subscriptions and trials.
    pub enum Interval {
        /// A day.
        Day = "day",
        /// A week.
        Week = "week",
        /// A month.
        Month = "month",
        /// A year.
        Year = "year",
        ..Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_on_sale_is_asked_for_by_name() {
        let url = ListProducts::on_sale().request().url(&"https://x/v1".parse().unwrap());
        assert_eq!(url.query(), Some("is_archived=false&visibility=public"));
    }
}
