//! Turns errors of a check into findings.

use polar::Error as Polar;
use startup::{SecretError, SettingError, causes};

use super::chain::Finding;
use crate::shop::Lack;

impl From<SettingError> for Finding {
    /// Skipped, because the link `settings` has reported it already.
    fn from(error: SettingError) -> Self {
        Self::skipped(error.to_string())
    }
}

impl From<SecretError> for Finding {
    fn from(error: SecretError) -> Self {
        let SecretError::Parameter { parameter, .. } = &error;
        let advice = format!(
            "store it with `aws ssm put-parameter --type SecureString --name {parameter} --value …`, or allow your AWS credentials to read it"
        );
        Self::broken(causes(&error), advice)
    }
}

impl From<Lack> for Finding {
    fn from(lack: Lack) -> Self {
        match lack {
            Lack::Setting(error) => error.into(),
            Lack::Secret(error) => error.into(),
        }
    }
}

impl Finding {
    pub(super) fn of_polar(error: &Polar) -> Self {
        let advice = match error {
            Polar::Unauthorized => "create a new access token at Polar, and replace the old one with it",
            Polar::InsufficientScope => "add this scope to the access token at Polar",
            Polar::UnknownVersion => "update polar-storefront to a release that uses a newer version of Polar's API",
            Polar::RateLimited { .. } => "wait a minute, and find out which program sends so many requests to Polar",
            Polar::Timeout | Polar::Unavailable { .. } => "check Polar's status page (status.polar.sh), then try again",
            _ => "this may be a bug in polar-storefront: report it together with this line",
        };
        Self::broken(causes(error), advice)
    }
}

impl From<Polar> for Finding {
    fn from(error: Polar) -> Self {
        Self::of_polar(&error)
    }
}

impl From<store::Error> for Finding {
    fn from(error: store::Error) -> Self {
        Self::broken(causes(&error), "check that the table exists and that your AWS credentials may read it")
    }
}

impl From<aws_json::Error> for Finding {
    fn from(error: aws_json::Error) -> Self {
        Self::broken(causes(&error), "check that your AWS credentials are valid and allow this call")
    }
}
