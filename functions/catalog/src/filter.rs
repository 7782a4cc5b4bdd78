use std::{cmp::Ordering, str::FromStr};

use axum::{extract::FromRequestParts, http::request::Parts};
use http_api::{ApiError, Code, Count, PageNumber, PageSize, Pagination, Refused, Refuses, page_of};
use polar::Product;
use serde_json::Value;
use url::form_urlencoded;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};
use uuid::Uuid;

const DEFAULT_LIMIT: usize = 10;

/// Filters, sorting and paging of the product list: Polar's own parameters in camel case.
///
/// Lists may be given by repeating a parameter. Unknown parameters are ignored, as Polar does.
#[derive(Debug)]
pub(crate) struct Filter {
    ids: Vec<Uuid>,
    query: Option<String>,
    is_recurring: Option<bool>,
    benefit_ids: Vec<Uuid>,
    metadata: Vec<(String, String)>,
    sorting: Vec<Sorting>,
    page: PageNumber,
    limit: Option<PageSize>,
}

impl Default for Filter {
    fn default() -> Self {
        Self {
            ids: Vec::new(),
            query: None,
            is_recurring: None,
            benefit_ids: Vec::new(),
            metadata: Vec::new(),
            sorting: vec![Sorting { key: SortKey::CreatedAt, descending: true }],
            page: PageNumber::ONE,
            limit: None,
        }
    }
}

impl Refuses for Filter {
    fn refusals() -> Vec<Code> {
        vec![Code::InvalidRequest]
    }
}

impl<S: Sync> FromRequestParts<S> for Filter {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Self::parse(parts.uri.query().unwrap_or_default()).map_err(|refused| ApiError::InvalidRequest(vec![refused]))
    }
}

impl Filter {
    fn parse(query: &str) -> Result<Self, Refused> {
        let mut filter = Self::default();
        let mut sorting = Vec::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "id" => filter.ids.push(parse(&name, &value, "is not an id")?),
                "query" => filter.query = Some(value.to_lowercase()),
                "isRecurring" => filter.is_recurring = Some(parse(&name, &value, "is neither true nor false")?),
                "benefitId" => filter.benefit_ids.push(parse(&name, &value, "is not an id")?),
                "sorting" => {
                    sorting.push(parse(&name, &value, "is not created_at, name, price_amount or price_amount_type")?);
                }
                "page" => filter.page = count(&name, &value)?,
                "limit" => filter.limit = Some(count(&name, &value)?),
                name if name == "metadata" || name.starts_with("metadata[") => {
                    filter.metadata.push((metadata_key(name)?.to_owned(), value.into_owned()));
                }
                _ => {}
            }
        }
        if !sorting.is_empty() {
            filter.sorting = sorting;
        }
        Ok(filter)
    }

    /// The products of the requested page, and the number of all matching products.
    pub(crate) fn apply<'a>(&self, mut matching: Vec<&'a Product>) -> Selection<'a> {
        matching.retain(|product| self.matches(product));
        matching.sort_by(|a, b| {
            self.sorting
                .iter()
                .map(|sorting| sorting.compare(a, b))
                .find(|order| order.is_ne())
                .unwrap_or(Ordering::Equal)
        });
        let limit = self.limit.map_or(DEFAULT_LIMIT, Count::get);
        let pagination = Pagination::of(matching.len(), limit);
        Selection { products: page_of(matching, self.page, limit).collect(), pagination }
    }

    fn matches(&self, product: &Product) -> bool {
        let has_benefit = |id: &Uuid| product.benefits.iter().any(|benefit| Uuid::from(benefit.id) == *id);
        let has =
            |(key, value): &(String, String)| product.metadata.get(key).is_some_and(|known| text(known) == *value);
        let has_one_of = |key: &String| self.metadata.iter().any(|wanted| wanted.0 == *key && has(wanted));
        (self.ids.is_empty() || self.ids.contains(&product.id.into()))
            && self.query.as_ref().is_none_or(|query| product.name.to_lowercase().contains(query))
            && self.is_recurring.is_none_or(|is_recurring| product.is_recurring == is_recurring)
            && (self.benefit_ids.is_empty() || self.benefit_ids.iter().any(has_benefit))
            && self.metadata.iter().all(|(key, _)| has_one_of(key))
    }
}

/// One page of the catalog.
pub(crate) struct Selection<'a> {
    pub(crate) products: Vec<&'a Product>,
    pub(crate) pagination: Pagination,
}

/// Metadata keys with the wanted values: `metadata[section]=brushes`.
pub(crate) struct WantedMetadata;

impl ToSchema for WantedMetadata {}

impl PartialSchema for WantedMetadata {
    fn schema() -> RefOr<Schema> {
        let key = ObjectBuilder::new().schema_type(Type::String).pattern(Some(r"^[^\[\]]+$"));
        let value = ObjectBuilder::new().schema_type(Type::String);
        ObjectBuilder::new().property_names(Some(key.build())).additional_properties(Some(value)).into()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SortKey {
    CreatedAt,
    Name,
    PriceAmount,
    PriceAmountType,
}

impl SortKey {
    const ALL: [(&str, Self); 4] = [
        ("created_at", Self::CreatedAt),
        ("name", Self::Name),
        ("price_amount", Self::PriceAmount),
        ("price_amount_type", Self::PriceAmountType),
    ];
}

/// What a list is sorted by; a leading `-` means descending.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sorting {
    key: SortKey,
    descending: bool,
}

impl Sorting {
    fn compare(self, a: &Product, b: &Product) -> Ordering {
        let price = |product: &Product| {
            product.prices.iter().filter(|price| price.is_offered()).find_map(|price| price.price_amount)
        };
        let price_type = |product: &Product| product.prices.first().map(|price| price.amount_type.to_string());
        let order = match self.key {
            SortKey::CreatedAt => a.created_at.cmp(&b.created_at),
            SortKey::Name => a.name.to_lowercase().cmp(&b.name.to_lowercase()),
            SortKey::PriceAmount => price(a).cmp(&price(b)),
            SortKey::PriceAmountType => price_type(a).cmp(&price_type(b)),
        };
        if self.descending { order.reverse() } else { order }
    }
}

impl FromStr for Sorting {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (descending, key) = text.strip_prefix('-').map_or((false, text), |key| (true, key));
        let (_, key) = SortKey::ALL.into_iter().find(|(name, _)| *name == key).ok_or(())?;
        Ok(Self { key, descending })
    }
}

impl ToSchema for Sorting {}

impl PartialSchema for Sorting {
    fn schema() -> RefOr<Schema> {
        let values = SortKey::ALL.into_iter().flat_map(|(name, _)| [name.to_owned(), format!("-{name}")]);
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(values)).into()
    }
}

fn parse<T: FromStr>(name: &str, value: &str, problem: &str) -> Result<T, Refused> {
    value.parse().map_err(|_| Refused { field: name.to_owned(), message: format!("This {problem}.") })
}

fn count<const LARGEST: u32>(name: &str, value: &str) -> Result<Count<LARGEST>, Refused> {
    parse(name, value, &format!("is not a whole number from 1 to {LARGEST}"))
}

/// The key of `metadata[key]`.
fn metadata_key(name: &str) -> Result<&str, Refused> {
    let key = name.strip_prefix("metadata[").and_then(|key| key.strip_suffix(']'));
    let key = key.filter(|key| !key.is_empty() && !key.contains(['[', ']']));
    key.ok_or_else(|| Refused::new("metadata", "Put the key in brackets, as in metadata[section]."))
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn product(name: &str, created_at: &str, amount: i64, section: &str) -> Box<Product> {
        let product = json!({
            "id": Uuid::new_v4(), "created_at": created_at, "modified_at": null, "name": name, "description": null,
            "visibility": "public", "is_recurring": amount == 500, "is_archived": false, "organization_id": Uuid::nil(),
            "metadata": { "section": section, "rank": amount }, "benefits": [], "medias": [],
            "prices": [{ "id": Uuid::new_v4(), "created_at": created_at, "source": "catalog", "amount_type": "fixed", "price_currency": "usd",
                "price_amount": amount, "is_archived": false, "product_id": Uuid::nil() }],
        });
        Box::new(serde_json::from_value(product).expect("a product as Polar writes it"))
    }

    fn names(query: &str) -> Vec<String> {
        let products = [
            product("Rigging Kit", "2026-01-01T00:00:00Z", 1500, "tools"),
            product("album", "2026-03-01T00:00:00Z", 0, "music"),
            product("Brush Pack", "2026-02-01T00:00:00Z", 500, "tools"),
        ];
        let filter = Filter::parse(query).expect("a valid query");
        filter
            .apply(products.iter().map(AsRef::as_ref).collect())
            .products
            .iter()
            .map(|product| product.name.clone())
            .collect()
    }

    #[test]
    fn the_newest_product_comes_first() {
        assert_eq!(names(""), ["album", "Brush Pack", "Rigging Kit"]);
    }

    #[test]
    fn products_are_filtered_sorted_and_paged() {
        for (query, expected) in [
            ("query=BRUSH", vec!["Brush Pack"]),
            ("isRecurring=true", vec!["Brush Pack"]),
            ("metadata[section]=tools", vec!["Brush Pack", "Rigging Kit"]),
            ("metadata%5Brank%5D=1500", vec!["Rigging Kit"]),
            ("metadata[rank]=1500&metadata[rank]=0", vec!["album", "Rigging Kit"]),
            ("metadata[rank]=1500&metadata[section]=music", vec![]),
            ("sorting=name", vec!["album", "Brush Pack", "Rigging Kit"]),
            ("sorting=-price_amount", vec!["Rigging Kit", "Brush Pack", "album"]),
            ("sorting=price_amount_type&sorting=price_amount", vec!["album", "Brush Pack", "Rigging Kit"]),
            ("limit=2&page=2", vec!["Rigging Kit"]),
            ("page=9", vec![]),
            ("page=2147483647&limit=100", vec![]),
            ("limit=100", vec!["album", "Brush Pack", "Rigging Kit"]),
            ("unknown=1", vec!["album", "Brush Pack", "Rigging Kit"]),
        ] {
            assert_eq!(names(query), expected, "{query}");
        }
    }

    #[test]
    fn an_impossible_parameter_is_named() {
        for (query, field) in [
            ("id=1", "id"),
            ("benefitId=x", "benefitId"),
            ("isRecurring=maybe", "isRecurring"),
            ("metadata=x", "metadata"),
            ("metadata[]=x", "metadata"),
            ("metadata[a][b]=x", "metadata"),
            ("sorting=nonsense", "sorting"),
            ("page=0", "page"),
            ("page=2147483648", "page"),
            ("limit=101", "limit"),
            ("limit=-1", "limit"),
            ("limit=ten", "limit"),
        ] {
            assert_eq!(Filter::parse(query).unwrap_err().field, field, "{query}");
        }
    }
}
