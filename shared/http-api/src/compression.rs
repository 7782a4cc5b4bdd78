use tower_http::compression::{CompressionLayer, Predicate, predicate::SizeAbove};

/// A packet on the network holds about so many bytes, so a smaller answer arrives no sooner.
const SMALLEST: u16 = 1024;

/// Compresses the lists of a shop for who accepts gzip.
///
/// Only for answers in which no text of a stranger's stands beside a secret: their length would betray the secret (BREACH).
#[must_use]
pub fn gzip() -> CompressionLayer<impl Predicate> {
    CompressionLayer::new().compress_when(SizeAbove::new(SMALLEST))
}
