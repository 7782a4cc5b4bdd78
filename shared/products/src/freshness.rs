use std::time::Duration;

/// How long an instance uses its copy of the catalog.
pub(crate) const FRESH: Duration = Duration::from_mins(1);
