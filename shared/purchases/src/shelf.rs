use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use futures_util::future::try_join_all;
use jiff::Timestamp;
use polar::{
    Benefit, BenefitGrant, BenefitId, BenefitType, CheckoutId, CustomerToken, Downloadable, FileId, ListBenefitGrants,
    ListDownloadables, ListPortalOrders, OrderStatus, Portal, PortalOrder, Product, ProductId,
};
use store::{Counter, FileOfPurchase, Scope, Session};
use url::Url;
use uuid::Uuid;

use crate::{Content, Error, File, Link, Purchase, PurchaseId, Purchases, Status, Terms};

/// Polar grants within seconds of the payment. What is missing for longer was taken back.
const GRANTED_WITHIN: Duration = Duration::from_mins(15);

/// Everything that Polar says of a buyer's purchases, as far as the session may see it.
pub(crate) struct Shelf {
    orders: Vec<PortalOrder>,
    grants: Vec<BenefitGrant>,
    files: HashMap<(BenefitId, FileId), Downloadable>,
    products: HashMap<ProductId, Arc<Product>>,
    default_terms: Terms,
}

impl Purchases {
    pub(crate) async fn shelf(&self, session: &Session, now: Timestamp) -> Result<Shelf, Error> {
        let (orders, grants, files) =
            self.as_customer(session, now, |token| fetch(&self.polar, token, session.scope)).await?;
        let products: HashSet<ProductId> = orders.iter().filter_map(|order| order.product_id).collect();
        let products = try_join_all(products.into_iter().map(|id| self.products.find(id))).await?;
        Ok(Shelf {
            orders: without_renewals(orders),
            grants,
            files: files.into_iter().map(|file| ((file.benefit_id, file.file.id), file)).collect(),
            products: products.into_iter().flatten().map(|product| (product.id, product)).collect(),
            default_terms: self.default_terms,
        })
    }
}

type Answers = (Vec<PortalOrder>, Vec<BenefitGrant>, Vec<Downloadable>);

async fn fetch(polar: &polar::Client, token: CustomerToken, scope: Scope) -> polar::Result<Answers> {
    let portal = polar.portal(&token);
    let mut grants = ListBenefitGrants::default();
    if let Scope::Order { checkout_id } = scope {
        grants.checkout_ids.push(CheckoutId::from(checkout_id));
    }
    let files = ListDownloadables::default();
    tokio::try_join!(list_orders(&portal, scope), portal.all_benefit_grants(&grants), portal.all_downloadables(&files))
}

async fn list_orders(portal: &Portal<'_>, scope: Scope) -> polar::Result<Vec<PortalOrder>> {
    let orders = portal.all_orders(&ListPortalOrders::default()).await?;
    Ok(match scope {
        Scope::Account => orders,
        // Polar's portal has no filter for this.
        Scope::Order { checkout_id } => {
            orders.into_iter().filter(|order| order.checkout_id.map(Uuid::from) == Some(checkout_id)).collect()
        }
    })
}

/// Each month of a subscription is an order of its own; what it gives was bought with the first.
fn without_renewals(mut orders: Vec<PortalOrder>) -> Vec<PortalOrder> {
    orders.sort_by_key(|order| (order.created_at, order.id));
    let mut seen = HashSet::new();
    orders.retain(|order| order.subscription_id.is_none_or(|subscription| seen.insert(subscription)));
    orders
}

impl Shelf {
    /// The rows of the library, the newest order first, files in the merchant's order.
    pub(crate) fn purchases(&self, counters: &HashMap<FileOfPurchase, Counter>, now: Timestamp) -> Vec<Purchase> {
        let orders = self.orders.iter().rev();
        let rows = orders.flat_map(|order| self.purchases_of(order, now));
        rows.map(|row| {
            let counter = counters.get(&row.id.counter());
            row.count(counter, now)
        })
        .collect()
    }

    fn purchases_of(&self, order: &PortalOrder, now: Timestamp) -> Vec<Purchase> {
        let product = order.product_id.and_then(|id| self.products.get(&id));
        let grants: BTreeMap<BenefitId, &BenefitGrant> =
            self.grants_of(order).map(|grant| (grant.benefit_id, grant)).collect();
        let granted = grants.values().flat_map(|grant| self.granted(order, product, grant));
        let sold = product.iter().flat_map(|product| &product.benefits).filter(|benefit| is_download(benefit));
        let missing = sold.filter(|benefit| !grants.contains_key(&benefit.id));
        let missing = missing.flat_map(|benefit| self.withheld(order, product, benefit, now));
        granted.chain(missing).collect()
    }

    fn grants_of(&self, order: &PortalOrder) -> impl Iterator<Item = &BenefitGrant> {
        self.grants.iter().filter(|grant| grant.is_granted && !grant.is_revoked).filter(|grant| {
            let of_subscription = grant.subscription_id.is_some() && grant.subscription_id == order.subscription_id;
            grant.order_id == Some(order.id) || of_subscription
        })
    }

    fn granted(&self, order: &PortalOrder, product: Option<&Arc<Product>>, grant: &BenefitGrant) -> Vec<Purchase> {
        // Only the organization's view of a benefit has its metadata.
        let sold = product.and_then(|product| product.benefits.iter().find(|benefit| benefit.id == grant.benefit_id));
        let benefit = sold.unwrap_or(&grant.benefit);
        let granted = |file_id, content, link| {
            let granted = Purchase {
                granted_at: grant.granted_at,
                updated_at: grant.modified_at.or(grant.granted_at).unwrap_or(grant.created_at),
                status: Status::Available,
                link: Some(link),
                ..row(order, benefit, file_id, content)
            };
            granted.apply(self.terms(product, benefit))
        };
        if let Some(url) = download_url(benefit) {
            return vec![granted(benefit.id.into(), Content::Url, Link::Elsewhere(url))];
        }
        let files = grant.files().into_iter().filter_map(|file_id| self.files.get(&(grant.benefit_id, file_id)));
        files.map(|file| granted(file.file.id.into(), Content::File(describe(file)), Link::at_polar(file))).collect()
    }

    /// What was sold with the order and is not granted: not yet, or no longer.
    fn withheld(
        &self,
        order: &PortalOrder,
        product: Option<&Arc<Product>>,
        benefit: &Benefit,
        now: Timestamp,
    ) -> Vec<Purchase> {
        let fresh = now < order.created_at + GRANTED_WITHIN;
        let pending = order.status == OrderStatus::Pending || (fresh && order.status == OrderStatus::Paid);
        let status = if pending { Status::Pending } else { Status::Expired };
        let elsewhere = download_url(benefit).map(|_| benefit.id.into());
        let files = benefit.files().into_iter().map(Uuid::from).chain(elsewhere);
        let withheld = |file_id| Purchase { status, ..row(order, benefit, file_id, Content::Withheld) };
        files.map(|file_id| withheld(file_id).apply(self.terms(product, benefit))).collect()
    }

    fn terms(&self, product: Option<&Arc<Product>>, benefit: &Benefit) -> Terms {
        product.map_or(self.default_terms, |product| Terms::of(benefit, product, self.default_terms))
    }
}

fn row(order: &PortalOrder, benefit: &Benefit, file_id: Uuid, content: Content) -> Purchase {
    Purchase {
        id: PurchaseId { order_id: order.id, file_id },
        product_id: order.product_id,
        product_name: order.product.as_ref().map_or_else(|| order.description.clone(), |product| product.name.clone()),
        name: benefit.description.clone(),
        content,
        ordered_at: order.created_at,
        order_status: order.status.clone(),
        granted_at: None,
        updated_at: order.modified_at.unwrap_or(order.created_at),
        access_expires_at: None,
        limit: None,
        used: 0,
        canceled: 0,
        last_downloaded_at: None,
        status: Status::Expired,
        link: None,
    }
}

fn is_download(benefit: &Benefit) -> bool {
    benefit.kind == BenefitType::Downloadables || download_url(benefit).is_some()
}

/// The address of a file elsewhere: a `custom` benefit with `download_url` in its metadata, https only.
fn download_url(benefit: &Benefit) -> Option<Url> {
    let text = benefit.metadata.get("download_url").filter(|_| benefit.kind == BenefitType::Custom)?;
    Url::parse(text.as_str()?).ok().filter(|url| url.scheme() == "https")
}

fn describe(downloadable: &Downloadable) -> File {
    let file = &downloadable.file;
    File {
        name: file.name.clone(),
        size: file.size,
        mime_type: file.mime_type.clone(),
        version: file.version.clone(),
        checksum_sha256: file.checksum_sha256_hex.clone(),
    }
}
