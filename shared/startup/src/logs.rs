use tracing_subscriber::EnvFilter;

use crate::{SettingError, Settings};

/// Writes every log line as one JSON object to standard output, where Lambda collects it. `LOG_LEVEL` chooses what is worth a line.
pub fn log_json_to_stdout(settings: &Settings) -> Result<(), SettingError> {
    let filter: EnvFilter = settings.or_default("LOG_LEVEL", "info")?;
    // Lambda stamps the time itself.
    let _ = tracing_subscriber::fmt().json().without_time().with_current_span(false).with_env_filter(filter).try_init();
    Ok(())
}
