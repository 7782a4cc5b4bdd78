use std::time::Duration;

/// What has not come true by then never will.
const LIMIT: Duration = Duration::from_mins(1);

/// Checks again and again until something is true.
///
/// # Panics
/// When it is not true after a minute.
pub async fn wait_until(what: &str, check: impl AsyncFn() -> bool) {
    let is_true = async {
        while !check().await {
            tokio::task::yield_now().await;
        }
    };
    assert!(tokio::time::timeout(LIMIT, is_true).await.is_ok(), "{what}: not within {LIMIT:?}");
}
