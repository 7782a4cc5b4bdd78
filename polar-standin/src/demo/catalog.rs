//! Products and benefits of the demo shop, and who bought what before.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::covers::{Motif, cover};
#[allow(clippy::wildcard_imports, reason = "the whole catalog is made of these ids")]
use super::ids::{self, *};
use super::{SHOP_NAME, contents, texts};
use crate::shop::{
    Benefit, CheckoutLink, Discount, File, Interval, PastPurchase, Product, Shop, derived_id, opening_day,
};

/// The whole shop.
pub(crate) fn shop() -> Shop {
    let shop = contents::add(Shop::named(ids::ORGANIZATION, SHOP_NAME, "meshwork-goods"));
    let shop = benefits().into_iter().fold(shop, Shop::with_benefit);
    let shop = products().into_iter().enumerate().fold(shop, |shop, (place, (product, art))| {
        let cover_id = derived_id(product.id, 0xc0);
        let file = File::cover(cover_id, "cover.svg", "image/svg+xml", cover(art.0, art.1));
        let product = product.with_cover(cover_id).created(day(place));
        shop.with_file(file).with_product(product)
    });
    history(shop)
        .with_discount(Discount::percentage(WELCOME_DISCOUNT, "Welcome", WELCOME_CODE, 2_500))
        .with_discount(Discount::percentage(GIFT_DISCOUNT, "A gift", GIFT_CODE, 10_000))
        .with_link(CheckoutLink::new(BUNDLE_LINK, "Forest or brushes", &[FOREST_PACK, BRUSH_PACK]))
}

/// Ada and Grace can buy again, with addresses that are known.
fn history(shop: Shop) -> Shop {
    [
        PastPurchase::new(ADA, "Ada Lovelace", ADA_EMAIL, POLYGON_PRIMER, 210),
        PastPurchase::new(ADA, "Ada Lovelace", ADA_EMAIL, FOREST_PACK, 34),
        PastPurchase::new(GRACE, "Grace Hopper", GRACE_EMAIL, RETOPO_TOOLKIT, 120),
        PastPurchase::new(GRACE, "Grace Hopper", GRACE_EMAIL, ASSET_CLUB, 12),
    ]
    .into_iter()
    .fold(shop, Shop::with_purchase)
}

fn benefits() -> Vec<Benefit> {
    vec![
        Benefit::downloadables(SKY_FILES, "Golden hour skies", &[SKY_ARCHIVE]).with_metadata("download_limit", 5),
        Benefit::downloadables(PRIMER_FILES, "The book as PDF", &[PRIMER_PDF]),
        Benefit::downloadables(TOOLKIT_FILES, "The plugin", &[TOOLKIT_ARCHIVE, TOOLKIT_README]),
        Benefit::license_keys(TOOLKIT_KEY, "Licence for three machines", "RETOPO", Some(3)),
        Benefit::downloadables(
            FOREST_FILES,
            "Models, pattern and photos",
            &[FOREST_ARCHIVE, FOREST_PINE, FOREST_OVERVIEW, FOREST_PHOTOS, FOREST_PATTERN, FOREST_OLD],
        )
        .without_file(FOREST_OLD),
        Benefit::downloadables(BRUSH_FILES, "Brushes", &[BRUSH_ARCHIVE]).with_metadata("download_limit", "3"),
        Benefit::downloadables(PLANNER_FILES, "Planner for A4 and Letter", &[PLANNER_ARCHIVE]),
        Benefit::custom(COURSE_VIDEOS, "The six films", "Open the page with the link in your library.")
            .with_metadata("download_url", "https://films.example/lighting/all-six"),
        Benefit::downloadables(COURSE_WORKBOOK, "Workbook, for 30 days", &[WORKBOOK_PDF])
            .with_metadata("download_days", 30),
        Benefit::downloadables(LETTER_FILES, "The latest letter", &[LETTER_PDF]),
        Benefit::downloadables(TYPEFACE_FILES, "Facet Sans, four weights", &[TYPEFACE_ARCHIVE])
            .with_metadata("download_limit", 1),
        Benefit::downloadables(LEFTOVER_FILES, "Leftovers", &[LEFTOVER_TEXT]),
    ]
}

/// A motif and its colours.
type Art = (Motif, [&'static str; 4]);

/// The oldest first; lists show the newest first.
fn products() -> Vec<(Product, Art)> {
    let hidden: Art = (Motif::Triangles, ["#d6d3d1", "#78716c", "#fafaf9", "#44403c"]);
    vec![
        (
            Product::new(ARCHIVED_PACK, "Winter Pack 2019")
                .described("No longer sold.")
                .priced(900)
                .gives(LEFTOVER_FILES)
                .archived(),
            hidden,
        ),
        (
            Product::new(PRIVATE_COMMISSION, "Commission for Hanna")
                .described("By arrangement only.")
                .priced(45_000)
                .gives(LEFTOVER_FILES)
                .private(),
            hidden,
        ),
        (Product::new(DRAFT_KIT, "Untitled Kit").priced(1_000).gives(LEFTOVER_FILES).draft(), hidden),
        (
            sold(WORKSHOP_LETTER, "Workshop Letter", texts::WORKSHOP_LETTER, "letters")
                .recurring(Interval::Month)
                .priced(0)
                .gives(LETTER_FILES),
            (Motif::Letter, ["#fecdd3", "#fb7185", "#fff1f2", "#be123c"]),
        ),
        (
            sold(TYPEFACE, "Facet Sans", texts::TYPEFACE, "fonts").priced(1_500).gives(TYPEFACE_FILES),
            (Motif::Glyph, ["#f5f5f4", "#d6d3d1", "#a8a29e", "#292524"]),
        ),
        (
            sold(STUDIO_PLANNER, "Studio Planner", texts::STUDIO_PLANNER, "templates")
                .priced(2_400)
                .priced_in("eur", 2_200)
                .gives(PLANNER_FILES)
                .with_metadata("download_limit", "unlimited"),
            (Motif::Calendar, ["#0ea5e9", "#1e3a8a", "#e0f2fe", "#facc15"]),
        ),
        (
            sold(BRUSH_PACK, "Sculptor's Brushes", texts::BRUSH_PACK, "brushes")
                .pay_what_you_want(0, Some(50_000), Some(900))
                .gives(BRUSH_FILES),
            (Motif::Strokes, ["#431407", "#9a3412", "#fed7aa", "#f97316"]),
        ),
        (
            sold(LIGHTING_COURSE, "Light, in Six Films", texts::LIGHTING_COURSE, "courses")
                .priced(3_900)
                .priced_in("eur", 3_600)
                .gives(COURSE_VIDEOS)
                .gives(COURSE_WORKBOOK),
            (Motif::Beams, ["#0f172a", "#334155", "#fde68a", "#f59e0b"]),
        ),
        (
            sold(ASSET_CLUB, "Asset Club", texts::ASSET_CLUB, "models")
                .recurring(Interval::Month)
                .priced(1_200)
                .gives(FOREST_FILES),
            (Motif::Cubes, ["#312e81", "#7c3aed", "#ddd6fe", "#22d3ee"]),
        ),
        (
            sold(POLYGON_PRIMER, "The Polygon Primer", texts::POLYGON_PRIMER, "books").priced(0).gives(PRIMER_FILES),
            (Motif::Triangles, ["#fef9c3", "#fde047", "#ffffff", "#ea580c"]),
        ),
        (
            sold(FOREST_PACK, "Low-Poly Forest", texts::FOREST_PACK, "models").priced(1_900).gives(FOREST_FILES),
            (Motif::Forest, ["#d9f99d", "#34d399", "#166534", "#14532d"]),
        ),
        (
            sold(RETOPO_TOOLKIT, "Retopo Toolkit", texts::RETOPO_TOOLKIT, "plugins")
                .priced(2_900)
                .gives(TOOLKIT_FILES)
                .gives(TOOLKIT_KEY)
                .with_metadata("download_limit", 10),
            (Motif::Mesh, ["#022c22", "#0f766e", "#5eead4", "#f0fdfa"]),
        ),
        (
            sold(SKY_SAMPLER, "Golden Hour Sampler", texts::SKY_SAMPLER, "skies").priced(0).gives(SKY_FILES),
            (Motif::Sunset, ["#fdba74", "#7c3aed", "#fff7ed", "#4c1d95"]),
        ),
    ]
}

fn sold(id: Uuid, name: &str, description: &str, section: &str) -> Product {
    Product::new(id, name).described(description).with_metadata("section", section)
}

/// A week between one product and the next.
fn day(place: usize) -> Timestamp {
    opening_day() + SignedDuration::from_hours(24 * 7 * i64::try_from(place).unwrap_or_default())
}
