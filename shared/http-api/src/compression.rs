use tower_http::compression::{CompressionLayer, Predicate, predicate::SizeAbove};

/// A packet on the network holds about so many bytes, so a smaller answer arrives no sooner.
const SMALLEST: u16 = 1024;

/// Compresses the lists of a shop for who accepts gzip.
///
/// Only for answers that do not hold what a stranger has chosen beside what is the buyer's: their length would betray it (BREACH).
#[must_use]
pub fn gzip() -> CompressionLayer<impl Predicate> {
    CompressionLayer::new().compress_when(SizeAbove::new(SMALLEST))
}
