use crate::{Error, error::Source};

/// An action of a service.
#[derive(Clone, Copy, Debug)]
pub struct Action {
    pub(crate) service: &'static str,
    /// The service's name in addresses.
    host: &'static str,
    pub(crate) protocol: Protocol,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Protocol {
    /// AWS JSON: one address for all actions, and headers that name the action and the protocol's version.
    Rpc { target: &'static str, version: &'static str },
    /// REST JSON: an address for each action.
    Rest { path: &'static str },
}

impl Action {
    /// An action of a service that speaks AWS JSON.
    ///
    /// `service` is its name in addresses and signatures (`sqs`), `target` the value of `X-Amz-Target` (`AmazonSQS.SendMessage`), `version` that of the protocol: `1.0` or `1.1`.
    #[must_use]
    pub const fn rpc(service: &'static str, target: &'static str, version: &'static str) -> Self {
        Self { service, host: service, protocol: Protocol::Rpc { target, version } }
    }

    /// A `POST` to a path of a service that speaks REST JSON. `service` is its name in signatures (`ses`), `host` that in addresses (`email`).
    #[must_use]
    pub const fn post(service: &'static str, host: &'static str, path: &'static str) -> Self {
        Self { service, host, protocol: Protocol::Rest { path } }
    }

    pub(crate) fn url(&self, endpoint: Option<&str>, region: &str) -> String {
        let path = match self.protocol {
            Protocol::Rpc { .. } => "/",
            Protocol::Rest { path } => path,
        };
        address(endpoint, self.host, region) + path
    }

    pub(crate) fn unavailable(&self, source: Source) -> Error {
        Error::Unavailable { service: self.service, source }
    }
}

/// The endpoint of a service, without a trailing slash.
pub(crate) fn address(endpoint: Option<&str>, host: &str, region: &str) -> String {
    match endpoint {
        Some(endpoint) => endpoint.trim_end_matches('/').to_owned(),
        None => format!("https://{host}.{region}.amazonaws.com"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEND_MESSAGE: Action = Action::rpc("sqs", "AmazonSQS.SendMessage", "1.0");
    const SEND_EMAIL: Action = Action::post("ses", "email", "/v2/email/outbound-emails");

    #[test]
    fn an_action_has_the_address_of_its_service_in_the_region() {
        for (action, endpoint, url) in [
            (SEND_MESSAGE, None, "https://sqs.eu-central-1.amazonaws.com/"),
            (SEND_MESSAGE, Some("http://127.0.0.1:9/"), "http://127.0.0.1:9/"),
            (SEND_EMAIL, None, "https://email.eu-central-1.amazonaws.com/v2/email/outbound-emails"),
            (SEND_EMAIL, Some("http://127.0.0.1:9"), "http://127.0.0.1:9/v2/email/outbound-emails"),
        ] {
            assert_eq!(action.url(endpoint, "eu-central-1"), url);
        }
    }
}
