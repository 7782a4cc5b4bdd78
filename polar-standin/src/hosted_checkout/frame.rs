//! The checkout in the frame of another page, as Polar's embed script puts it there.
//!
//! No recording shows it. The messages are those of Polar's source: `clients/packages/checkout/src/embed.ts` has their form,
//! `clients/apps/web/src/hooks/checkout.ts` their order and what follows a purchase.

use http::{HeaderValue, Uri};
use serde_json::json;
use url::Url;

use super::template::filled;
use crate::api::Query;
use crate::ledger::Checkout;

const EMBED: &str = include_str!("embed.html");
const SCRIPT: &str = include_str!("embed.js");

/// The page around the frame.
pub(super) struct Frame {
    origin: String,
}

impl Frame {
    /// With `embed=true`, for a checkout that names an origin. Polar's script adds `embed_origin` to the address too; only checkout
    /// links read that.
    pub(super) fn of(checkout: &Checkout, uri: &Uri) -> Option<Self> {
        let is_wanted = Query::of(uri).text("embed").as_deref() == Some("true");
        let url = Url::parse(checkout.embed_origin.as_deref()?).ok().filter(|_| is_wanted)?;
        let origin = url.origin().ascii_serialization();
        // In a policy, other characters stand for any host or end the rule.
        let is_plain = origin.chars().all(|sign| sign.is_ascii_alphanumeric() || "-._:/[]".contains(sign));
        (url.origin().is_tuple() && is_plain).then_some(Self { origin })
    }

    /// The button that closes the checkout, and the script that speaks to the page around.
    pub(super) fn html(&self) -> String {
        filled(EMBED, &[("origin", &json!(self.origin).to_string()), ("script", SCRIPT)])
    }

    /// Who may show the page in a frame. At Polar every site may (its `next.config.mjs` has no such rule for
    /// checkouts), and only the messages need the right origin; here a wrong one is seen at once.
    pub(super) fn policy(frame: Option<&Self>) -> HeaderValue {
        let ancestors = frame.map_or("'none'", |frame| &frame.origin);
        let policy = HeaderValue::from_str(&format!("frame-ancestors {ancestors}"));
        policy.unwrap_or(HeaderValue::from_static("frame-ancestors 'none'"))
    }
}
