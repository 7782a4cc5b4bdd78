use tracing_subscriber::{filter::Targets, fmt, layer::SubscriberExt, registry, util::SubscriberInitExt};

use crate::{SettingError, Settings};

/// Writes every log line as one JSON object to standard output, where Lambda collects it. `LOG_LEVEL` chooses what is worth a line.
pub fn log_json_to_stdout(settings: &Settings) -> Result<(), SettingError> {
    // Not the filter of `RUST_LOG`, whose regular expressions are a twentieth of a program.
    let filter: Targets = settings.or_default("LOG_LEVEL", "info")?;
    // A line without a time of its own counts as INFO for Lambda, whatever its level.
    let lines = fmt::layer().json().with_current_span(false);
    let _ = registry().with(filter).with(lines).try_init();
    Ok(())
}
