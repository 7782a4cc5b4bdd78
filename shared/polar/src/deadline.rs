//! Deadlines for calls to Polar.

use std::time::{Duration, Instant};

tokio::task_local! {
    static DEADLINE: Instant;
}

/// Runs `work` so that every call to Polar inside it ends before `deadline`; if deadlines are nested, the earliest counts.
///
/// Lambda stops a function without an answer when its time is over; with a deadline, it can still answer. The deadline does not apply to
/// tasks that are spawned inside.
pub async fn with_deadline<F: Future>(deadline: Instant, work: F) -> F::Output {
    DEADLINE.scope(earliest(deadline), work).await
}

/// The end of a call that starts now and may take `limit`.
pub(crate) fn of_call(limit: Duration) -> Instant {
    earliest(Instant::now() + limit)
}

fn earliest(moment: Instant) -> Instant {
    DEADLINE.try_with(|deadline| moment.min(*deadline)).unwrap_or(moment)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    #[test]
    fn without_a_deadline_the_limit_decides() {
        assert!(of_call(MINUTE) >= Instant::now() + MINUTE / 2);
    }

    #[tokio::test]
    async fn a_deadline_cuts_a_longer_limit() {
        let deadline = Instant::now() + MINUTE;
        assert_eq!(with_deadline(deadline, async { of_call(2 * MINUTE) }).await, deadline);
    }

    #[tokio::test]
    async fn a_deadline_never_lengthens_a_limit() {
        let deadline = Instant::now() + 9 * MINUTE;
        assert!(with_deadline(deadline, async { of_call(MINUTE) }).await < deadline);
    }

    #[tokio::test]
    async fn an_inner_deadline_cuts_a_later_outer_one() {
        let inner = Instant::now() + MINUTE;
        let work = with_deadline(inner, async { of_call(9 * MINUTE) });
        assert_eq!(with_deadline(inner + MINUTE, work).await, inner);
    }

    #[tokio::test]
    async fn the_outer_deadline_cuts_a_later_inner_one() {
        let outer = Instant::now() + MINUTE;
        let inner = with_deadline(outer + MINUTE, async { of_call(9 * MINUTE) });
        assert_eq!(with_deadline(outer, inner).await, outer);
    }
}
