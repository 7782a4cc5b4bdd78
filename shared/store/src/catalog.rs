use std::{collections::HashMap, time::Duration};

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, KeysAndAttributes},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use ring::digest;
use uuid::Uuid;

use crate::{
    Error,
    error::if_condition_held,
    item,
    item::{Item, key},
};

/// The row that names the current publication. All other rows belong to one publication and never change, so readers always see a whole catalog.
const CURRENT: &str = "current";

/// A catalog up to this size is stored in that row itself, which saves a read.
const INLINE_BYTES: usize = 64 * 1024;
/// DynamoDB accepts items of up to 400 KB.
const CHUNK_BYTES: usize = 350 * 1024;
/// DynamoDB returns at most 100 items and 16 MB at a time.
const CHUNKS_PER_READ: usize = 40;

/// When chunks expire. A catalog that never changes is published again long before.
const CHUNKS_KEPT: Duration = Duration::from_hours(72);
const PUBLISHED_ANEW: Duration = Duration::from_hours(24);

/// A published catalog, as bytes in the publisher's own format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The publication's id. The same publication has the same bytes.
    pub publication: Uuid,
    /// When the bytes were last confirmed.
    pub refreshed_at: Timestamp,
    /// The catalog.
    pub body: Vec<u8>,
}

/// The result for a reader that may already have a publication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing was published yet.
    Nothing,
    /// The reader already has the current publication.
    Unchanged {
        /// When it was last confirmed.
        refreshed_at: Timestamp,
    },
    /// Another publication.
    Changed(Snapshot),
}

/// The table of the catalog.
#[derive(Clone, Debug)]
pub struct Catalog {
    client: Client,
    table: String,
}

/// The current row without the bytes.
struct Current {
    publication: Uuid,
    refreshed_at: Timestamp,
    published_at: Timestamp,
    digest: String,
    chunks: usize,
}

impl Current {
    fn read(item: &Item) -> Result<Self, Error> {
        Ok(Self {
            publication: item.uuid("publication")?,
            refreshed_at: item.time("refreshed_at")?,
            published_at: item.time("published_at")?,
            digest: item.text("digest")?.to_owned(),
            chunks: item.number("chunks")?,
        })
    }
}

impl Catalog {
    /// The catalog in a table of this name.
    #[must_use]
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// Finds the current catalog. If it is the known one, this is a single read of a few kilobytes.
    pub async fn find(&self, known: Option<Uuid>) -> Result<Found, Error> {
        // Chunks of a replaced publication stay for days, so a slow reader still gets a whole catalog.
        let Some(item) = self.get_current(false).await? else { return Ok(Found::Nothing) };
        let current = Current::read(&item)?;
        if known == Some(current.publication) {
            return Ok(Found::Unchanged { refreshed_at: current.refreshed_at });
        }
        let body = match item.optional("body", Item::bytes)? {
            Some(body) => body.to_vec(),
            None => self.get_chunks(current.publication, current.chunks).await?,
        };
        Ok(Found::Changed(Snapshot { publication: current.publication, refreshed_at: current.refreshed_at, body }))
    }

    /// Publishes a catalog that was confirmed at a given time. Readers see all of it at once.
    ///
    /// A catalog older than the published one changes nothing, even if it is written last.
    pub async fn publish(&self, body: &[u8], true_at: Timestamp) -> Result<(), Error> {
        let digest = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, body));
        let current = self.get_current(true).await?.map(|item| Current::read(&item)).transpose()?;
        let unchanged =
            current.filter(|current| current.digest == digest && true_at < current.published_at + PUBLISHED_ANEW);
        match unchanged {
            Some(current) => self.touch(&current, true_at).await,
            None => self.replace(body, &digest, true_at).await,
        }
    }

    async fn touch(&self, current: &Current, true_at: Timestamp) -> Result<(), Error> {
        let update = self.client.update_item().table_name(&self.table).set_key(Some(key(CURRENT)));
        let update = update
            .condition_expression("publication = :publication AND refreshed_at < :true_at")
            .update_expression("SET refreshed_at = :true_at")
            .expression_attribute_values(":publication", item::text(&current.publication))
            .expression_attribute_values(":true_at", item::time(true_at));
        if_condition_held(update.send().await).map(drop)
    }

    async fn replace(&self, body: &[u8], digest: &str, true_at: Timestamp) -> Result<(), Error> {
        let publication = Uuid::new_v4();
        let inline = body.len() <= INLINE_BYTES;
        let chunks = if inline { 0 } else { self.put_chunks(publication, body, true_at).await? };
        let put = self.client.put_item().table_name(&self.table).set_item(Some(key(CURRENT)));
        let put = put
            .condition_expression("attribute_not_exists(id) OR refreshed_at < :true_at")
            .expression_attribute_values(":true_at", item::time(true_at))
            .item("publication", item::text(&publication))
            .item("digest", item::text(digest))
            .item("refreshed_at", item::time(true_at))
            .item("published_at", item::time(true_at))
            .item("chunks", item::number(&chunks));
        let put = if inline { put.item("body", item::bytes(body.to_vec())) } else { put };
        if_condition_held(put.send().await).map(drop)
    }

    async fn put_chunks(&self, publication: Uuid, body: &[u8], now: Timestamp) -> Result<usize, Error> {
        for (number, chunk) in body.chunks(CHUNK_BYTES).enumerate() {
            let put = self.client.put_item().table_name(&self.table).set_item(Some(chunk_key(publication, number)));
            let put =
                put.item("body", item::bytes(chunk.to_vec())).item("purge_at", item::purge_time(now + CHUNKS_KEPT));
            put.send().await?;
        }
        Ok(body.len().div_ceil(CHUNK_BYTES))
    }

    async fn get_current(&self, consistent: bool) -> Result<Option<Item>, Error> {
        let get = self.client.get_item().table_name(&self.table).set_key(Some(key(CURRENT)));
        Ok(get.consistent_read(consistent).send().await?.item.map(Item))
    }

    async fn get_chunks(&self, publication: Uuid, chunks: usize) -> Result<Vec<u8>, Error> {
        let mut found = HashMap::new();
        let mut wanted: Vec<_> = (0..chunks).map(|number| chunk_key(publication, number)).collect();
        while !wanted.is_empty() {
            let now = wanted.split_off(wanted.len().saturating_sub(CHUNKS_PER_READ));
            // The current row is written after its chunks; only a consistent read is guaranteed to see them.
            let keys = KeysAndAttributes::builder().set_keys(Some(now)).consistent_read(true).build();
            let keys = keys.expect("the keys are set");
            let answer = self.client.batch_get_item().request_items(&self.table, keys).send().await?;
            for item in answer.responses.into_iter().flat_map(HashMap::into_values).flatten().map(Item) {
                found.insert(item.text("id")?.to_owned(), item.bytes("body")?.to_vec());
            }
            let left = answer.unprocessed_keys.into_iter().flat_map(HashMap::into_values);
            wanted.extend(left.flat_map(|keys| keys.keys));
        }
        let body = (0..chunks).map(|number| found.remove(&chunk_id(publication, number)));
        Ok(body.collect::<Option<Vec<_>>>().ok_or(Error::CorruptItem { attribute: "chunks" })?.concat())
    }
}

fn chunk_id(publication: Uuid, number: usize) -> String {
    format!("{publication}#{number}")
}

fn chunk_key(publication: Uuid, number: usize) -> HashMap<String, AttributeValue> {
    key(&chunk_id(publication, number))
}
