//! The bodies of webhook routes.

use serde_json::{Map, Value, json};
use url::{Host, Url};

use crate::answer::Refusal;
use crate::api::fields::Fields;
use crate::api::query::one_of;
use crate::webhooks::EVENT_TYPES;

const FORMATS: &[&str] = &["raw", "discord", "slack"];

/// Longest address, in characters.
const LONGEST_URL: usize = 2083;

/// What is asked for of an endpoint; a new one needs all but the name.
#[derive(Debug, Default)]
pub(super) struct WantedEndpoint {
    pub(super) url: Option<String>,
    pub(super) name: Option<String>,
    pub(super) format: Option<String>,
    pub(super) events: Option<Vec<String>>,
    pub(super) enabled: Option<bool>,
}

/// Reads a body; `required` fields have to be there.
pub(super) fn endpoint(body: &Map<String, Value>, required: &[&str]) -> Result<WantedEndpoint, Refusal> {
    let mut fields = Fields::of(body);
    for name in required.iter().filter(|name| !body.contains_key(**name)) {
        fields.require(name);
    }
    let wanted = WantedEndpoint {
        url: public_address(&mut fields, "url"),
        name: fields.text("name", usize::MAX),
        format: choice(&mut fields, "format", FORMATS),
        events: event_types(&mut fields, "events"),
        enabled: fields.boolean("enabled"),
    };
    fields.check()?;
    Ok(wanted)
}

/// Only https, and no address of this machine or of a private network (recordings 000j, 000k).
fn public_address(fields: &mut Fields<'_>, name: &str) -> Option<String> {
    let value = fields.given(name)?;
    let text = value.as_str().unwrap_or_default();
    let place = [json!(name)];
    match Url::parse(text) {
        Err(reason) => {
            let message = format!("Input should be a valid URL, {reason}");
            fields.complain(&place, "url_parsing", &message, value, Some(json!({"error": reason.to_string()})));
        }
        Ok(url) if url.scheme() != "https" => {
            let context = json!({"expected_schemes": "'https'"});
            fields.complain(&place, "url_scheme", "URL scheme should be 'https'", value, Some(context));
        }
        Ok(url) if !is_public(&url) => {
            let message = "Value error, Webhook URLs cannot point to localhost or private IP addresses.";
            fields.complain(&place, "value_error", message, value, Some(json!({"error": {}})));
        }
        Ok(_) => {
            fields.check_length(&place, text, LONGEST_URL);
            return Some(text.to_owned());
        }
    }
    None
}

/// Whether Polar would deliver to this address.
pub(super) fn is_acceptable(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| url.scheme() == "https" && is_public(&url))
}

fn is_public(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name != "localhost" && !name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => !(ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_unspecified()),
        Some(Host::Ipv6(ip)) => !(ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local()),
        None => false,
    }
}

fn choice(fields: &mut Fields<'_>, name: &str, allowed: &[&str]) -> Option<String> {
    let value = fields.given(name)?;
    check_choice(fields, &[json!(name)], value, allowed)
}

fn event_types(fields: &mut Fields<'_>, name: &str) -> Option<Vec<String>> {
    let value = fields.given(name)?;
    let Some(items) = value.as_array() else {
        fields.complain(&[json!(name)], "list_type", "Input should be a valid list", value, None);
        return None;
    };
    let check = |(place, item)| check_choice(fields, &[json!(name), json!(place)], item, EVENT_TYPES);
    Some(items.iter().enumerate().filter_map(check).collect())
}

fn check_choice(fields: &mut Fields<'_>, place: &[Value], value: &Value, allowed: &[&str]) -> Option<String> {
    match value.as_str().filter(|text| allowed.contains(text)) {
        Some(text) => Some(text.to_owned()),
        None => {
            let expected = one_of(allowed);
            let context = json!({"expected": expected});
            fields.complain(place, "enum", &format!("Input should be {expected}"), value, Some(context));
            None
        }
    }
}
