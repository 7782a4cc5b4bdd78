//! What no single field of a seed can tell: that ids are given once, and lead to something of the right kind.

use std::collections::BTreeSet;

use anyhow::ensure;
use uuid::Uuid;

use super::format::{Benefit, Price, Product, Seed, Service};
use crate::currencies::CURRENCIES;

/// Refuses a seed whose parts do not fit together; the error names the field.
pub(super) fn check(seed: &Seed) -> anyhow::Result<()> {
    let ids = Ids::of(seed)?;
    for (place, product) in seed.products.iter().enumerate() {
        check_product(&format!("products[{place}]"), product, &ids)?;
    }
    for (place, benefit) in seed.benefits.iter().enumerate() {
        if let Benefit::Downloadables { files, archived_files, .. } = benefit {
            let of_benefit = files.iter().copied().collect();
            known(&format!("benefits[{place}].files"), "file of the service downloadable", files, &ids.downloadables)?;
            known(&format!("benefits[{place}].archived_files"), "file of this benefit", archived_files, &of_benefit)?;
        }
    }
    for (place, link) in seed.checkout_links.iter().enumerate() {
        known(&format!("checkout_links[{place}].products"), "product", &link.products, &ids.products)?;
    }
    for (place, order) in seed.past_orders.iter().enumerate() {
        let is_known = ids.products.contains(&order.product_id);
        ensure!(is_known, "past_orders[{place}].product_id: there is no product {}", order.product_id);
    }
    Ok(())
}

/// What the seed has, by kind.
struct Ids {
    products: BTreeSet<Uuid>,
    benefits: BTreeSet<Uuid>,
    downloadables: BTreeSet<Uuid>,
    medias: BTreeSet<Uuid>,
}

impl Ids {
    fn of(seed: &Seed) -> anyhow::Result<Self> {
        unique("files", seed.files.iter().map(|file| file.id))?;
        unique("discounts", seed.discounts.iter().map(|discount| discount.id))?;
        unique("checkout_links", seed.checkout_links.iter().map(|link| link.id))?;
        let of_service = |service| seed.files.iter().filter(move |file| file.service == service).map(|file| file.id);
        Ok(Self {
            products: unique("products", seed.products.iter().map(|product| product.id))?,
            benefits: unique("benefits", seed.benefits.iter().map(benefit_id))?,
            downloadables: of_service(Service::Downloadable).collect(),
            medias: of_service(Service::ProductMedia).collect(),
        })
    }
}

fn check_product(name: &str, product: &Product, ids: &Ids) -> anyhow::Result<()> {
    known(&format!("{name}.benefits"), "benefit", &product.benefits, &ids.benefits)?;
    known(&format!("{name}.medias"), "file of the service product_media", &product.medias, &ids.medias)?;
    for (place, currency) in product.prices.iter().map(Price::currency).enumerate() {
        let is_known = CURRENCIES.contains(&currency);
        ensure!(is_known, "{name}.prices[{place}].price_currency: Polar has no currency `{currency}`");
    }
    Ok(())
}

/// The ids of a list, each of which has to be given once.
fn unique(list: &str, ids: impl Iterator<Item = Uuid>) -> anyhow::Result<BTreeSet<Uuid>> {
    let mut seen = BTreeSet::new();
    for (place, id) in ids.enumerate() {
        ensure!(seen.insert(id), "{list}[{place}].id: {id} is there already");
    }
    Ok(seen)
}

/// Demands that all of `ids` are among those that are there.
fn known(list: &str, kind: &str, ids: &[Uuid], there: &BTreeSet<Uuid>) -> anyhow::Result<()> {
    for (place, id) in ids.iter().enumerate() {
        ensure!(there.contains(id), "{list}[{place}]: there is no {kind} {id}");
    }
    Ok(())
}

fn benefit_id(benefit: &Benefit) -> Uuid {
    match benefit {
        Benefit::Downloadables { id, .. } | Benefit::LicenseKeys { id, .. } | Benefit::Custom { id, .. } => *id,
    }
}
