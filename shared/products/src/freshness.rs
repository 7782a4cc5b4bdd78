use std::time::Duration;

/// How long an instance is content with what it knows.
pub(crate) const FRESH: Duration = Duration::from_mins(1);
