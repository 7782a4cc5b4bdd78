use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use futures_util::future::try_join_all;
use jiff::Timestamp;
use polar::{
    Benefit, BenefitId, CheckoutLink, CheckoutLinkId, File, FileId, ListCheckoutLinks, ListProducts, Product, ProductId,
};
use serde::{Deserialize, Serialize};
use tracing::warn;

/// Polar accepts a few hundred ids in one address.
const IDS_PER_CALL: usize = 100;

/// All products, benefits and files of the shop's organization at Polar, and when they were fetched.
#[derive(Clone, Debug)]
pub struct Listing {
    /// When it was fetched from Polar.
    pub true_at: Timestamp,
    content: Arc<Content>,
}

#[derive(Debug)]
struct Content {
    products: Vec<Arc<Product>>,
    by_id: HashMap<ProductId, Arc<Product>>,
    files: HashMap<FileId, File>,
    links: Vec<CheckoutLink>,
}

/// A listing as it is published. If it does not decode, another version of the shop wrote it.
#[derive(Serialize, Deserialize)]
struct Published {
    products: Vec<Arc<Product>>,
    files: Vec<File>,
    links: Vec<CheckoutLink>,
}

impl Listing {
    /// Fetches everything from Polar: products, then their files and the checkout links concurrently.
    ///
    /// Without the scope `files:read` or `checkout_links:read`, files or links are left out.
    pub async fn fetch(polar: &polar::Client, now: Timestamp) -> Result<Self, polar::Error> {
        let products = polar.products().list_all(&ListProducts::default()).await?;
        let benefits = products.iter().flat_map(|product| &product.benefits);
        let mut ids: Vec<FileId> = benefits.flat_map(Benefit::files).collect();
        ids.sort_unstable();
        ids.dedup();
        let (files, links) = tokio::try_join!(fetch_files(polar, &ids), fetch_links(polar))?;
        let products = products.into_iter().map(Arc::new).collect();
        Ok(Self::new(Published { products, files, links }, now))
    }

    fn new(published: Published, true_at: Timestamp) -> Self {
        let Published { products, files, links } = published;
        let by_id = products.iter().map(|product| (product.id, Arc::clone(product))).collect();
        let files = files.into_iter().map(|file| (file.id, file)).collect();
        Self { true_at, content: Arc::new(Content { products, by_id, files, links }) }
    }

    /// The same listing, confirmed at a later moment.
    pub(crate) fn confirmed_at(&self, true_at: Timestamp) -> Self {
        Self { true_at, content: Arc::clone(&self.content) }
    }

    /// The listing for the catalog table. The same listing gives the same bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let Content { products, files, links, .. } = &*self.content;
        let mut files: Vec<_> = files.values().cloned().collect();
        files.sort_by_key(|file| file.id);
        let published = Published { products: products.clone(), files, links: links.clone() };
        serde_json::to_vec(&published).unwrap_or_default()
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote; `None` for what another version wrote.
    #[must_use]
    pub fn from_bytes(bytes: &[u8], true_at: Timestamp) -> Option<Self> {
        serde_json::from_slice(bytes).ok().map(|published| Self::new(published, true_at))
    }

    /// Lists the products that a visitor may buy, in Polar's order.
    #[must_use]
    pub fn on_sale(&self) -> Vec<&Product> {
        self.content.products.iter().map(AsRef::as_ref).filter(|product| product.is_on_sale()).collect()
    }

    /// Finds any product, on sale or not.
    #[must_use]
    pub fn find(&self, id: ProductId) -> Option<Arc<Product>> {
        self.content.by_id.get(&id).cloned()
    }

    /// Lists the products with any of these benefits, including archived and private ones.
    #[must_use]
    pub fn giving(&self, benefits: &HashSet<BenefitId>) -> Vec<ProductId> {
        let gives = |product: &&Arc<Product>| product.benefits.iter().any(|benefit| benefits.contains(&benefit.id));
        self.content.products.iter().filter(gives).map(|product| product.id).collect()
    }

    /// Lists the files of a product, in the merchant's order.
    #[must_use]
    pub fn files_of(&self, product: &Product) -> Vec<&File> {
        let ids = product.benefits.iter().flat_map(Benefit::files);
        ids.filter_map(|id| self.content.files.get(&id)).collect()
    }

    /// Finds a checkout link.
    #[must_use]
    pub fn find_link(&self, id: CheckoutLinkId) -> Option<&CheckoutLink> {
        self.content.links.iter().find(|link| link.id == id)
    }
}

async fn fetch_files(polar: &polar::Client, ids: &[FileId]) -> Result<Vec<File>, polar::Error> {
    let files = polar.files();
    let pages = try_join_all(ids.chunks(IDS_PER_CALL).map(|ids| files.list_all(ids))).await;
    Ok(or_nothing(pages, "files:read")?.into_iter().flatten().collect())
}

async fn fetch_links(polar: &polar::Client) -> Result<Vec<CheckoutLink>, polar::Error> {
    or_nothing(polar.checkout_links().list_all(&ListCheckoutLinks::default()).await, "checkout_links:read")
}

fn or_nothing<T>(answer: Result<Vec<T>, polar::Error>, scope: &str) -> Result<Vec<T>, polar::Error> {
    match answer {
        Err(polar::Error::InsufficientScope) => {
            warn!(scope, "leaving something out of the catalog, because the access token lacks a scope");
            Ok(Vec::new())
        }
        answer => answer,
    }
}
