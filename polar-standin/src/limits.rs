//! How often somebody may call: fixed windows that begin with their first request, and blocks.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::clock::after;
use crate::options::RateLimits;

/// How long a token stays recognised after it was seen valid, in seconds (recording 762).
const RECOGNISED_SECONDS: i64 = 300;

/// Calls a minute with a token that is not recognised, right or wrong (recording 759).
const UNRECOGNISED: u32 = 60;

const MINUTE: i64 = 60;
const HOUR: i64 = 3600;

/// Who is counted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Identity {
    /// All organization tokens together.
    Organization,
    /// A customer or a member, by id.
    Customer(String),
    /// Somebody without a token.
    Address(String),
    /// A token that was not seen valid lately.
    Token(String),
}

/// A rule of some routes; whoever breaks it is blocked on all routes (recordings 751–754, 761).
struct Rule {
    name: &'static str,
    is_for: fn(&str) -> bool,
    /// Calls and seconds.
    windows: &'static [(u32, i64)],
    block_seconds: i64,
}

const RULES: [Rule; 2] = [
    Rule { name: "confirm", is_for: is_confirm, windows: &[(6, MINUTE), (20, HOUR)], block_seconds: 1800 },
    Rule { name: "license keys", is_for: is_public_license_call, windows: &[(3, 1)], block_seconds: 60 },
];

/// The counts of all callers.
#[derive(Debug, Default)]
pub(crate) struct Limiter {
    limits: RateLimits,
    /// The end of the window and the calls in it, by caller and length.
    windows: BTreeMap<(Identity, &'static str, i64), (Timestamp, u32)>,
    blocks: BTreeMap<Identity, Timestamp>,
    recognised: BTreeMap<String, Timestamp>,
}

impl Limiter {
    pub(crate) fn new(limits: RateLimits) -> Self {
        Self { limits, ..Self::default() }
    }

    pub(crate) fn is_off(&self) -> bool {
        self.limits == RateLimits::Off
    }

    /// Counts a call; if it is one too many, says how long to wait.
    pub(crate) fn check(&mut self, who: &Identity, path: &str, now: Timestamp) -> Result<(), Duration> {
        let Some(limit) = self.limit_of(who) else {
            return Ok(());
        };
        if let Some(until) = self.blocks.get(who).filter(|until| now < **until) {
            return Err(whole_seconds(until.duration_since(now).as_secs_f64()));
        }
        for rule in RULES.iter().filter(|rule| (rule.is_for)(path)) {
            let is_kept = rule
                .windows
                .iter()
                .fold(true, |kept, (most, seconds)| self.count(who, rule.name, *seconds, now) <= *most && kept);
            if !is_kept {
                self.blocks.insert(who.clone(), after(now, rule.block_seconds));
                return Err(Duration::from_secs(rule.block_seconds.unsigned_abs()));
            }
        }
        // Not what is left of the window but its whole length (recording 757).
        if self.count(who, "all", MINUTE, now) > limit { Err(Duration::from_mins(1)) } else { Ok(()) }
    }

    /// Whether a valid token was seen lately; from now on it was.
    pub(crate) fn recognise(&mut self, token: &str, now: Timestamp) -> bool {
        let seen = self.recognised.insert(token.to_owned(), now);
        seen.is_some_and(|at| now <= after(at, RECOGNISED_SECONDS))
    }

    fn limit_of(&self, who: &Identity) -> Option<u32> {
        match (self.limits, who) {
            (RateLimits::Off, _) => None,
            (_, Identity::Token(_)) => Some(UNRECOGNISED),
            (RateLimits::Sandbox, _) => Some(100),
            (RateLimits::Production, _) => Some(500),
        }
    }

    /// Counts a call in its window, and gives the calls there.
    fn count(&mut self, who: &Identity, rule: &'static str, seconds: i64, now: Timestamp) -> u32 {
        let fresh = (after(now, seconds), 0);
        let (end, calls) = self.windows.entry((who.clone(), rule, seconds)).or_insert(fresh);
        if *end <= now {
            (*end, *calls) = fresh;
        }
        *calls += 1;
        *calls
    }
}

fn is_confirm(path: &str) -> bool {
    path.starts_with("/v1/checkouts/") && path.trim_end_matches('/').ends_with("/confirm")
}

fn is_public_license_call(path: &str) -> bool {
    path.strip_prefix("/v1/customer-portal/license-keys/")
        .is_some_and(|call| ["validate", "activate", "deactivate"].contains(&call.trim_end_matches('/')))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most some thousand seconds")]
fn whole_seconds(seconds: f64) -> Duration {
    Duration::from_secs(seconds.ceil() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALIDATE: &str = "/v1/customer-portal/license-keys/validate";

    #[test]
    fn a_fourth_license_call_in_a_second_blocks_for_a_minute_that_passes() {
        let mut limiter = Limiter::new(RateLimits::Production);
        let (who, start) = (Identity::Address("127.0.0.1".to_owned()), Timestamp::UNIX_EPOCH);
        assert!((0..3).all(|_| limiter.check(&who, VALIDATE, start).is_ok()));
        assert_eq!(limiter.check(&who, VALIDATE, start), Err(Duration::from_mins(1)));
        assert_eq!(limiter.check(&who, "/v1/products/", after(start, 20)), Err(Duration::from_secs(40)));
        assert_eq!(limiter.check(&who, VALIDATE, after(start, 60)), Ok(()));
        let other = Identity::Address("198.51.100.9".to_owned());
        assert_eq!(limiter.check(&other, VALIDATE, start), Ok(()));
    }

    #[test]
    fn a_window_begins_with_its_first_call_and_says_its_whole_length() {
        let mut limiter = Limiter::new(RateLimits::Sandbox);
        let at = |second| after(Timestamp::UNIX_EPOCH, second);
        assert!((0..100).all(|call| limiter.check(&Identity::Organization, "/v1/products/", at(call % 59)).is_ok()));
        let refused = limiter.check(&Identity::Organization, "/v1/products/", at(59));
        assert_eq!(refused, Err(Duration::from_mins(1)));
        assert_eq!(limiter.check(&Identity::Organization, "/v1/products/", at(60)), Ok(()));
    }

    #[test]
    fn only_the_buyers_own_calls_are_under_the_stricter_rules() {
        for (path, expected) in [
            ("/v1/checkouts/client/polar_c_x/confirm", true),
            ("/v1/checkouts/client/polar_c_x", false),
            (VALIDATE, true),
            ("/v1/license-keys/validate", false),
            ("/v1/customer-portal/license-keys/1", false),
        ] {
            assert_eq!(RULES.iter().any(|rule| (rule.is_for)(path)), expected, "{path}");
        }
    }
}
