use std::time::Duration;

use jiff::Timestamp;

use crate::{Error, Worker};

/// Polar's clock may differ from ours, and a change may be readable only shortly after its event. Ten seconds cover both by far.
const MARGIN: Duration = Duration::from_secs(10);

impl Worker {
    /// Refreshes the catalog, unless this instance has confirmed it since the change.
    pub(crate) async fn refresh_since(&self, changed_at: Timestamp, now: Timestamp) -> Result<(), Error> {
        let confirmed_at = *self.confirmed_at.lock().await;
        if confirmed_at.is_some_and(|confirmed_at| changed_at + MARGIN <= confirmed_at) {
            return Ok(());
        }
        self.refresh(now).await
    }

    pub(crate) async fn refresh(&self, now: Timestamp) -> Result<(), Error> {
        self.products.refresh(now).await?;
        let mut confirmed_at = self.confirmed_at.lock().await;
        *confirmed_at = confirmed_at.max(Some(now));
        Ok(())
    }
}
