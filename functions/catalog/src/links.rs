use axum::{extract::State, http::HeaderMap, response::Response};
use http_api::{ApiError, DiscountType, Now, Path};
use polar::CheckoutLinkId;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Shop, caching::cacheable, product::Product};

/// An address that begins a checkout for each visitor.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct CheckoutLink {
    id: Uuid,
    /// The merchant's name of it.
    label: Option<String>,
    /// Send the buyer there; each visit makes a new checkout.
    #[schema(format = Uri)]
    url: String,
    /// What may be bought with it.
    products: Vec<Product>,
    /// What the link takes off the price; `null` for nothing.
    discount: Option<LinkDiscount>,
}

/// What a link takes off the price.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct LinkDiscount {
    name: String,
    r#type: DiscountType,
    /// In hundredths of a percent: 2500 is a quarter.
    basis_points: Option<i64>,
    /// In the currency's minor unit.
    amount: Option<i64>,
}

impl From<&polar::CheckoutLink> for CheckoutLink {
    fn from(link: &polar::CheckoutLink) -> Self {
        let on_sale = link.products.iter().filter(|product| product.is_on_sale());
        Self {
            id: link.id.into(),
            label: link.label.clone(),
            url: link.url.clone(),
            products: on_sale.map(Product::from).collect(),
            discount: link.discount.as_ref().map(LinkDiscount::from),
        }
    }
}

impl From<&polar::CheckoutDiscount> for LinkDiscount {
    fn from(discount: &polar::CheckoutDiscount) -> Self {
        Self {
            name: discount.name.clone(),
            r#type: (&discount.kind).into(),
            basis_points: discount.basis_points,
            amount: discount.amount,
        }
    }
}

/// Finds one of the shop's checkout links.
///
/// The merchant makes such links at Polar, for a newsletter or a campaign. No route lists them: the merchant knows their ids.
#[utoipa::path(get, path = "/api/checkout-links/{id}", operation_id = "getCheckoutLink", tag = "catalog", security(()),
    params(("id" = Uuid, Path, description = "The link's id"), ("If-None-Match" = Option<String>, Header, description = "The `ETag` of the answer that the caller has")),
    responses(
        (status = 200, body = CheckoutLink, description = "The link", headers(("ETag" = String, description = "For `If-None-Match`"))),
        (status = 304, description = "Nothing new since the `ETag` in `If-None-Match`"),
    ))]
pub(crate) async fn get(
    State(shop): State<Shop>,
    Now(now): Now,
    Path(id): Path<CheckoutLinkId>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let listing = shop.products.listing().await?;
    let link = listing.find_link(id).ok_or(ApiError::NotFound)?;
    Ok(cacheable(&CheckoutLink::from(link), now.duration_since(listing.true_at), &headers))
}
