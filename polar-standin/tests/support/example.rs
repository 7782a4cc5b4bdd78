//! The ids of `examples/shop.json` that tests name.

use uuid::{Uuid, uuid};

/// The organization.
pub const ORGANIZATION: Uuid = uuid!("00000000-0000-4000-8000-000000000001");
/// Free; one file.
pub const SAMPLER: Uuid = uuid!("00000000-0000-4000-8000-000001000001");
/// Free.
pub const GUIDE: Uuid = uuid!("00000000-0000-4000-8000-000001000002");
/// 29.00 USD; a file and a licence key for three activations.
pub const EDITOR: Uuid = uuid!("00000000-0000-4000-8000-000001000003");
/// 19.00 USD; several files, and a cover.
pub const BOOK: Uuid = uuid!("00000000-0000-4000-8000-000001000004");
/// Pay what you want, from nothing to 500.00 USD.
pub const DONATION: Uuid = uuid!("00000000-0000-4000-8000-000001000005");
/// 24.00 USD or 22.00 EUR.
pub const PLANNER: Uuid = uuid!("00000000-0000-4000-8000-000001000006");
/// 39.00 USD or 36.00 EUR; two benefits.
pub const COURSE: Uuid = uuid!("00000000-0000-4000-8000-000001000007");
/// Free, every month.
pub const LETTER: Uuid = uuid!("00000000-0000-4000-8000-000001000008");
/// 12.00 USD every month.
pub const CLUB: Uuid = uuid!("00000000-0000-4000-8000-000001000009");
/// 15.00 USD.
pub const TYPEFACE: Uuid = uuid!("00000000-0000-4000-8000-000001000010");
/// Archived.
pub const OLD_EDITION: Uuid = uuid!("00000000-0000-4000-8000-000001000011");
/// Private.
pub const COMMISSION: Uuid = uuid!("00000000-0000-4000-8000-000001000012");
/// A draft.
pub const DRAFT: Uuid = uuid!("00000000-0000-4000-8000-000001000013");
/// What [`SAMPLER`] gives.
pub const SAMPLER_FILES: Uuid = uuid!("00000000-0000-4000-8000-000002000001");
/// What [`BOOK`] and [`CLUB`] give.
pub const BOOK_FILES: Uuid = uuid!("00000000-0000-4000-8000-000002000003");
/// What [`LETTER`] gives.
pub const LETTER_FILES: Uuid = uuid!("00000000-0000-4000-8000-000002000004");
/// What [`TYPEFACE`] gives.
pub const TYPEFACE_FILES: Uuid = uuid!("00000000-0000-4000-8000-000002000005");
/// What [`COURSE`] gives apart from its files.
pub const COURSE_ACCESS: Uuid = uuid!("00000000-0000-4000-8000-000002000007");
/// The file of [`SAMPLER_FILES`].
pub const SAMPLER_TEXT: Uuid = uuid!("00000000-0000-4000-8000-000003000002");
/// Ada, who bought [`GUIDE`] and then [`BOOK`].
pub const ADA: Uuid = uuid!("00000000-0000-4000-8000-000004000001");
/// Her address.
pub const ADA_EMAIL: &str = "ada@recordings-mail.net";
/// Grace, who bought [`EDITOR`] and then subscribed to [`CLUB`].
pub const GRACE: Uuid = uuid!("00000000-0000-4000-8000-000004000002");
/// Her address.
pub const GRACE_EMAIL: &str = "grace@recordings-mail.net";
