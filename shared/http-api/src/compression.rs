use tower_http::compression::{CompressionLayer, Predicate, predicate::SizeAbove};

/// About the size of a network packet; compressing a smaller answer does not make it faster.
const SMALLEST: u16 = 1024;

/// Compresses answers for callers that accept gzip.
///
/// Do not use it for answers that contain a secret together with text from an attacker: the compressed size would leak the secret (BREACH).
#[must_use]
pub fn gzip() -> CompressionLayer<impl Predicate> {
    CompressionLayer::new().compress_when(SizeAbove::new(SMALLEST))
}
