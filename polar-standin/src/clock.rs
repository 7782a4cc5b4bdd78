//! Time as the stand-in sees it: the machine's clock plus what tests advanced it by.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// A clock that can be moved forward and never shows the same microsecond twice.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    ahead: AtomicI64,
    last: AtomicI64,
}

impl Clock {
    /// The present, in whole microseconds like Polar's timestamps.
    pub(crate) fn now(&self) -> Timestamp {
        let present = Timestamp::now().as_microsecond() + self.ahead.load(Ordering::SeqCst);
        let shown = self.last.fetch_max(present, Ordering::SeqCst);
        // Lists are sorted by creation time: two objects of one request must not share it.
        let unique = if shown < present { present } else { self.last.fetch_add(1, Ordering::SeqCst) + 1 };
        Timestamp::from_microsecond(unique).unwrap_or(Timestamp::MAX)
    }

    pub(crate) fn advance(&self, by: Duration) {
        let micros = i64::try_from(by.as_micros()).unwrap_or(i64::MAX / 4);
        self.ahead.fetch_add(micros, Ordering::SeqCst);
    }
}

/// `2026-11-21T11:02:31.616247Z`, as Polar writes times.
pub(crate) fn written(at: Timestamp) -> String {
    format!("{at:.6}")
}

pub(crate) fn after(at: Timestamp, seconds: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX)
}
