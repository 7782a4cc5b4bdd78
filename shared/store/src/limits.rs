use std::{net::IpAddr, time::Duration};

use aws_sdk_dynamodb::Client;
use jiff::Timestamp;

use crate::{BrowserKey, Error, SessionRef, TokenHash, error::if_condition_held, item};

/// Who asks for a sign-in code, and for which address.
#[derive(Clone, Copy, Debug)]
pub struct LoginRequest<'a> {
    /// The browser.
    pub browser_key: &'a BrowserKey,
    /// Its network address; all browsers without a known one count together.
    pub ip: Option<IpAddr>,
    /// The e-mail address as it was typed.
    pub email: &'a str,
}

/// Whether a request is within the limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It is within the limits, and was counted.
    Admitted,
    /// One of the limits is used up until this time.
    RefusedUntil(Timestamp),
}

/// A number of requests per period.
struct Limit {
    kind: &'static str,
    requests: u32,
    window: Duration,
}

/// Who causes requests to Polar.
#[derive(Clone, Debug)]
pub enum Caller {
    /// The holder of a session.
    Session(SessionRef),
    /// All callers at this network address; those without a known one count together.
    Network(Option<IpAddr>),
}

/// How many requests to Polar one caller may cause per minute.
#[derive(Clone, Debug)]
pub struct Share {
    /// Who.
    pub caller: Caller,
    /// How many.
    pub questions: u32,
}

impl Caller {
    fn kind(&self) -> &'static str {
        match self {
            Self::Session(_) => "polar-session",
            Self::Network(_) => "polar-network",
        }
    }

    fn hash(&self) -> TokenHash {
        match self {
            Self::Session(session) => session.token_hash.clone(),
            Self::Network(ip) => network_hash(*ip),
        }
    }
}

const MINUTE: Duration = Duration::from_mins(1);

const BROWSER: Limit = Limit { kind: "browser", requests: 5, window: Duration::from_mins(15) };
const NETWORK: Limit = Limit { kind: "network", requests: 20, window: Duration::from_hours(1) };
const ADDRESS: Limit = Limit { kind: "address", requests: 10, window: Duration::from_hours(1) };

/// Rate limits for what costs more than our own answer: requests for sign-in codes, and requests to Polar.
#[derive(Clone, Debug)]
pub struct Limits {
    client: Client,
    table: String,
}

impl Limits {
    /// The limits in a table of this name.
    #[must_use]
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// Counts a request for a sign-in code against the limits of its browser, network and e-mail address; any used-up limit refuses it.
    ///
    /// The limits are the same whether or not the address belongs to a customer.
    pub async fn admit(&self, request: &LoginRequest<'_>, now: Timestamp) -> Result<Admission, Error> {
        let counted = [
            (BROWSER, request.browser_key.hash()),
            (NETWORK, network_hash(request.ip)),
            (ADDRESS, TokenHash::of(request.email.trim().to_lowercase().as_bytes())),
        ];
        for (limit, whose) in counted {
            if !self.count(&limit, &whose, 1, now).await? {
                return Ok(Admission::RefusedUntil(limit.window_at(now).1));
            }
        }
        Ok(Admission::Admitted)
    }

    /// Counts requests to Polar against the shares of all callers that cause them; any used-up share refuses them all.
    pub async fn spend(&self, questions: u32, shares: &[Share], now: Timestamp) -> Result<Admission, Error> {
        for share in shares {
            let limit = Limit { kind: share.caller.kind(), requests: share.questions, window: MINUTE };
            if !self.count(&limit, &share.caller.hash(), questions, now).await? {
                return Ok(Admission::RefusedUntil(limit.window_at(now).1));
            }
        }
        Ok(Admission::Admitted)
    }

    /// Counts a number of requests if that many are left. One conditional write decides, so concurrent callers never exceed the limit.
    async fn count(&self, limit: &Limit, whose: &TokenHash, requests: u32, now: Timestamp) -> Result<bool, Error> {
        let Some(before) = limit.requests.checked_sub(requests) else { return Ok(false) };
        let (begin, end) = limit.window_at(now);
        let row = format!("limit#{}#{}#{}", limit.kind, whose.as_str(), begin.as_second());
        let update = self.client.update_item().table_name(&self.table).set_key(Some(item::key(&row)));
        let update = update
            .condition_expression("attribute_not_exists(requests) OR requests <= :before")
            .update_expression("SET purge_at = :purge_at ADD requests :requests")
            .expression_attribute_values(":before", item::number(&before))
            .expression_attribute_values(":requests", item::number(&requests))
            .expression_attribute_values(":purge_at", item::purge_time(end));
        Ok(if_condition_held(update.send().await)?.is_some())
    }
}

impl Limit {
    /// The start and end of the period that contains this time.
    fn window_at(&self, now: Timestamp) -> (Timestamp, Timestamp) {
        let second = now.as_second();
        let begin = second - second.rem_euclid(self.window.as_secs().cast_signed());
        let begin = Timestamp::from_second(begin).expect("as valid as the moment itself");
        (begin, begin + self.window)
    }
}

fn network_hash(ip: Option<IpAddr>) -> TokenHash {
    TokenHash::of(ip.map_or("unknown".to_owned(), network).as_bytes())
}

/// The part of an address that identifies one subscriber: a whole IPv4 address, or the first 64 bits of an IPv6 address.
fn network(ip: IpAddr) -> String {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("{:x?}", &ip.segments()[..4]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_begins_with_the_full_hour_and_ends_with_the_next() {
        let at = |text: &str| text.parse::<Timestamp>().expect("a time");
        let hour = (at("2026-11-21T12:00:00Z"), at("2026-11-21T13:00:00Z"));
        for moment in ["2026-11-21T12:00:00Z", "2026-11-21T12:34:56.789Z", "2026-11-21T12:59:59.999Z"] {
            assert_eq!(ADDRESS.window_at(at(moment)), hour, "{moment}");
        }
        assert_eq!(ADDRESS.window_at(hour.1).0, hour.1);
        assert_eq!(BROWSER.window_at(at("2026-11-21T12:44:59Z")).1, at("2026-11-21T12:45:00Z"));
    }

    #[test]
    fn a_network_is_what_one_subscriber_has() {
        let network = |text: &str| network(text.parse().expect("an address"));
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff:ffff:ffff:ffff"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("::ffff:203.0.113.7"), network("203.0.113.7"));
        assert_ne!(network("203.0.113.7"), network("203.0.113.8"));
    }
}
