//! The catalog as a whole.

use uuid::Uuid;

use super::{Benefit, CheckoutLink, Discount, File, PastPurchase, Product};

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
        Self::named(Uuid::from_u128(0x0a00_0001_0000_4000_8000_0000_0000_0001), "Empty Shop", "empty-shop")
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
