//! What an answer that did not come says about the link.

use polar::Error as Polar;
use startup::{SecretError, SettingError, causes};

use super::chain::Finding;
use crate::shop::Lack;

impl From<SettingError> for Finding {
    /// The link `settings` has said it already.
    fn from(error: SettingError) -> Self {
        Self::skipped(error.to_string())
    }
}

impl From<SecretError> for Finding {
    fn from(error: SecretError) -> Self {
        let SecretError::Parameter { parameter, .. } = &error;
        let advice = format!(
            "aws ssm put-parameter --type SecureString --name {parameter} --value …, or let your AWS credentials read it"
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
            Polar::Unauthorized => "make a new access token at Polar, and put it where the old one is",
            Polar::InsufficientScope => "give the access token this scope at Polar",
            Polar::UnknownVersion => "update to a release that speaks a newer version",
            Polar::RateLimited { .. } => "wait, and find out who asks Polar so often",
            Polar::Timeout | Polar::Unavailable { .. } => "look at Polar's status page, then try again",
            _ => "this may be a fault of this program: report it with this line",
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
        Self::broken(causes(&error), "look whether the table is there and your AWS credentials may read it")
    }
}

impl From<aws_json::Error> for Finding {
    fn from(error: aws_json::Error) -> Self {
        Self::broken(causes(&error), "look whether your AWS credentials are current and may do this")
    }
}
