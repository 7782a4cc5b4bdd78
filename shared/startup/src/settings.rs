use std::{collections::HashMap, fmt::Display, str::FromStr, time::Duration};

use crate::error::in_words;

/// The settings of a program, read once: names and values as in the environment.
///
/// An empty value counts as not set, because deployment templates cannot leave a variable out.
#[derive(Clone)]
pub struct Settings(HashMap<String, String>);

/// A setting that is missing or invalid; the program exits at startup.
#[derive(thiserror::Error)]
pub enum SettingError {
    /// A required setting has no value.
    #[error("the setting {0} is missing")]
    Missing(&'static str),
    /// A setting has an invalid value. The error does not repeat the value, which may be a secret in the wrong setting.
    #[error("the setting {name} is not valid: {reason}")]
    Invalid {
        /// The setting's name.
        name: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}

in_words!(SettingError);

impl Settings {
    /// Takes the settings from the environment.
    #[must_use]
    pub fn from_env() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    /// The same settings with one set to this value.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    /// A required setting.
    pub fn required<T: FromStr<Err: Display>>(&self, name: &'static str) -> Result<T, SettingError> {
        self.optional(name)?.ok_or(SettingError::Missing(name))
    }

    /// An optional setting.
    pub fn optional<T: FromStr<Err: Display>>(&self, name: &'static str) -> Result<Option<T>, SettingError> {
        let value = self.0.get(name).map(|value| value.trim()).filter(|value| !value.is_empty());
        value.map(|value| parse(name, value)).transpose()
    }

    /// A setting with a default, written as in the environment.
    pub fn or_default<T: FromStr<Err: Display>>(&self, name: &'static str, default: &str) -> Result<T, SettingError> {
        Ok(match self.optional(name)? {
            Some(value) => value,
            None => parse(name, default)?,
        })
    }

    /// A number of seconds.
    pub fn seconds(&self, name: &'static str, default: u32) -> Result<Duration, SettingError> {
        let seconds = self.optional::<u32>(name)?.unwrap_or(default);
        Ok(Duration::from_secs(seconds.into()))
    }

    /// A comma-separated list; empty if it is not set.
    pub fn list<T: FromStr<Err: Display>>(&self, name: &'static str) -> Result<Vec<T>, SettingError> {
        let values = self.optional::<String>(name)?.unwrap_or_default();
        values.split(',').map(str::trim).filter(|value| !value.is_empty()).map(|value| parse(name, value)).collect()
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Settings {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(settings: I) -> Self {
        Self(settings.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

fn parse<T: FromStr<Err: Display>>(name: &'static str, value: &str) -> Result<T, SettingError> {
    value.parse().map_err(|error: T::Err| SettingError::Invalid { name, reason: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        [("LIMIT", "5"), ("EMPTY", " "), ("ORIGINS", "https://a.test, https://b.test,"), ("BAD", "hunter2")]
            .into_iter()
            .collect()
    }

    #[test]
    fn a_missing_or_empty_setting_is_named() {
        for name in ["ABSENT", "EMPTY"] {
            let error = settings().required::<u32>(name).unwrap_err();
            assert_eq!(error.to_string(), format!("the setting {name} is missing"));
        }
    }

    #[test]
    fn a_malformed_setting_is_named_and_its_value_kept_back() {
        let error = settings().optional::<u32>("BAD").unwrap_err().to_string();
        assert!(error.starts_with("the setting BAD is not valid"), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }

    #[test]
    fn a_default_stands_in_for_what_is_left_out() {
        assert_eq!(settings().or_default::<u32>("LIMIT", "9").unwrap(), 5);
        assert_eq!(settings().or_default::<u32>("ABSENT", "9").unwrap(), 9);
        assert_eq!(settings().seconds("ABSENT", 60).unwrap(), Duration::from_mins(1));
    }

    #[test]
    fn a_list_is_split_at_commas() {
        assert_eq!(settings().list::<String>("ORIGINS").unwrap(), ["https://a.test", "https://b.test"]);
        assert!(settings().list::<String>("ABSENT").unwrap().is_empty());
    }
}
