//! A credential in the log of the tests' own process.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::json;
use testbed::LogWatch;

/// How the test would fail that this watch belongs to.
fn end(watch: LogWatch) -> Option<String> {
    let failure = catch_unwind(AssertUnwindSafe(|| drop(watch))).err()?;
    failure.downcast_ref::<String>().cloned()
}

/// One test, because all tests of a process share its log.
#[test]
fn a_credential_in_the_log_fails_the_test_and_is_not_repeated() {
    let (quiet, watch) = (LogWatch::begin(), LogWatch::begin());
    watch.learn(&json!({ "cookies": ["__Host-browser=a-key-of-this-test; Path=/"] }));
    tracing::info!("opened a session");
    tracing::debug!("the key is a-key-of-this-test");
    let known = "a credential is in the log: log_watch logs a credential that the test has sent or received";
    assert_eq!(end(watch).as_deref(), Some(known));
    assert_eq!(end(quiet), None, "another test does not know that credential");

    let (watch, later) = (LogWatch::begin(), LogWatch::begin());
    tracing::debug!(email = "ada@recordings-mail.net", "no such customer");
    for watch in [watch, later] {
        assert_eq!(end(watch).as_deref(), Some("a credential is in the log: log_watch logs an e-mail address"));
    }
}
