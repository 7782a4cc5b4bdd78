//! What is measured, and how much.

/// The function whose route the peer has too.
pub(crate) const COMPARED: &str = "download";

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extent {
    /// Turns of each program.
    pub(crate) rounds: usize,
    /// Starts in each turn.
    pub(crate) starts: usize,
    /// Warm invocations in each turn, with upstreams at hand.
    pub(crate) warm: usize,
    /// Warm invocations in each turn, with upstreams far away.
    pub(crate) warm_remote: usize,
}
