use std::path::Path;

use polar_standin::Shop;

const SEED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/shop.json");

/// Its name.
pub const SHOP_NAME: &str = "Meshwork Goods";

/// Reads the shop.
///
/// # Errors
/// If the seed is damaged; the error names the file and the field.
pub fn shop() -> anyhow::Result<Shop> {
    Shop::load(Path::new(SEED))
}
