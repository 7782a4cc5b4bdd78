use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use anyhow::Context;
use serde_json::{Map, Value, json};

use crate::Options;

/// The file in the data folder that tells `storefront --local` how to reach the running shop. It is deleted when the shop stops.
pub(crate) struct Running(PathBuf);

impl Running {
    /// Writes the file, unless the shop keeps its data in memory.
    pub(crate) fn announce(
        options: &Options,
        url: &str,
        address: SocketAddr,
        places: &[(&str, String)],
    ) -> anyhow::Result<Option<Self>> {
        if options.memory {
            return Ok(None);
        }
        let file = options.data.join("running.json");
        let settings: Map<String, Value> =
            places.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        let webhook = format!("http://{address}/api/webhooks/polar");
        write_whole(&file, &json!({ "shop": url, "webhook": webhook, "settings": settings }))?;
        Ok(Some(Self(file)))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // The shop stops anyway; a leftover file does no harm.
        let _ = fs::remove_file(&self.0);
    }
}

/// Writes a file so that no reader sees it half written.
pub(crate) fn write_whole(file: &Path, content: &Value) -> anyhow::Result<()> {
    let unfinished = file.with_extension("unfinished");
    fs::write(&unfinished, content.to_string())
        .and_then(|()| fs::rename(&unfinished, file))
        .with_context(|| format!("cannot write {}", file.display()))
}
