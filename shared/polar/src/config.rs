//! What a client needs to know.

use std::{str::FromStr, time::Duration};

use url::Url;

use crate::AccessToken;

/// What a client needs.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the API is, with its `/v1`. It belongs to the token: sandbox and production know nothing of each other.
    pub base_url: Url,
    /// The organization's token.
    pub access_token: AccessToken,
    /// Sends the requests. It must not follow redirects: they would repeat a request with its token elsewhere.
    pub http: reqwest::Client,
    /// How long a call may take.
    pub limits: Limits,
}

/// How long a call may take. A [deadline](crate::with_deadline) shortens both.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// One try, from connecting to the last byte of the answer.
    pub attempt: Duration,
    /// All tries of one call, with the pauses between them.
    pub request: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { attempt: Duration::from_secs(4), request: Duration::from_secs(8) }
    }
}

/// Which Polar.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Server {
    /// The real one: `production`.
    Production,
    /// Its separate installation for trials, with its own tokens and ids: `sandbox`.
    Sandbox,
}

impl Server {
    /// Where its API is.
    #[must_use]
    pub fn base_url(self) -> Url {
        let url = match self {
            Self::Production => "https://api.polar.sh/v1",
            Self::Sandbox => "https://sandbox-api.polar.sh/v1",
        };
        Url::parse(url).unwrap_or_else(|_| unreachable!("a constant address"))
    }
}

impl FromStr for Server {
    type Err = UnknownServer;

    fn from_str(name: &str) -> Result<Self, UnknownServer> {
        match name {
            "production" => Ok(Self::Production),
            "sandbox" => Ok(Self::Sandbox),
            _ => Err(UnknownServer),
        }
    }
}

/// Polar has no server with this name.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("must be `production` or `sandbox`")]
pub struct UnknownServer;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_chosen_by_its_name() {
        for (name, url) in [("production", "https://api.polar.sh/v1"), ("sandbox", "https://sandbox-api.polar.sh/v1")] {
            assert_eq!(name.parse::<Server>().unwrap().base_url().as_str(), url);
        }
        assert_eq!("Production".parse::<Server>(), Err(UnknownServer));
    }
}
