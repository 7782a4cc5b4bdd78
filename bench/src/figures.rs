//! Summarizes many measurements.

use std::time::Duration;

use serde::Serialize;

/// Durations of one thing, in milliseconds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Times(Vec<f64>);

impl Times {
    /// One more.
    pub(crate) fn add(&mut self, time: Duration) {
        self.0.push(time.as_secs_f64() * 1_000.0);
    }

    /// The one below which this part of them lies; 0 for none.
    pub(crate) fn quantile(&self, part: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a rank"
        )]
        let rank = (sorted.len().saturating_sub(1) as f64 * part).round() as usize;
        sorted.get(rank).copied().unwrap_or_default()
    }

    /// The one in the middle.
    pub(crate) fn median(&self) -> f64 {
        self.quantile(0.5)
    }
}

/// What a program costs; times in milliseconds.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Figures {
    /// From the start of the process to its first request for an event.
    pub(crate) init: f64,
    /// CPU time until then.
    pub(crate) init_cpu: f64,
    /// The first invocation, from the event's last byte to the answer's.
    pub(crate) first: f64,
    /// CPU time of the first invocation.
    pub(crate) first_cpu: f64,
    /// Later invocations: the middle one, and those that 90 and 99 of 100 do not exceed.
    pub(crate) warm_p50: f64,
    /// See [`warm_p50`](Self::warm_p50).
    pub(crate) warm_p90: f64,
    /// See [`warm_p50`](Self::warm_p50).
    pub(crate) warm_p99: f64,
    /// CPU time of a later invocation, on average.
    pub(crate) warm_cpu: f64,
    /// The most memory at once, in megabytes of 1024 × 1024 bytes.
    pub(crate) peak_memory: f64,
}

/// The measurements of a program over all rounds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Measured {
    /// See [`Figures`].
    pub(crate) init: Times,
    /// See [`Figures`].
    pub(crate) init_cpu: Times,
    /// See [`Figures`].
    pub(crate) first: Times,
    /// See [`Figures`].
    pub(crate) first_cpu: Times,
    /// See [`Figures`].
    pub(crate) warm: Times,
    /// One average per round.
    pub(crate) warm_cpu: Times,
    /// In bytes.
    pub(crate) peak_memory: u64,
}

impl Measured {
    /// One more start: clock and CPU time of init and of the first invocation.
    pub(crate) fn start(&mut self, init: (Duration, Duration), first: (Duration, Duration)) {
        self.init.add(init.0);
        self.init_cpu.add(init.1);
        self.first.add(first.0);
        self.first_cpu.add(first.1);
    }

    /// The figures of these measurements.
    pub(crate) fn figures(&self) -> Figures {
        #[expect(clippy::cast_precision_loss, reason = "far below 2 to the 52nd")]
        let peak_memory = self.peak_memory as f64 / (1024.0 * 1024.0);
        Figures {
            init: self.init.median(),
            init_cpu: self.init_cpu.median(),
            first: self.first.median(),
            first_cpu: self.first_cpu.median(),
            warm_p50: self.warm.median(),
            warm_p90: self.warm.quantile(0.9),
            warm_p99: self.warm.quantile(0.99),
            warm_cpu: self.warm_cpu.median(),
            peak_memory,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_measurements() {
        let mut times = Times::default();
        assert!(times.median().abs() < f64::EPSILON);
        for time in [5, 1, 3, 2, 4] {
            times.add(Duration::from_millis(time));
        }
        let found = [0.0, 0.5, 0.99].map(|part| times.quantile(part));
        assert!(
            found.iter().zip([1.0, 3.0, 5.0]).all(|(found, expected)| (found - expected).abs() < 1e-9),
            "{found:?}"
        );
    }
}
