use axum::{extract::State, http::HeaderMap, response::Response};
use http_api::{ApiError, DiscountType, Now, Path};
use polar::CheckoutLinkId;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Shop, caching::cacheable, product::Product};

/// A link that starts a checkout for each visitor.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct CheckoutLink {
    id: Uuid,
    /// The merchant's name for the link.
    label: Option<String>,
    /// The address to send the buyer to. Each visit creates a new checkout.
    #[schema(format = Uri)]
    url: String,
    /// The products that can be bought with it.
    products: Vec<Product>,
    /// The discount that the link applies; `null` for none.
    discount: Option<LinkDiscount>,
}

/// The discount that a checkout link applies.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct LinkDiscount {
    name: String,
    r#type: DiscountType,
    /// For a `percentage`, in hundredths of a percent: 2500 is 25 %.
    basis_points: Option<i64>,
    /// For a `fixed` discount, in the currency's minor unit.
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

/// Returns one of the shop's checkout links.
///
/// Merchants create checkout links at Polar, for example for a newsletter or a campaign. There is no route to list them; the merchant knows
/// their ids.
#[utoipa::path(get, path = "/api/checkout-links/{id}", operation_id = "getCheckoutLink", tag = "catalog", security(()),
    params(("id" = Uuid, Path, description = "The link's id"), ("If-None-Match" = Option<String>, Header, description = "The `ETag` of the response that the caller already has")),
    responses(
        (status = 200, body = CheckoutLink, description = "The checkout link", headers(("ETag" = String, description = "Send it as `If-None-Match` next time"))),
        (status = 304, description = "Not modified since the `ETag` in `If-None-Match`"),
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
