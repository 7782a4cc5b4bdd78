//! Checkout links: addresses that begin a checkout for each visitor.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    CheckoutDiscount, CheckoutLinkId, Client, DiscountId, Metadata, OrganizationId, Page, Product, ProductId, Result,
    query::Query, request::Request,
};

/// The checkout links of the organization.
///
/// # Examples
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/example.rs"));
/// # fn main() { run(async |polar, _| {
/// use polar::ListCheckoutLinks;
///
/// # let forest = demo::FOREST_PACK.into();
/// let to_forest = ListCheckoutLinks { product_ids: vec![forest], ..ListCheckoutLinks::default() };
/// let links = polar.checkout_links().list_all(&to_forest).await?;
/// assert_eq!(links[0].label.as_deref(), Some("Forest or brushes"));
/// # Ok(()) }) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct CheckoutLinks<'a>(&'a Client);

impl Client {
    /// The shop's checkout links. Need the scope `checkout_links:read`.
    #[must_use]
    pub fn checkout_links(&self) -> CheckoutLinks<'_> {
        CheckoutLinks(self)
    }
}

impl CheckoutLinks<'_> {
    /// One page of links, oldest first.
    pub async fn list(&self, list: &ListCheckoutLinks) -> Result<Page<CheckoutLink>> {
        self.0.send(list.request().page(list.page, list.limit)).await
    }

    /// The whole list; `page` and `limit` do not count.
    pub async fn list_all(&self, list: &ListCheckoutLinks) -> Result<Vec<CheckoutLink>> {
        self.0.all(list.request(), |link: &CheckoutLink| link.id).await
    }

    /// One link.
    pub async fn find(&self, id: CheckoutLinkId) -> Result<Option<CheckoutLink>> {
        self.0.find(Request::get("/checkout-links/{id}").with(id)).await
    }
}

/// Which checkout links.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ListCheckoutLinks {
    /// To these products.
    pub product_ids: Vec<ProductId>,
    /// `created_at`, `label`, `success_url` or `allow_discount_codes`, with `-` in front for descending.
    pub sorting: Vec<String>,
    /// The page, from 1.
    pub page: Option<u32>,
    /// Items per page: 10 unless said, at most 100.
    pub limit: Option<u32>,
}

impl ListCheckoutLinks {
    fn request(&self) -> Request<'static> {
        let query = Query::default().each("product_id", &self.product_ids).each("sorting", &self.sorting);
        Request::get("/checkout-links/").query(query)
    }
}

/// An address that begins a checkout for each visitor.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct CheckoutLink {
    /// Its id.
    pub id: CheckoutLinkId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub modified_at: Option<Timestamp>,
    /// The merchant's name of it.
    pub label: Option<String>,
    /// The address; each visit makes a new checkout.
    pub url: String,
    /// Where the buyer goes afterwards.
    pub success_url: Option<String>,
    /// Where the page's back button leads.
    pub return_url: Option<String>,
    /// Whether the buyer may enter a code.
    pub allow_discount_codes: bool,
    /// Whether a whole address is asked for.
    pub require_billing_address: bool,
    /// The discount that applies from the start.
    pub discount_id: Option<DiscountId>,
    /// The discount itself.
    pub discount: Option<CheckoutDiscount>,
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// What may be bought.
    pub products: Vec<Product>,
    /// The merchant's pairs, for the orders.
    #[serde(default)]
    pub metadata: Metadata,
}
