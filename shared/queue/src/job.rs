use std::{fmt, net::IpAddr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A job for the worker, as it is stored in the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "job", rename_all = "snake_case")]
pub enum Job {
    /// An event from Polar.
    PolarEvent(PolarEvent),
    /// A buyer wants to sign in.
    LoginCode(LoginCode),
    /// Fetch the catalog from Polar, and find what missed events would have reported.
    Reconcile,
}

/// The part of an event that is kept: enough to fetch the current state from Polar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolarEvent {
    /// The event's id, the same in all its deliveries.
    pub id: String,
    /// The type of event, as Polar names it.
    pub kind: String,
    /// When it happened.
    pub happened_at: Timestamp,
    /// The id of its subject: a customer, an order, a grant or a product.
    pub subject_id: Option<Uuid>,
    /// The customer, if the event has one.
    pub customer_id: Option<Uuid>,
}

/// A sign-in code to mail to an address. It must be sent before the code expires, or not at all.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginCode {
    /// The browser that asked.
    pub browser_key_hash: String,
    /// The browser's login, which a later one replaces.
    pub login_id: Uuid,
    /// The address as it was typed. The worker finds out whether it belongs to a customer.
    pub email: String,
    /// The code to mail.
    pub code: String,
    /// When the code expires.
    pub expires_at: Timestamp,
    /// The browser and system that asked, to show in the mail; `None` in jobs of older versions.
    #[serde(default)]
    pub client: Option<String>,
    /// The network address that asked, to show in the mail; `None` in jobs of older versions.
    #[serde(default)]
    pub ip: Option<IpAddr>,
}

impl fmt::Debug for LoginCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { login_id, expires_at, .. } = self;
        f.debug_struct("LoginCode").field("login_id", login_id).field("expires_at", expires_at).finish_non_exhaustive()
    }
}

impl Job {
    /// The same job to show to people, without private data.
    pub(crate) fn redacted(self) -> Self {
        let kept_back = || "kept back".to_owned();
        match self {
            Self::LoginCode(login) => Self::LoginCode(LoginCode {
                browser_key_hash: kept_back(),
                email: kept_back(),
                code: kept_back(),
                ip: None,
                ..login
            }),
            Self::PolarEvent(_) | Self::Reconcile => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn login_code() -> Job {
        Job::LoginCode(LoginCode {
            browser_key_hash: "QmFzZTY0".to_owned(),
            login_id: Uuid::from_u128(7),
            email: "ada@recordings-mail.net".to_owned(),
            code: "K7QF-2M9X".to_owned(),
            expires_at: Timestamp::UNIX_EPOCH,
            client: Some("Firefox on Windows".to_owned()),
            ip: Some(IpAddr::from([203, 0, 113, 7])),
        })
    }

    #[test]
    fn a_login_code_keeps_all_that_it_has_on_its_way_through_the_queue() {
        let message = serde_json::to_value(login_code()).unwrap();
        let expected = json!({
            "job": "login_code",
            "browser_key_hash": "QmFzZTY0",
            "login_id": "00000000-0000-0000-0000-000000000007",
            "email": "ada@recordings-mail.net",
            "code": "K7QF-2M9X",
            "expires_at": "1970-01-01T00:00:00Z",
            "client": "Firefox on Windows",
            "ip": "203.0.113.7",
        });
        assert_eq!(message, expected);
        assert_eq!(serde_json::from_value::<Job>(message.clone()).unwrap(), login_code());
        let mut of_older_version = message;
        of_older_version.as_object_mut().unwrap().retain(|name, _| !matches!(name.as_str(), "client" | "ip"));
        assert!(serde_json::from_value::<Job>(of_older_version).is_ok());
    }

    #[test]
    fn nobody_reads_an_address_or_a_code_off_a_job() {
        let redacted = login_code().redacted();
        for shown in [format!("{:?}", login_code()), format!("{redacted:?}"), json!(redacted).to_string()] {
            assert!(shown.contains("00000000-0000-0000-0000-000000000007"), "{shown}");
            assert!(["ada", "K7QF", "203.0.113"].iter().all(|secret| !shown.contains(secret)), "{shown}");
        }
    }
}
