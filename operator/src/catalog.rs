use std::io::{self, Write};

use jiff::Timestamp;
use products::Products;
use queue::{Job, Queue};
use serde::Serialize;

use crate::{answer::Answer, failure::Failure, shop::Shop};

/// How far a refresh is.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Refreshed {
    /// Whether the catalog is up to date already; if not, the worker has yet to fetch it.
    done: bool,
}

/// Fetches the catalog from Polar: on AWS through the worker, locally right here.
pub(crate) async fn refresh(shop: &Shop) -> Result<Refreshed, Failure> {
    if shop.is_local() {
        let clients = shop.clients().await?;
        Products::from_settings(&shop.settings, &clients)?.refresh(Timestamp::now()).await?;
        return Ok(Refreshed { done: true });
    }
    Queue::from_settings(&shop.settings, shop.aws()?)?.send(&Job::Reconcile).await?;
    Ok(Refreshed { done: false })
}

impl Answer for Refreshed {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let how =
            if self.done { "is up to date" } else { "will be up to date in a few seconds; the worker is fetching it" };
        writeln!(out, "The catalog {how}. Pages show the changes within a minute.")
    }
}
