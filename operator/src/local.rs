//! Finds the shop that runs on this machine by the file that it writes.

use std::{collections::BTreeMap, fs, path::Path};

use serde::Deserialize;
use startup::Settings;
use url::Url;

use crate::{
    failure::Failure,
    shop::{Place, Shop},
};

/// What a running shop writes about itself.
#[derive(Deserialize)]
struct Running {
    shop: Url,
    webhook: String,
    settings: BTreeMap<String, String>,
}

/// Finds the shop with its data in a folder. All other settings come from the environment, as when the shop was started.
pub(crate) fn find(folder: &Path, environment: Settings) -> Result<Shop, Failure> {
    let Ok(text) = fs::read(folder.join("running.json")) else {
        let folder = folder.display();
        let why = format!("no shop is running with its data in {folder}: start one with `cargo run`");
        return Err(Failure::OutOfReach(why));
    };
    let Running { shop, webhook, settings } = serde_json::from_slice(&text)?;
    let settings = settings.into_iter().fold(environment, |all, (name, value)| all.with(&name, value));
    Ok(Shop::new(Place::Local, settings, Some(shop)).with_webhook_url(webhook))
}
