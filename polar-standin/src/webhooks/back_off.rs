//! When an event is tried again.

use std::time::Duration;

/// Attempts before an event has failed for good.
pub(crate) const ATTEMPTS: u32 = 10;

/// Longest wait before it is spread.
const LONGEST_SECONDS: u64 = 600;

/// The wait after attempt number `attempts`, spread over one to two times its length by `luck` (recording 892).
pub(crate) fn delay(attempts: u32, luck: u8) -> Duration {
    let seconds = 2_u64.saturating_pow(attempts.saturating_add(1)).min(LONGEST_SECONDS);
    Duration::from_millis(seconds * 1000 + seconds * 1000 * u64::from(luck) / 256)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_from_seconds_to_twenty_minutes() {
        for (attempts, shortest, longest) in
            [(1, 4, 8), (2, 8, 16), (3, 16, 32), (4, 32, 64), (7, 256, 512), (8, 512, 1024), (9, 600, 1200)]
        {
            assert_eq!(delay(attempts, 0), Duration::from_secs(shortest), "after {attempts}");
            assert!(delay(attempts, 255) < Duration::from_secs(longest), "after {attempts}");
            assert!(delay(attempts, 255) > Duration::from_secs(longest) * 99 / 100, "after {attempts}");
        }
    }

    /// Recording 892: what two receivers saw over 27 minutes.
    #[test]
    fn recorded_waits_are_among_the_possible_ones() {
        for waits in
            [[5.3, 10.4, 21.5, 57.1, 113.8, 249.9, 469.0, 665.6], [6.2, 11.6, 20.4, 62.3, 131.1, 251.5, 285.1, 581.9]]
        {
            for (attempts, wait) in (1..).zip(waits) {
                // An attempt can be some seconds late, never early.
                assert!(wait >= delay(attempts, 0).as_secs_f64(), "{wait} after {attempts}");
                assert!(wait <= delay(attempts, 255).as_secs_f64() + 5.0, "{wait} after {attempts}");
            }
        }
    }
}
