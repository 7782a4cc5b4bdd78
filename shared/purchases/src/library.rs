use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;
use polar::{
    Benefit, BenefitGrant, BenefitId, BenefitType, CustomerToken, Downloadable, FileId, ListDownloadables, ListGrants,
    OrderStatus, PortalOrder, Product, ProductId,
};
use store::{Counter, FileOfPurchase, Scope, Session};
use url::Url;
use uuid::Uuid;

use crate::{Content, Error, File, Link, Purchase, PurchaseId, Purchases, Status, Terms, bought::Bought};

/// Polar grants benefits within seconds of the payment. What is missing for longer was revoked.
const GRANTED_WITHIN: Duration = Duration::from_mins(15);

/// A request may list files just before a grant is made and grants just after it. Files that are missing for longer than this are withheld by Polar.
const LISTED_WITHIN: Duration = Duration::from_mins(1);

/// A buyer's purchases at Polar, as far as the session may see them.
pub(crate) struct Library {
    orders: Vec<PortalOrder>,
    grants: Vec<BenefitGrant>,
    files: HashMap<(BenefitId, FileId), Downloadable>,
    products: HashMap<ProductId, Arc<Product>>,
    default_terms: Terms,
    /// Grants that Polar has revoked, as far as anybody asked.
    revoked: Vec<BenefitGrant>,
    /// The customer token that the requests used.
    pub(crate) token: CustomerToken,
}

impl Purchases {
    pub(crate) async fn library(&self, session: &Session, now: Timestamp) -> Result<Library, Error> {
        let scope = &session.scope;
        let answers = Box::pin(self.as_customer(session, now, |token| ask(&self.polar, token, scope)));
        // A new instance reads the catalog while it waits for Polar.
        let (answers, listing) = tokio::join!(answers, self.products.listing());
        let (Answers { bought, files, token }, listing) = (answers?, listing?);
        let products = || listing.giving(&files.iter().map(|file| file.benefit_id).collect());
        let bought = Box::pin(bought.complete(&self.polar.portal(&token), scope, &[], products)).await?;
        let ids = bought.orders.iter().filter_map(|order| order.product_id);
        let products = self.products.find_all_in(&listing, ids).await?;
        let mut library = Library::new(Answers { bought, files, token }, products, self.default_terms);
        if library.awaits_grants(now) {
            library.revoked = self.revoked_grants(session).await?;
        }
        Ok(library)
    }

    /// Lists what Polar has revoked of a buyer's, the newest hundred. The portal hides these grants, so it shows no difference between one
    /// that is not there yet and one that is gone.
    async fn revoked_grants(&self, session: &Session) -> polar::Result<Vec<BenefitGrant>> {
        let list = ListGrants {
            customer_ids: vec![session.customer_id.into()],
            is_granted: Some(false),
            limit: Some(100),
            ..ListGrants::default()
        };
        let grants = self.polar.benefit_grants().list(&list).await?;
        Ok(grants.items.into_iter().filter(|grant| grant.is_revoked).collect())
    }
}

/// The answers of Polar's portal, fetched concurrently.
pub(crate) struct Answers {
    pub(crate) bought: Bought,
    pub(crate) files: Vec<Downloadable>,
    pub(crate) token: CustomerToken,
}

async fn ask(polar: &polar::Client, token: CustomerToken, scope: &Scope) -> polar::Result<Answers> {
    let portal = polar.portal(&token);
    let files = ListDownloadables::default();
    let (bought, files) = tokio::try_join!(Bought::newest(&portal, scope, &[]), portal.all_downloadables(&files))?;
    Ok(Answers { bought, files, token })
}

/// Each renewal of a subscription is a separate order; its benefits belong to the first order.
pub(crate) fn without_renewals(mut orders: Vec<PortalOrder>) -> Vec<PortalOrder> {
    orders.sort_by_key(|order| (order.created_at, order.id));
    let mut seen = HashSet::new();
    orders.retain(|order| order.subscription_id.is_none_or(|subscription| seen.insert(subscription)));
    orders
}

impl Library {
    pub(crate) fn new(
        answers: Answers,
        products: impl IntoIterator<Item = Arc<Product>>,
        default_terms: Terms,
    ) -> Self {
        Self {
            orders: without_renewals(answers.bought.orders),
            grants: answers.bought.grants,
            files: answers.files.into_iter().map(|file| ((file.benefit_id, file.file.id), file)).collect(),
            products: products.into_iter().map(|product| (product.id, product)).collect(),
            default_terms,
            revoked: Vec::new(),
            token: answers.token,
        }
    }

    /// The rows of the library, the newest order first, files in the merchant's order.
    pub(crate) fn purchases(&self, counters: &HashMap<FileOfPurchase, Counter>, now: Timestamp) -> Vec<Purchase> {
        let shown = self.rows(now).into_iter().filter(|row| !row.is_gone());
        let counted = shown.map(|row| {
            let counter = counters.get(&row.id.counter());
            row.count(counter, now)
        });
        counted.collect()
    }

    /// The same rows plus those whose file is gone, without counters.
    pub(crate) fn rows(&self, now: Timestamp) -> Vec<Purchase> {
        self.orders.iter().rev().flat_map(|order| self.purchases_of(order, now)).collect()
    }

    /// Whether something is paid for and not granted, though Polar could still grant it.
    fn awaits_grants(&self, now: Timestamp) -> bool {
        let awaited = self.orders.iter().filter(|order| may_be_granted(order, now));
        let mut rows = awaited.flat_map(|order| self.purchases_of(order, now));
        rows.any(|row| row.status == Status::Pending && row.granted_at.is_none())
    }

    fn purchases_of(&self, order: &PortalOrder, now: Timestamp) -> Vec<Purchase> {
        let product = order.product_id.and_then(|id| self.products.get(&id));
        let grants: BTreeMap<BenefitId, &BenefitGrant> =
            self.grants_of(order).map(|grant| (grant.benefit_id, grant)).collect();
        let granted = grants.values().flat_map(|grant| self.granted(order, product, grant, now));
        let sold = product.iter().flat_map(|product| &product.benefits).filter(|benefit| is_download(benefit));
        let missing = sold.filter(|benefit| !grants.contains_key(&benefit.id));
        let missing = missing.flat_map(|benefit| self.withheld(order, product, benefit, now));
        granted.chain(missing).collect()
    }

    fn grants_of(&self, order: &PortalOrder) -> impl Iterator<Item = &BenefitGrant> {
        self.grants.iter().filter(|grant| grant.is_granted && !grant.is_revoked && came_with(grant, order))
    }

    fn granted(
        &self,
        order: &PortalOrder,
        product: Option<&Arc<Product>>,
        grant: &BenefitGrant,
        now: Timestamp,
    ) -> Vec<Purchase> {
        // Only the organization's view of a benefit includes its metadata.
        let sold = product.and_then(|product| product.benefits.iter().find(|benefit| benefit.id == grant.benefit_id));
        let benefit = sold.unwrap_or(&grant.benefit);
        let updated_at = grant.modified_at.or(grant.granted_at).unwrap_or(grant.created_at);
        let unlisted = if now < updated_at + LISTED_WITHIN { Status::Pending } else { Status::Expired };
        let granted = |file_id, content, link: Option<Link>| {
            let granted = Purchase {
                granted_at: grant.granted_at,
                updated_at,
                status: if link.is_some() { Status::Available } else { unlisted },
                link,
                ..row(order, benefit, file_id, content)
            };
            granted.apply(self.terms(product, benefit))
        };
        if let Some(url) = download_url(benefit) {
            return vec![granted(benefit.id.into(), Content::Url, Some(Link::Elsewhere(url)))];
        }
        let row_of = |file_id: FileId| match self.files.get(&(grant.benefit_id, file_id)) {
            Some(file) => granted(file_id.into(), Content::File(describe(file)), Some(Link::at_polar(file))),
            None => granted(file_id.into(), Content::Withheld, None),
        };
        grant.files().into_iter().map(row_of).collect()
    }

    /// The files of the order that are not granted yet, or no longer.
    fn withheld(
        &self,
        order: &PortalOrder,
        product: Option<&Arc<Product>>,
        benefit: &Benefit,
        now: Timestamp,
    ) -> Vec<Purchase> {
        let is_revoked = self.revoked.iter().any(|grant| grant.benefit_id == benefit.id && came_with(grant, order));
        let pending = order.status == OrderStatus::Pending || (may_be_granted(order, now) && !is_revoked);
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

/// Whether a grant belongs to an order, or to the subscription that the order pays for.
pub(crate) fn came_with(grant: &BenefitGrant, order: &PortalOrder) -> bool {
    let of_subscription = grant.subscription_id.is_some() && grant.subscription_id == order.subscription_id;
    grant.order_id == Some(order.id) || of_subscription
}

/// Whether a paid order is so young that Polar may not have granted everything yet.
fn may_be_granted(order: &PortalOrder, now: Timestamp) -> bool {
    order.status == OrderStatus::Paid && now < order.created_at + GRANTED_WITHIN
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

/// The address of a file hosted elsewhere: `download_url` in the metadata of a `custom` benefit, https only.
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
    use serde_json::json;

    use super::*;
    use crate::buyer::{ALBUM, Buyer, MANUAL, buyer, recorded};

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
        let products = |rows: &[Purchase]| {
            let ids = rows.iter().filter_map(|row| row.product_id.map(|id| id.to_string()));
            ids.collect::<Vec<_>>()
        };
        let now = "2026-11-21T12:00:00Z";
        assert_eq!(products(&buyer().purchases(now)), [MANUAL, MANUAL, ALBUM, ALBUM]);

        let mut buyer = Buyer {
            grants: "655-portal-benefit-grants-after-delete",
            files: "651-portal-downloadables-after-benefit-delete",
            ..buyer()
        };
        buyer.change_product(MANUAL, |product| *product = recorded("653-product-get-after-benefit-delete"));
        let rows = buyer.purchases(now);
        assert_eq!(products(&rows), [ALBUM, ALBUM]);
        assert!(rows.iter().all(|row| row.status == Status::Available), "{:?}", names(&rows));
    }

    #[test]
    fn a_file_that_the_list_lacks_just_after_its_grant_is_pending() {
        let empty = || Buyer { files: "2f0-portal-downloadables-right-after-succeeded", ..buyer() };
        // The grants are of 11:03:02, 11:03:04 and 11:03:06.
        for (now, pending) in [
            ("2026-11-21T11:03:00Z", 4),
            ("2026-11-21T11:04:02Z", 4),
            ("2026-11-21T11:04:03Z", 2),
            ("2026-11-21T11:04:06Z", 1),
            ("2026-11-21T11:04:07Z", 0),
        ] {
            let rows = empty().purchases(now);
            assert_eq!(rows.len(), pending, "{now}: {:?}", names(&rows));
            let waits = |row: &Purchase| row.status == Status::Pending && row.content == Content::Withheld;
            assert!(rows.iter().all(waits), "{now}: {:?}", names(&rows));
        }
        let expected = buyer().purchases("2026-11-21T11:03:30Z");
        let ids = |rows: &[Purchase]| rows.iter().map(|row| row.id).collect::<Vec<_>>();
        assert_eq!(ids(&empty().purchases("2026-11-21T11:03:30Z")), ids(&expected), "the rows keep their names");
    }

    #[test]
    fn a_grant_that_was_changed_a_moment_ago_is_as_young_as_a_new_one() {
        // The album was granted anew at 11:07:18, the manual's grant is gone.
        let granted_anew = || Buyer {
            grants: "655-portal-benefit-grants-after-delete",
            files: "641-portal-downloadables-after-archive",
            ..buyer()
        };
        for (now, statuses) in [
            ("2026-11-21T11:08:00Z", vec![Status::Available, Status::Pending]),
            ("2026-11-21T11:08:19Z", vec![Status::Available]),
        ] {
            let rows = granted_anew().purchases(now);
            let album = rows.iter().filter(|row| row.product_id.is_some_and(|id| id.to_string() == ALBUM));
            assert_eq!(album.map(|row| row.status).collect::<Vec<_>>(), statuses, "{now}");
        }
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
