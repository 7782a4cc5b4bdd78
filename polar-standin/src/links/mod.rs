//! Links to files: Polar's tokens, and the signed addresses of the store behind them.

mod encoding;
mod signed;
mod token;

pub(crate) use encoding::encoded_path;
pub(crate) use signed::{SignedQuery, sign};
pub(crate) use token::{LINK_SECONDS, download_token, row_of};

/// Where the store keeps private files.
pub(crate) const PRIVATE: &str = "/polar-s3";
/// Where it keeps covers, which everybody may see.
pub(crate) const PUBLIC: &str = "/polar-s3-public";
/// Where it keeps invoices.
pub(crate) const INVOICES: &str = "/polar-s3-invoices";
