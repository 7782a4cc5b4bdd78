use std::{
    collections::HashSet,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::future::try_join_all;
use jiff::Timestamp;
use polar::{Product, ProductId};
use startup::{Clients, SettingError, Settings};
use store::{Catalog, Found};
use tokio::sync::Mutex;
use tracing::warn;
use uuid::Uuid;

use crate::{Listing, freshness::FRESH, lookups::Lookups};

/// How long an instance uses a listing from Polar itself, while nothing is published.
const UNPUBLISHED: Duration = Duration::from_mins(15);

/// Why there is no catalog.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing was published yet, and Polar gave no usable answer.
    #[error("Polar gave no usable answer")]
    Polar(#[from] polar::Error),
    /// The catalog table gave no usable answer, and the instance has no copy.
    #[error("DynamoDB gave no usable answer")]
    Store(#[from] store::Error),
}

/// The shop's products.
#[derive(Clone)]
pub struct Products {
    polar: polar::Client,
    catalog: Catalog,
    memory: Arc<Memory>,
}

#[derive(Default)]
struct Memory {
    listing: Mutex<Option<Remembered>>,
    lookups: Mutex<Lookups>,
}

/// Where the id of a product comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    /// A visitor's request, which may contain any id.
    Visitor,
    /// An order at Polar. Without its product, its download limit would be missing.
    Order,
}

#[derive(Clone)]
struct Remembered {
    listing: Listing,
    /// The publication that the listing is used for; `None` before the first one.
    publication: Option<Uuid>,
    /// When the table was last asked.
    asked_at: Instant,
    /// When the listing itself was read.
    fetched_at: Instant,
}

/// How an answer of the catalog table is used.
enum Next {
    Use(Remembered),
    /// Polar has to be asked, once for this publication.
    Fetch(Option<Uuid>),
}

impl Next {
    fn of(found: Found, known: Option<&Remembered>, asked_at: Instant) -> Self {
        match (found, known) {
            (Found::Unchanged { refreshed_at }, Some(known)) => {
                // A listing that this instance fetched from Polar can be newer than the publication.
                let listing = known.listing.confirmed_at(refreshed_at.max(known.listing.true_at));
                Self::Use(Remembered { listing, asked_at, ..known.clone() })
            }
            (Found::Changed(snapshot), _) => {
                let publication = Some(snapshot.publication);
                match Listing::from_bytes(&snapshot.body, snapshot.refreshed_at) {
                    Some(listing) => Self::Use(Remembered { listing, publication, asked_at, fetched_at: asked_at }),
                    // Another version of the shop wrote it, in a format that this one cannot read.
                    None => Self::Fetch(publication),
                }
            }
            (Found::Nothing, Some(known))
                if known.publication.is_none() && asked_at.duration_since(known.fetched_at) < UNPUBLISHED =>
            {
                Self::Use(Remembered { asked_at, ..known.clone() })
            }
            (Found::Nothing | Found::Unchanged { .. }, _) => Self::Fetch(None),
        }
    }
}

impl Products {
    /// Reads `CATALOG_TABLE`.
    pub fn from_settings(settings: &Settings, clients: &Clients) -> Result<Self, SettingError> {
        let table: String = settings.required("CATALOG_TABLE")?;
        let catalog = Catalog::new(clients.dynamodb.clone(), table);
        Ok(Self { polar: clients.polar.clone(), catalog, memory: Arc::default() })
    }

    /// Fetches everything from Polar and publishes it for all functions.
    pub async fn refresh(&self, now: Timestamp) -> Result<(), Error> {
        let listing = Listing::fetch(&self.polar, now).await?;
        Ok(self.catalog.publish(&listing.to_bytes(), now).await?)
    }

    /// The catalog, at most a minute behind the table.
    ///
    /// If the table does not answer, the last copy is used.
    pub async fn listing(&self) -> Result<Listing, Error> {
        // The lock is held during the read, so that concurrent visitors cause only one.
        let mut memory = self.memory.listing.lock().await;
        let remembered = match memory.clone() {
            Some(remembered) if remembered.asked_at.elapsed() < FRESH => remembered,
            older => match (self.read(older.as_ref()).await, older) {
                (Ok(newer), _) => newer,
                (Err(error), None) => return Err(error),
                (Err(error), Some(older)) => {
                    warn!(%error, "showing an older catalog, because there is no newer one to be had");
                    Remembered { asked_at: Instant::now(), ..older }
                }
            },
        };
        *memory = Some(remembered.clone());
        Ok(remembered.listing)
    }

    /// Finds any product of the shop that a visitor asks for, on sale or not, in this listing or at Polar.
    ///
    /// Each running instance looks up at most 10 ids a minute at Polar; after that, ids that are not in the listing are
    /// treated as unknown. Otherwise made-up ids could use up the requests that Polar allows the whole shop. A new product
    /// needs look-ups for a minute at most, because its event adds it to the catalog.
    pub async fn find_in(&self, listing: &Listing, id: ProductId) -> Result<Option<Arc<Product>>, Error> {
        self.find(listing, id, Source::Visitor).await
    }

    /// Finds the products of a customer's orders, in this listing or at Polar, including those no longer on sale.
    ///
    /// Products that Polar does not have are left out.
    pub async fn find_all_in(
        &self,
        listing: &Listing,
        ids: impl IntoIterator<Item = ProductId>,
    ) -> Result<Vec<Arc<Product>>, Error> {
        let ids: HashSet<ProductId> = ids.into_iter().collect();
        let products = try_join_all(ids.into_iter().map(|id| self.find(listing, id, Source::Order))).await?;
        Ok(products.into_iter().flatten().collect())
    }

    /// Finds a product that a visitor may buy, under the same limit as [`find_in`](Self::find_in).
    pub async fn find_on_sale(&self, id: ProductId) -> Result<Option<Arc<Product>>, Error> {
        let listing = self.listing().await?;
        Ok(self.find_in(&listing, id).await?.filter(|product| product.is_on_sale()))
    }

    async fn find(&self, listing: &Listing, id: ProductId, source: Source) -> Result<Option<Arc<Product>>, Error> {
        match listing.find(id) {
            Some(product) => Ok(Some(product)),
            None => self.find_stranger(id, source).await,
        }
    }

    async fn read(&self, known: Option<&Remembered>) -> Result<Remembered, Error> {
        let publication = known.and_then(|known| known.publication);
        let found = self.catalog.find(publication).await?;
        let asked_at = Instant::now();
        match Next::of(found, known, asked_at) {
            Next::Use(remembered) => Ok(remembered),
            Next::Fetch(publication) => {
                let listing = Listing::fetch(&self.polar, Timestamp::now()).await?;
                Ok(Remembered { listing, publication, asked_at, fetched_at: asked_at })
            }
        }
    }

    /// Looks up a product at Polar that is not in the catalog: it was just created, or is not the shop's.
    async fn find_stranger(&self, id: ProductId, source: Source) -> Result<Option<Arc<Product>>, Error> {
        {
            let (mut lookups, now) = (self.memory.lookups.lock().await, Instant::now());
            if let Some(known) = lookups.find(id, now) {
                return Ok(known.product.clone());
            }
            // Counted before the request, because otherwise concurrent look-ups would exceed the limit.
            if source == Source::Visitor && !lookups.take_lookup(now) {
                return Ok(None);
            }
        }
        let product = self.polar.products().find(id).await?.map(Arc::new);
        self.memory.lookups.lock().await.remember(id, product.clone(), Instant::now());
        Ok(product)
    }
}

#[cfg(test)]
mod tests {
    use store::Snapshot;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn snapshot(publication: u128, body: &[u8]) -> Found {
        let publication = Uuid::from_u128(publication);
        Found::Changed(Snapshot { publication, refreshed_at: at(100), body: body.to_vec() })
    }

    /// What an instance remembers that asked Polar for this publication.
    fn fetched(publication: Option<u128>, now: Instant) -> Remembered {
        let empty = br#"{"products": [], "files": [], "links": []}"#;
        let listing = Listing::from_bytes(empty, at(200)).unwrap();
        Remembered { listing, publication: publication.map(Uuid::from_u128), asked_at: now, fetched_at: now }
    }

    #[test]
    fn polar_is_asked_once_for_a_publication_that_another_version_wrote() {
        let now = Instant::now();
        let Next::Fetch(Some(publication)) = Next::of(snapshot(1, b"another form"), None, now) else {
            panic!("nothing to use yet")
        };
        let known = fetched(Some(publication.as_u128()), now);

        let later = now + 1000 * FRESH;
        let Next::Use(kept) = Next::of(Found::Unchanged { refreshed_at: at(100) }, Some(&known), later) else {
            panic!("asks Polar again")
        };
        assert_eq!((kept.publication, kept.listing.true_at), (Some(publication), at(200)));

        let next = Next::of(snapshot(2, b"another form"), Some(&kept), later);
        assert!(matches!(next, Next::Fetch(Some(next)) if next == Uuid::from_u128(2)), "another publication");
    }

    #[test]
    fn before_the_first_publication_polar_is_asked_once_in_fifteen_minutes() {
        let now = Instant::now();
        let known = fetched(None, now);
        let next = |later| Next::of(Found::Nothing, Some(&known), now + later);
        assert!(matches!(next(UNPUBLISHED.saturating_sub(FRESH)), Next::Use(_)));
        assert!(matches!(next(UNPUBLISHED), Next::Fetch(None)));
        assert!(matches!(Next::of(Found::Nothing, None, now), Next::Fetch(None)));
    }
}
