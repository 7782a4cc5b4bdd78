//! Reads a seed and makes the shop that it describes.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

use super::check::check;
use super::format::{self, Seed};
use crate::shop::{Benefit, CheckoutLink, Discount, File, Kind, PastPurchase, Product, Service, Shop};

impl Shop {
    /// Reads a shop from a seed, a JSON file in the format that this crate's README describes.
    ///
    /// # Errors
    /// If the seed or a file that it names cannot be read, or if a field is unknown, is missing, has the wrong kind of
    /// value or refers to something that the seed does not have. The error names the file and the field.
    pub fn load(file: &Path) -> anyhow::Result<Self> {
        let seed = || format!("the seed {}", file.display());
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", seed()))?;
        Self::parse(&text, file.parent().unwrap_or(Path::new(""))).with_context(seed)
    }

    /// Makes a shop from the text of a seed; `folder` is where the paths in it begin.
    ///
    /// # Errors
    /// As for [`load`](Self::load); the error names the field.
    pub fn parse(seed: &str, folder: &Path) -> anyhow::Result<Self> {
        let seed: Seed = serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_str(seed))?;
        check(&seed)?;
        let mut shop = Self::named(seed.organization.id, &seed.organization.name, &seed.organization.slug);
        for (place, file) in seed.files.into_iter().enumerate() {
            shop.files.push(read_file(file, folder).with_context(|| format!("files[{place}]"))?);
        }
        shop.products.extend(seed.products.into_iter().map(product));
        shop.benefits.extend(seed.benefits.into_iter().map(benefit));
        shop.discounts.extend(seed.discounts.iter().map(discount));
        shop.links.extend(seed.checkout_links.into_iter().map(link));
        shop.past.extend(seed.past_orders.iter().map(purchase));
        Ok(shop)
    }
}

fn product(seed: format::Product) -> Product {
    let unpriced = Product::new(seed.id, &seed.name);
    let unpriced = Product {
        created_at: seed.created_at.unwrap_or(unpriced.created_at),
        description: seed.description,
        visibility: seed.visibility.name(),
        is_archived: seed.is_archived,
        recurring: seed.recurring_interval,
        metadata: seed.metadata,
        benefits: seed.benefits,
        covers: seed.medias,
        ..unpriced
    };
    seed.prices.iter().fold(unpriced, |product, price| product.with_price(price.currency(), price.amount()))
}

fn benefit(seed: format::Benefit) -> Benefit {
    let (id, description, kind, metadata) = match seed {
        format::Benefit::Downloadables { id, description, files, archived_files, metadata } => {
            (id, description, Kind::Downloadables { files, archived: archived_files.into_iter().collect() }, metadata)
        }
        format::Benefit::LicenseKeys { id, description, prefix, limit_activations, limit_usage, metadata } => {
            (id, description, Kind::LicenseKeys { prefix, limit_activations, limit_usage }, metadata)
        }
        format::Benefit::Custom { id, description, note, metadata } => {
            (id, description, Kind::Custom { note }, metadata)
        }
    };
    Benefit { metadata, ..Benefit::new(id, &description, kind) }
}

fn read_file(seed: format::File, folder: &Path) -> anyhow::Result<File> {
    let bytes = match (seed.text, seed.base64, seed.path) {
        (Some(text), None, None) => Bytes::from(text),
        (None, Some(text), None) => Bytes::from(STANDARD.decode(text).context("base64")?),
        (None, None, Some(path)) => {
            let path = folder.join(path);
            Bytes::from(fs::read(&path).with_context(|| format!("path: cannot read {}", path.display()))?)
        }
        _ => bail!("give its content in exactly one of text, base64 and path"),
    };
    let service = match seed.service {
        format::Service::Downloadable => Service::Downloadable,
        format::Service::ProductMedia => Service::ProductMedia,
    };
    let file = File::downloadable(seed.id, &seed.name, &seed.mime_type, bytes);
    Ok(File { version: seed.version, service, ..file })
}

fn discount(seed: &format::Discount) -> Discount {
    Discount::percentage(seed.id, &seed.name, &seed.code, seed.basis_points)
}

fn link(seed: format::CheckoutLink) -> CheckoutLink {
    let link = CheckoutLink::new(seed.id, &seed.label, &seed.products);
    CheckoutLink { success_url: seed.success_url, metadata: seed.metadata, ..link }
}

fn purchase(seed: &format::PastOrder) -> PastPurchase {
    let days_ago = i64::from(seed.days_ago);
    PastPurchase::new(seed.customer_id, &seed.customer_name, &seed.customer_email, seed.product_id, days_ago)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORGANIZATION: &str =
        r#""organization": {"id": "00000000-0000-4000-8000-000000000001", "name": "A", "slug": "a"}"#;

    fn error_of(rest: &str) -> String {
        let seed = format!("{{{ORGANIZATION}, {rest}}}");
        Shop::parse(&seed, Path::new("no-such-folder")).map_or_else(|error| format!("{error:#}"), |_| String::new())
    }

    #[test]
    fn an_error_names_the_field() {
        let id = r#""id": "00000000-0000-4000-8000-000000000002""#;
        let other = "00000000-0000-4000-8000-000000000003";
        let product = |rest: &str| format!(r#""products": [{{{id}, "name": "B", {rest}}}]"#);
        let file = |rest: &str| format!(r#""files": [{{{id}, "name": "b", "mime_type": "text/plain"{rest}}}]"#);
        for (seed, expected) in [
            (r#""shoes": []"#.to_owned(), "shoes: unknown field `shoes`"),
            (product(r#""colour": 1"#), "products[0].colour: unknown field `colour`"),
            (format!(r#""products": [{{{id}}}]"#), "products[0]: missing field `name`"),
            (
                product(r#""prices": [{"amount_type": "fixed", "price_amount": 1}]"#),
                "products[0].prices[0]: missing field `price_currency`",
            ),
            (
                product(r#""prices": [{"amount_type": "fixed", "price_currency": "USD", "price_amount": 1}]"#),
                "products[0].prices[0].price_currency: Polar has no currency `USD`",
            ),
            (
                product(&format!(r#""benefits": ["{other}"]"#)),
                "products[0].benefits[0]: there is no benefit 00000000-0000-4000-8000-000000000003",
            ),
            (
                format!(r#""products": [{{{id}, "name": "B"}}, {{{id}, "name": "C"}}]"#),
                "products[1].id: 00000000-0000-4000-8000-000000000002 is there already",
            ),
            (file(""), "files[0]: give its content in exactly one of text, base64 and path"),
            (file(r#", "path": "b.txt""#), "files[0]: path: cannot read no-such-folder/b.txt"),
            (
                format!(r#""benefits": [{{{id}, "type": "downloadables", "description": "B", "files": ["{other}"]}}]"#),
                "benefits[0].files[0]: there is no file of the service downloadable",
            ),
        ] {
            let error = error_of(&seed);
            assert!(error.starts_with(expected), "{seed}: {error}");
        }
    }

    #[test]
    fn content_is_text_base64_or_a_file_beside_the_seed() {
        for (content, expected) in [
            (r#""text": "Grüße""#, "Grüße"),
            (r#""base64": "R3LDvMOfZQ==""#, "Grüße"),
            (r#""path": "Cargo.toml""#, include_str!("../../Cargo.toml")),
        ] {
            let id = r#""id": "00000000-0000-4000-8000-000000000002""#;
            let file = format!(r#"{{{id}, "name": "a.txt", "mime_type": "text/plain", {content}}}"#);
            let seed = format!(r#"{{{ORGANIZATION}, "files": [{file}]}}"#);
            let shop = Shop::parse(&seed, Path::new(env!("CARGO_MANIFEST_DIR"))).expect("a shop");
            assert_eq!(shop.files[0].bytes, expected.as_bytes(), "{content}");
        }
    }
}
