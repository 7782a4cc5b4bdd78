//! Decides whether a request is tried again, with pure functions.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    time::Duration,
};

use crate::Error;

/// Tries after the first one.
const MOST_REPEATS: u32 = 2;

/// The pause before the first repetition; it doubles with each one.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// What repeating the request would do at Polar, which has no idempotency keys.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Repeat {
    /// Nothing, because it only reads.
    Read,
    /// It could create a second object, so it is repeated only if the first try was never sent.
    Write,
    /// The answer could be wrong even then: a second confirmation is refused as not open.
    Never,
}

/// What a failed try means for repeating it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Failure {
    NeverSent,
    Transient,
    Limited(Duration),
    Final,
}

impl Failure {
    fn of(error: &Error) -> Self {
        match error {
            Error::Unavailable { source: Some(source), .. } if is_connect(source.as_ref()) => Self::NeverSent,
            Error::Unavailable { source: Some(_), .. }
            | Error::Timeout
            | Error::Unavailable { status: Some(502..=504), .. } => Self::Transient,
            Error::RateLimited { retry_after } => Self::Limited(*retry_after),
            _ => Self::Final,
        }
    }
}

/// How long to wait before the next try, or `None` to give up.
///
/// `tries` is the number of tries made, `left` the time that remains, `jitter` a random number from 0 to 1.
pub(crate) fn pause(repeat: Repeat, error: &Error, tries: u32, left: Duration, jitter: f64) -> Option<Duration> {
    let most = match repeat {
        Repeat::Read => MOST_REPEATS,
        Repeat::Write => 1,
        Repeat::Never => 0,
    };
    let pause = match (Failure::of(error), repeat) {
        (Failure::NeverSent, Repeat::Read | Repeat::Write) | (Failure::Transient, Repeat::Read) => {
            FIRST_PAUSE.mul_f64(f64::from(1 << (tries - 1).min(8)) * (0.5 + jitter))
        }
        (Failure::Limited(wait), Repeat::Read) => wait.saturating_add(FIRST_PAUSE.mul_f64(jitter)),
        _ => return None,
    };
    (tries <= most && pause < left).then_some(pause)
}

/// A random number from 0 to 1, so that instances that failed together do not try again together.
pub(crate) fn jitter() -> f64 {
    let random = RandomState::new().build_hasher().finish();
    f64::from(u32::try_from(random >> 32).unwrap_or_default()) / f64::from(u32::MAX)
}

fn is_connect(source: &(dyn std::error::Error + Send + Sync + 'static)) -> bool {
    source.downcast_ref::<reqwest::Error>().is_some_and(reqwest::Error::is_connect)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEFT: Duration = Duration::from_secs(5);

    fn status(status: u16) -> Error {
        Error::Unavailable { status: Some(status), source: None }
    }

    fn broken() -> Error {
        Error::Unavailable { status: None, source: Some("connection reset".into()) }
    }

    fn limited(seconds: u64) -> Error {
        Error::RateLimited { retry_after: Duration::from_secs(seconds) }
    }

    #[test]
    fn a_request_is_repeated_only_where_it_helps_and_does_no_harm() {
        let redirect =
            || Error::Unexpected { route: String::new(), status: 307, path: ".".into(), problem: String::new() };
        let table = [
            ("a read after a broken connection", Repeat::Read, broken(), 1, true),
            ("a read after the second break", Repeat::Read, broken(), 2, true),
            ("a read after the third break", Repeat::Read, broken(), 3, false),
            ("a read that timed out", Repeat::Read, Error::Timeout, 1, true),
            ("a read after 502", Repeat::Read, status(502), 1, true),
            ("a read after 503", Repeat::Read, status(503), 1, true),
            ("a read after 504", Repeat::Read, status(504), 1, true),
            ("a read after 500", Repeat::Read, status(500), 1, false),
            ("a read after a short rate limit", Repeat::Read, limited(1), 1, true),
            ("a read after a rate limit beyond the time left", Repeat::Read, limited(60), 1, false),
            ("a read after a redirect", Repeat::Read, redirect(), 1, false),
            ("a read without permission", Repeat::Read, Error::Unauthorized, 1, false),
            ("a create after a broken connection", Repeat::Write, broken(), 1, false),
            ("a create that timed out", Repeat::Write, Error::Timeout, 1, false),
            ("a create after 503", Repeat::Write, status(503), 1, false),
            ("a create after a rate limit", Repeat::Write, limited(1), 1, false),
            ("a confirm after a broken connection", Repeat::Never, broken(), 1, false),
            ("a confirm after 503", Repeat::Never, status(503), 1, false),
        ];
        for (case, repeat, error, tries, again) in table {
            assert_eq!(pause(repeat, &error, tries, LEFT, 0.5).is_some(), again, "{case}");
        }
    }

    #[tokio::test]
    async fn a_request_that_never_left_is_repeated_unless_it_confirms() {
        let table = [
            ("a read, first try", Repeat::Read, 1, true),
            ("a read, third try", Repeat::Read, 3, false),
            ("a create, first try", Repeat::Write, 1, true),
            ("a create, second try", Repeat::Write, 2, false),
            ("a confirm", Repeat::Never, 1, false),
        ];
        for (case, repeat, tries, again) in table {
            let error = Error::Unavailable { status: None, source: Some(refused_connection().await.into()) };
            assert_eq!(pause(repeat, &error, tries, LEFT, 0.5).is_some(), again, "{case}");
        }
    }

    #[test]
    fn pauses_double_and_spread() {
        let pause = |tries, jitter| pause(Repeat::Read, &broken(), tries, LEFT, jitter).unwrap().as_millis();
        assert_eq!((pause(1, 0.0), pause(1, 1.0)), (50, 150));
        assert_eq!((pause(2, 0.0), pause(2, 1.0)), (100, 300));
    }

    #[test]
    fn a_rate_limit_is_waited_out_at_full_length() {
        assert!(pause(Repeat::Read, &limited(2), 1, LEFT, 0.0).unwrap() >= Duration::from_secs(2));
    }

    #[test]
    fn nothing_is_repeated_when_the_time_is_over() {
        assert_eq!(pause(Repeat::Read, &broken(), 1, Duration::ZERO, 0.0), None);
    }

    #[test]
    fn jitter_is_between_nought_and_one_and_varies() {
        let drawn: Vec<f64> = (0..100).map(|_| jitter()).collect();
        assert!(drawn.iter().all(|number| (0.0..=1.0).contains(number)));
        assert!(drawn.iter().any(|number| *number < 0.5) && drawn.iter().any(|number| *number > 0.5));
    }

    /// The error of a request to a port where nobody listens.
    async fn refused_connection() -> reqwest::Error {
        // Bound, so that nobody else gets the port, but not listening.
        let deaf = tokio::net::TcpSocket::new_v4().unwrap();
        deaf.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let port = deaf.local_addr().unwrap().port();
        let tls = rustls::ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(rustls::RootCertStore::empty())
            .with_no_client_auth();
        let http = reqwest::Client::builder().no_proxy().tls_backend_preconfigured(tls).build().unwrap();
        http.get(format!("http://127.0.0.1:{port}/")).send().await.unwrap_err()
    }
}
