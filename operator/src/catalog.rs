use std::io::{self, Write};

use jiff::Timestamp;
use products::Products;
use queue::{Job, Queue};
use serde::Serialize;

use crate::{answer::Answer, failure::Failure, shop::Shop};

/// Who fetches it.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Refreshed {
    /// Whether it is there already, or the worker has yet to fetch it.
    done: bool,
}

/// Has the catalog fetched from Polar: by the worker where there is one, else here and now.
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
        let how = if self.done { "is new" } else { "will be new in some seconds: the worker fetches it" };
        writeln!(out, "The catalog {how}. Pages show it within a minute.")
    }
}
