//! What the shop sells, remembered for a minute by each running instance, so that page views do not use up Polar's rate limit.
//! It sells nothing itself, and knows neither HTTP nor our tables.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use polar::{Benefit, File, FileId, ListProducts, Product, ProductId};
use tokio::sync::Mutex;
use tracing::warn;

/// How long what Polar said is good enough.
const FRESH: Duration = Duration::from_mins(1);

/// The products of the shop at Polar.
#[derive(Clone)]
pub struct Products {
    polar: polar::Client,
    memory: Arc<Memory>,
}

#[derive(Default)]
struct Memory {
    on_sale: Mutex<Option<Remembered<Catalogue>>>,
    one_by_one: Mutex<HashMap<ProductId, Remembered<Option<Arc<Product>>>>>,
    files: Mutex<HashMap<ProductId, Remembered<Arc<[File]>>>>,
}

/// Every product that is for sale, in Polar's order.
pub type Catalogue = Arc<[Arc<Product>]>;

/// Something that Polar said, and how long ago.
#[derive(Clone)]
struct Remembered<T> {
    value: T,
    since: Instant,
}

impl<T> Remembered<T> {
    fn now(value: T) -> Self {
        Self { value, since: Instant::now() }
    }

    fn is_fresh(&self) -> bool {
        self.since.elapsed() < FRESH
    }
}

impl Products {
    /// The products that a client's organization has at Polar.
    #[must_use]
    pub fn new(polar: polar::Client) -> Self {
        Self { polar, memory: Arc::default() }
    }

    /// Lists the products that are for sale, and tells how old the list is.
    ///
    /// While Polar does not answer, the last list stays in use.
    ///
    /// # Errors
    /// When Polar does not answer and there is no list yet.
    pub async fn list_on_sale(&self) -> Result<(Catalogue, Duration), polar::Error> {
        // Held across the call, so that many visitors at once make one call of it.
        let mut remembered = self.memory.on_sale.lock().await;
        let list = match remembered.clone() {
            Some(list) if list.is_fresh() => list,
            older => match (self.fetch_on_sale().await, older) {
                (Ok(list), _) => Remembered::now(list),
                (Err(error), None) => return Err(error),
                (Err(error), Some(older)) => {
                    warn!(%error, "showing an older catalogue, because Polar does not answer");
                    older
                }
            },
        };
        *remembered = Some(list.clone());
        Ok((list.value, list.since.elapsed()))
    }

    /// Finds any product of the shop: a buyer keeps what is no longer for sale.
    pub async fn find(&self, id: ProductId) -> Result<Option<Arc<Product>>, polar::Error> {
        remember(&self.memory.one_by_one, id, async { Ok(self.polar.products().find(id).await?.map(Arc::new)) }).await
    }

    /// Lists the files that a product gives, in the merchant's order.
    ///
    /// An access token without the scope `files:read` sees none.
    pub async fn list_files(&self, product: &Product) -> Result<Arc<[File]>, polar::Error> {
        let ids: Vec<FileId> = product.benefits.iter().flat_map(Benefit::files).collect();
        if ids.is_empty() {
            return Ok(Arc::default());
        }
        remember(&self.memory.files, product.id, async {
            let mut files = match self.polar.files().list_all(&ids).await {
                Err(polar::Error::InsufficientScope) => {
                    warn!("showing no file names, because the access token lacks the scope files:read");
                    Vec::new()
                }
                files => files?,
            };
            files.sort_by_key(|file| ids.iter().position(|id| *id == file.id));
            Ok(files.into())
        })
        .await
    }

    /// Finds a product that a visitor may buy.
    pub async fn find_on_sale(&self, id: ProductId) -> Result<Option<Arc<Product>>, polar::Error> {
        Ok(self.find(id).await?.filter(|product| product.is_on_sale()))
    }

    async fn fetch_on_sale(&self) -> Result<Catalogue, polar::Error> {
        let products = self.polar.products().list_all(&ListProducts::on_sale()).await?;
        Ok(products.into_iter().map(Arc::new).collect())
    }
}

/// Answers from memory, or asks and remembers.
async fn remember<T: Clone>(
    memory: &Mutex<HashMap<ProductId, Remembered<T>>>,
    id: ProductId,
    ask: impl Future<Output = Result<T, polar::Error>>,
) -> Result<T, polar::Error> {
    if let Some(known) = memory.lock().await.get(&id).filter(|known| known.is_fresh()) {
        return Ok(known.value.clone());
    }
    let value = ask.await?;
    let mut memory = memory.lock().await;
    // Forgetting the stale bounds the memory by what is asked for within a minute.
    memory.retain(|_, known| known.is_fresh());
    memory.insert(id, Remembered::now(value.clone()));
    Ok(value)
}
