use tracing_subscriber::{filter::Targets, fmt, layer::SubscriberExt, registry, util::SubscriberInitExt};

use crate::{SettingError, Settings};

/// Writes every log line as one JSON object to standard output, where Lambda collects it. `LOG_LEVEL` chooses what is worth a line.
pub fn log_json_to_stdout(settings: &Settings) -> Result<(), SettingError> {
    // Not the filter of `RUST_LOG`, whose regular expressions are a twentieth of a program.
    let filter: Targets = settings.or_default("LOG_LEVEL", "info")?;
    // Lambda stamps the time itself.
    let lines = fmt::layer().json().without_time().with_current_span(false);
    let _ = registry().with(filter).with(lines).try_init();
    Ok(())
}
