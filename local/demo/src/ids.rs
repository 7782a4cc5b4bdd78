//! Every fixed id of the demo shop.

use uuid::Uuid;

/// Numbers of one kind: the first group says which.
const fn id(kind: u128, number: u128) -> Uuid {
    Uuid::from_u128((kind << 96) | 0x4000_8000_0000_0000_0000 | number)
}

/// The organization.
pub const ORGANIZATION: Uuid = id(0x0a00_0001, 1);

/// Free; its file can be downloaded 5 times (`download_limit` on the benefit).
pub const SKY_SAMPLER: Uuid = id(0x0b00_0001, 1);
/// Free, without a limit of its own.
pub const POLYGON_PRIMER: Uuid = id(0x0b00_0002, 2);
/// 29.00 USD; a plugin with a licence key.
pub const RETOPO_TOOLKIT: Uuid = id(0x0b00_0003, 3);
/// 19.00 USD; many files, with blanks and Unicode in their names.
pub const FOREST_PACK: Uuid = id(0x0b00_0004, 4);
/// Pay what you want, from nothing on; 9.00 USD are proposed.
pub const BRUSH_PACK: Uuid = id(0x0b00_0005, 5);
/// 24.00 USD or 22.00 EUR; `download_limit` is `unlimited` on the product.
pub const STUDIO_PLANNER: Uuid = id(0x0b00_0006, 6);
/// 39.00 USD or 36.00 EUR; a video course whose benefit is an address (`download_url`) and a workbook for 30 days (`download_days`).
pub const LIGHTING_COURSE: Uuid = id(0x0b00_0007, 7);
/// Free, renewed every month.
pub const WORKSHOP_LETTER: Uuid = id(0x0b00_0008, 8);
/// 12.00 USD every month.
pub const ASSET_CLUB: Uuid = id(0x0b00_0009, 9);
/// 15.00 USD; one download only (`download_limit` 1 on the benefit).
pub const TYPEFACE: Uuid = id(0x0b00_000a, 10);
/// Archived: no shop may show or sell it.
pub const ARCHIVED_PACK: Uuid = id(0x0b00_000b, 11);
/// Private: no shop may show it.
pub const PRIVATE_COMMISSION: Uuid = id(0x0b00_000c, 12);
/// A draft: it cannot be bought.
pub const DRAFT_KIT: Uuid = id(0x0b00_000d, 13);

/// The skies of [`SKY_SAMPLER`].
pub const SKY_FILES: Uuid = id(0x0c00_0001, 1);
/// The book of [`POLYGON_PRIMER`].
pub const PRIMER_FILES: Uuid = id(0x0c00_0002, 2);
/// The plugin of [`RETOPO_TOOLKIT`].
pub const TOOLKIT_FILES: Uuid = id(0x0c00_0003, 3);
/// The licence key of [`RETOPO_TOOLKIT`].
pub const TOOLKIT_KEY: Uuid = id(0x0c00_0004, 4);
/// The models of [`FOREST_PACK`], also part of [`ASSET_CLUB`].
pub const FOREST_FILES: Uuid = id(0x0c00_0005, 5);
/// The brushes of [`BRUSH_PACK`].
pub const BRUSH_FILES: Uuid = id(0x0c00_0006, 6);
/// The template of [`STUDIO_PLANNER`].
pub const PLANNER_FILES: Uuid = id(0x0c00_0007, 7);
/// The address of [`LIGHTING_COURSE`]'s videos.
pub const COURSE_VIDEOS: Uuid = id(0x0c00_0008, 8);
/// The workbook of [`LIGHTING_COURSE`].
pub const COURSE_WORKBOOK: Uuid = id(0x0c00_0009, 9);
/// The monthly letter of [`WORKSHOP_LETTER`].
pub const LETTER_FILES: Uuid = id(0x0c00_000a, 10);
/// The fonts of [`TYPEFACE`].
pub const TYPEFACE_FILES: Uuid = id(0x0c00_000b, 11);
/// What the archived, the private and the draft product share.
pub const LEFTOVER_FILES: Uuid = id(0x0c00_000c, 12);

/// `golden-hour-skies.zip`.
pub const SKY_ARCHIVE: Uuid = id(0x0d00_0001, 1);
/// `The Polygon Primer.pdf`.
pub const PRIMER_PDF: Uuid = id(0x0d00_0002, 2);
/// `retopo-toolkit-2.4.zip`.
pub const TOOLKIT_ARCHIVE: Uuid = id(0x0d00_0003, 3);
/// `Read me first.txt`.
pub const TOOLKIT_README: Uuid = id(0x0d00_0004, 4);
/// `low-poly-pine.obj`.
pub const FOREST_PINE: Uuid = id(0x0d00_0005, 5);
/// `forest-pack-complete.zip`.
pub const FOREST_ARCHIVE: Uuid = id(0x0d00_0006, 6);
/// `Übersicht – Größen.pdf`.
pub const FOREST_OVERVIEW: Uuid = id(0x0d00_0007, 7);
/// `写真.zip`.
pub const FOREST_PHOTOS: Uuid = id(0x0d00_0008, 8);
/// `leaf pattern.svg`.
pub const FOREST_PATTERN: Uuid = id(0x0d00_0009, 9);
/// An old file of the forest pack that was archived; no buyer has it any more.
pub const FOREST_OLD: Uuid = id(0x0d00_000a, 10);
/// `sculptors-brushes.zip`.
pub const BRUSH_ARCHIVE: Uuid = id(0x0d00_000b, 11);
/// `Studio Planner (A4 & Letter).zip`.
pub const PLANNER_ARCHIVE: Uuid = id(0x0d00_000c, 12);
/// `Lighting workbook.pdf`.
pub const WORKBOOK_PDF: Uuid = id(0x0d00_000d, 13);
/// `workshop-letter-11.pdf`.
pub const LETTER_PDF: Uuid = id(0x0d00_000e, 14);
/// `Facet Sans.zip`.
pub const TYPEFACE_ARCHIVE: Uuid = id(0x0d00_000f, 15);
/// `leftovers.txt`.
pub const LEFTOVER_TEXT: Uuid = id(0x0d00_0010, 16);

/// Ada, who bought [`FOREST_PACK`] and [`POLYGON_PRIMER`] before.
pub const ADA: Uuid = id(0x0e00_0001, 1);
/// Ada's address.
pub const ADA_EMAIL: &str = "ada@recordings-mail.net";
/// Grace, who bought [`RETOPO_TOOLKIT`] before and subscribes to [`ASSET_CLUB`].
pub const GRACE: Uuid = id(0x0e00_0002, 2);
/// Grace's address.
pub const GRACE_EMAIL: &str = "grace@recordings-mail.net";

/// A quarter off, by [`WELCOME_CODE`].
pub const WELCOME_DISCOUNT: Uuid = id(0x0f00_0001, 1);
/// The code of [`WELCOME_DISCOUNT`].
pub const WELCOME_CODE: &str = "WELCOME25";
/// All of it off, by [`GIFT_CODE`].
pub const GIFT_DISCOUNT: Uuid = id(0x0f00_0002, 2);
/// The code of [`GIFT_DISCOUNT`].
pub const GIFT_CODE: &str = "GIFT100";
/// A link that offers [`FOREST_PACK`] and [`BRUSH_PACK`].
pub const BUNDLE_LINK: Uuid = id(0x1000_0001, 1);
