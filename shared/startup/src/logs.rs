use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    fmt,
    layer::SubscriberExt,
    registry,
    util::SubscriberInitExt,
};

use crate::{SettingError, Settings};

/// The prefixes of the libraries' names. At `debug` they log dozens of lines per request, which do not help a shop.
const LIBRARIES: [&str; 6] = ["aws_s", "h2", "hyper", "lambda_", "reqwest", "rustls"];

/// Writes every log line as one JSON object to standard output, where Lambda collects it.
///
/// `LOG_LEVEL` is the least severe level that is logged: `error`, `warn`, `info` (the default), `debug` or `trace`. Libraries stay at `info` unless
/// they are named, as in `debug,hyper=debug`.
pub fn log_json_to_stdout(settings: &Settings) -> Result<(), SettingError> {
    // Not `EnvFilter`, whose regular expressions would be 5 % of a program.
    let chosen: Targets = settings.or_default("LOG_LEVEL", "info")?;
    // Lambda treats a line without a timestamp as INFO, whatever its level.
    let lines = fmt::layer().json().with_current_span(false);
    let _ = registry().with(with_quiet_libraries(&chosen)).with(lines).try_init();
    Ok(())
}

fn with_quiet_libraries(chosen: &Targets) -> Targets {
    let ours = chosen.default_level().unwrap_or(LevelFilter::OFF);
    let libraries = LIBRARIES.map(|name| (name, ours.min(LevelFilter::INFO)));
    Targets::new().with_default(ours).with_targets(libraries).with_targets(chosen.iter())
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn debug_shows_our_lines_and_not_those_of_libraries() {
        for (level, target, at, is_shown) in [
            ("debug", "polar::request", Level::DEBUG, true),
            ("debug", "hyper_util::client", Level::DEBUG, false),
            ("debug", "aws_smithy_runtime::client", Level::DEBUG, false),
            ("debug", "hyper_util::client", Level::INFO, true),
            ("debug,hyper=debug", "hyper_util::client", Level::DEBUG, true),
            ("info", "polar::request", Level::DEBUG, false),
            ("warn", "lambda_runtime", Level::INFO, false),
            ("warn", "store", Level::WARN, true),
        ] {
            let filter = with_quiet_libraries(&level.parse().expect("a level"));
            assert_eq!(filter.would_enable(target, &at), is_shown, "{level}: {target} at {at}");
        }
    }
}
