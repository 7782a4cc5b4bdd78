use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

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
    /// The token that Polar answered to.
    pub(crate) token: CustomerToken,
}

impl Purchases {
    pub(crate) async fn shelf(&self, session: &Session, now: Timestamp) -> Result<Shelf, Error> {
        let said = Box::pin(self.as_customer(session, now, |token| ask(&self.polar, token, session.scope)));
        // A new instance reads the catalogue while Polar answers.
        let (said, listing) = tokio::join!(said, self.products.listing());
        let (said, listing) = (said?, listing?);
        let ids = said.orders.iter().filter_map(|order| order.product_id);
        let products = self.products.find_all_in(&listing, ids).await?;
        Ok(Shelf::new(said, products, self.default_terms))
    }
}

/// What Polar's portal says, side by side.
struct Said {
    orders: Vec<PortalOrder>,
    grants: Vec<BenefitGrant>,
    files: Vec<Downloadable>,
    token: CustomerToken,
}

async fn ask(polar: &polar::Client, token: CustomerToken, scope: Scope) -> polar::Result<Said> {
    let portal = polar.portal(&token);
    let grants = grants_of(scope);
    let files = ListDownloadables::default();
    let (orders, grants, files) = tokio::try_join!(
        list_orders(&portal, scope),
        portal.all_benefit_grants(&grants),
        portal.all_downloadables(&files)
    )?;
    Ok(Said { orders, grants, files, token })
}

/// The grants that a session may see.
pub(crate) fn grants_of(scope: Scope) -> ListBenefitGrants {
    let checkout_ids = match scope {
        Scope::Account => Vec::new(),
        Scope::Order { checkout_id } => vec![CheckoutId::from(checkout_id)],
    };
    ListBenefitGrants { checkout_ids, ..ListBenefitGrants::default() }
}

pub(crate) async fn list_orders(portal: &Portal<'_>, scope: Scope) -> polar::Result<Vec<PortalOrder>> {
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
pub(crate) fn without_renewals(mut orders: Vec<PortalOrder>) -> Vec<PortalOrder> {
    orders.sort_by_key(|order| (order.created_at, order.id));
    let mut seen = HashSet::new();
    orders.retain(|order| order.subscription_id.is_none_or(|subscription| seen.insert(subscription)));
    orders
}

impl Shelf {
    fn new(said: Said, products: impl IntoIterator<Item = Arc<Product>>, default_terms: Terms) -> Self {
        Self {
            orders: without_renewals(said.orders),
            grants: said.grants,
            files: said.files.into_iter().map(|file| ((file.benefit_id, file.file.id), file)).collect(),
            products: products.into_iter().map(|product| (product.id, product)).collect(),
            default_terms,
            token: said.token,
        }
    }

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
        self.grants.iter().filter(|grant| grant.is_granted && !grant.is_revoked && came_with(grant, order))
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

/// Whether a grant is of an order, or of the subscription that the order pays for.
pub(crate) fn came_with(grant: &BenefitGrant, order: &PortalOrder) -> bool {
    let of_subscription = grant.subscription_id.is_some() && grant.subscription_id == order.subscription_id;
    grant.order_id == Some(order.id) || of_subscription
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

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;
    use serde_json::{Value, json};

    use super::*;

    const MANUAL: &str = "8ca03d07-8bad-4514-9b61-4d622836f3b4";

    /// The body of a recorded answer of Polar's.
    fn recorded(name: &str) -> Value {
        let path = format!("{}/tests/recordings/{name}.json", env!("CARGO_MANIFEST_DIR"));
        let recording: Value = serde_json::from_slice(&std::fs::read(path).expect("the recording")).expect("JSON");
        recording["response"]["body_json"].clone()
    }

    fn items<T: DeserializeOwned>(name: &str) -> Vec<T> {
        serde_json::from_value(recorded(name)["items"].clone()).expect("a list of Polar's")
    }

    /// A customer who took an album of two files once and a manual twice.
    struct Buyer {
        orders: Value,
        grants: &'static str,
        files: &'static str,
        products: Value,
    }

    fn buyer() -> Buyer {
        Buyer {
            orders: recorded("543-portal-orders"),
            grants: "547-portal-benefit-grants",
            files: "500-portal-downloadables",
            products: recorded("100-products-list")["items"].clone(),
        }
    }

    impl Buyer {
        fn change_product(&mut self, id: &str, change: impl FnOnce(&mut Value)) {
            let products = self.products.as_array_mut().expect("a list");
            change(products.iter_mut().find(|product| product["id"] == id).expect("the product"));
        }

        fn purchases(self, now: &str) -> Vec<Purchase> {
            let said = Said {
                orders: serde_json::from_value(self.orders["items"].clone()).expect("orders"),
                grants: items(self.grants),
                files: items(self.files),
                token: CustomerToken::new("polar_mst_test"),
            };
            let products: Vec<Product> = serde_json::from_value(self.products).expect("products");
            let bought = Shelf::new(said, products.into_iter().map(Arc::new), Terms::default());
            bought.purchases(&HashMap::new(), now.parse().expect("a time"))
        }
    }

    fn names(purchases: &[Purchase]) -> Vec<(&str, &str, Status)> {
        purchases.iter().map(|row| (row.product_name.as_str(), row.file_name(), row.status)).collect()
    }

    #[test]
    fn the_same_file_of_two_orders_is_two_rows_and_each_order_has_its_own() {
        let purchases = buyer().purchases("2026-11-21T12:00:00Z");
        assert_eq!(
            names(&purchases),
            [
                ("Free Manual", "manual.pdf", Status::Available),
                ("Free Manual", "manual.pdf", Status::Available),
                ("Free Album", "album-track-01.txt", Status::Available),
                ("Free Album", "Snö & Sol (deluxe).zip", Status::Available),
            ]
        );
        let rows: HashSet<PurchaseId> = purchases.iter().map(|purchase| purchase.id).collect();
        assert_eq!(rows.len(), 4, "every row has a name of its own");
    }

    #[test]
    fn a_file_of_ten_gigabytes_keeps_its_size() {
        let mut listed = recorded("500-portal-downloadables")["items"][0].clone();
        listed["file"]["size"] = json!(10_000_000_000_u64);
        let listed: Downloadable = serde_json::from_value(listed).expect("a downloadable");
        assert_eq!(describe(&listed).size, 10_000_000_000);
    }

    #[test]
    fn an_archived_file_leaves_the_library_of_those_who_have_it() {
        let buyer = Buyer { files: "641-portal-downloadables-after-archive", ..buyer() };
        let purchases = buyer.purchases("2026-11-21T12:00:00Z");
        assert!(purchases.iter().all(|row| row.file_name() != "Snö & Sol (deluxe).zip"), "{:?}", names(&purchases));
        assert_eq!(purchases.len(), 3);
    }

    #[test]
    fn a_deleted_benefit_takes_its_rows_with_it() {
        let mut buyer = Buyer {
            orders: recorded("657-portal-orders-after-benefit-delete"),
            grants: "655-portal-benefit-grants-after-delete",
            files: "651-portal-downloadables-after-benefit-delete",
            ..buyer()
        };
        let after = recorded("653-product-get-after-benefit-delete");
        let id = after["id"].as_str().expect("an id").to_owned();
        buyer.change_product(&id, |product| *product = after.clone());
        let rows = buyer.purchases("2026-11-21T12:00:00Z");
        assert!(
            rows.iter().all(|row| row.product_id.is_none_or(|product| product.to_string() != id)),
            "{:?}",
            names(&rows)
        );
    }

    #[test]
    fn what_is_not_granted_is_pending_at_first_and_taken_back_later() {
        for (now, status) in [("2026-11-21T11:04:00Z", Status::Pending), ("2026-11-21T11:30:00Z", Status::Expired)] {
            let buyer = Buyer {
                grants: "655-portal-benefit-grants-after-delete",
                files: "651-portal-downloadables-after-benefit-delete",
                ..buyer()
            };
            let rows = buyer.purchases(now);
            let missing: Vec<_> = rows.iter().filter(|row| row.content == Content::Withheld).collect();
            assert!(!missing.is_empty() && missing.iter().all(|row| row.status == status), "{:?}", names(&rows));
        }
    }

    #[test]
    fn a_refunded_order_that_lost_its_grant_is_never_pending() {
        let mut buyer = Buyer {
            grants: "655-portal-benefit-grants-after-delete",
            files: "651-portal-downloadables-after-benefit-delete",
            ..buyer()
        };
        for order in buyer.orders["items"].as_array_mut().expect("orders") {
            order["status"] = json!("refunded");
        }
        buyer.change_product(MANUAL, |product| product["metadata"] = json!({ "download_limit": 3 }));
        let rows = buyer.purchases("2026-11-21T11:04:00Z");
        let manual = rows.iter().find(|row| row.content == Content::Withheld).expect("a row without its file");
        assert_eq!((manual.status, manual.canceled, manual.remaining()), (Status::Expired, 3, Some(0)));
    }

    #[test]
    fn terms_of_the_benefit_win_over_those_of_the_product() {
        let mut buyer = buyer();
        buyer.change_product(MANUAL, |product| {
            product["metadata"] = json!({ "download_limit": "3", "download_days": 30 });
            product["benefits"][0]["metadata"] = json!({ "download_limit": 5 });
        });
        let rows = buyer.purchases("2026-11-21T12:00:00Z");
        let manual = &rows[0];
        assert_eq!(manual.limit.map(u32::from), Some(5));
        assert_eq!(manual.access_expires_at, Some("2026-12-21T11:03:06.269362Z".parse().expect("a time")));
        assert_eq!(rows[2].limit, None, "the album has no terms");
    }

    #[test]
    fn what_the_merchant_gave_beyond_the_limit_counts_as_bought() {
        let mut buyer = buyer();
        buyer.change_product(MANUAL, |product| product["metadata"] = json!({ "download_limit": 3 }));
        let now = "2026-11-21T12:00:00Z";
        let manual = buyer.purchases(now).swap_remove(0);
        let now = now.parse().expect("a time");
        let counter = Counter { used: 4, granted: 2, last_downloaded_at: now, free_until: now };
        let manual = manual.count(Some(&counter), now);
        assert_eq!((manual.limit.map(u32::from), manual.remaining()), (Some(5), Some(1)));
        assert_eq!(manual.status, Status::Available);
    }

    #[test]
    fn an_access_period_ends() {
        let mut buyer = buyer();
        buyer.change_product(MANUAL, |product| product["metadata"] = json!({ "download_days": 30 }));
        let rows = buyer.purchases("2026-12-21T11:03:07Z");
        assert_eq!(rows[0].status, Status::Expired);
        assert_eq!(rows[2].status, Status::Available);
    }
}
