//! What a stand-in sells: the catalog, built by hand or taken from the demo.

mod benefit;
mod discount;
mod file;
mod past;
mod product;

pub use benefit::Benefit;
pub use discount::{CheckoutLink, Discount};
pub use file::File;
pub use past::PastPurchase;
pub use product::{Interval, Product};

pub(crate) use benefit::Kind;
pub(crate) use file::Service;
pub(crate) use product::{Amount, DEFAULT_CURRENCY, Price};

use jiff::Timestamp;
use uuid::Uuid;

/// An organization with its products, and what its customers bought before the start.
#[derive(Debug, Clone)]
pub struct Shop {
    pub(crate) organization: Organization,
    pub(crate) products: Vec<Product>,
    pub(crate) benefits: Vec<Benefit>,
    pub(crate) files: Vec<File>,
    pub(crate) links: Vec<CheckoutLink>,
    pub(crate) discounts: Vec<Discount>,
    pub(crate) past: Vec<PastPurchase>,
}

/// Who sells.
#[derive(Debug, Clone)]
pub(crate) struct Organization {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) slug: String,
}

impl Shop {
    /// A shop that sells nothing yet.
    #[must_use]
    pub fn empty() -> Self {
        Self::named(crate::demo::ORGANIZATION, "Empty Shop", "empty-shop")
    }

    /// The demo shop; its ids are the constants of [`demo`](crate::demo).
    #[must_use]
    pub fn demo() -> Self {
        crate::demo::shop()
    }

    /// An empty shop of another organization.
    #[must_use]
    pub fn named(id: Uuid, name: &str, slug: &str) -> Self {
        let organization = Organization { id, name: name.to_owned(), slug: slug.to_owned() };
        Self {
            organization,
            products: Vec::new(),
            benefits: Vec::new(),
            files: Vec::new(),
            links: Vec::new(),
            discounts: Vec::new(),
            past: Vec::new(),
        }
    }

    /// Adds a product; its benefits and covers are added by themselves.
    #[must_use]
    pub fn with_product(mut self, product: Product) -> Self {
        self.products.push(product);
        self
    }

    /// Adds a benefit that products can give.
    #[must_use]
    pub fn with_benefit(mut self, benefit: Benefit) -> Self {
        self.benefits.push(benefit);
        self
    }

    /// Adds a file that a benefit or a product's covers can name.
    #[must_use]
    pub fn with_file(mut self, file: File) -> Self {
        self.files.push(file);
        self
    }

    /// Adds a checkout link.
    #[must_use]
    pub fn with_link(mut self, link: CheckoutLink) -> Self {
        self.links.push(link);
        self
    }

    /// Adds a discount code.
    #[must_use]
    pub fn with_discount(mut self, discount: Discount) -> Self {
        self.discounts.push(discount);
        self
    }

    /// Adds an order that is older than the shop's start.
    #[must_use]
    pub fn with_purchase(mut self, purchase: PastPurchase) -> Self {
        self.past.push(purchase);
        self
    }

    pub(crate) fn product(&self, id: Uuid) -> Option<&Product> {
        self.products.iter().find(|product| product.id == id)
    }

    pub(crate) fn benefit(&self, id: Uuid) -> Option<&Benefit> {
        self.benefits.iter().find(|benefit| benefit.id == id)
    }

    pub(crate) fn file(&self, id: Uuid) -> Option<&File> {
        self.files.iter().find(|file| file.id == id)
    }

    pub(crate) fn discount(&self, id: Uuid) -> Option<&Discount> {
        self.discounts.iter().find(|discount| discount.id == id)
    }
}

/// When catalog objects were made, unless they say otherwise.
pub(crate) fn opening_day() -> Timestamp {
    Timestamp::from_second(1_767_258_000).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// An id that follows from another one, so that fixed ids stay fixed.
pub(crate) fn derived_id(id: Uuid, tag: u8) -> Uuid {
    Uuid::from_u128(id.as_u128() ^ (u128::from(tag) << 40))
}
