//! Describes a request. The client decides how to send it.

use std::fmt::Display;

use reqwest::Method;
use serde::Serialize;
use serde_json::Value;
use url::{Url, form_urlencoded::byte_serialize};

use crate::{CustomerToken, query::Query, retry::Repeat};

/// Which credential is sent. An invalid token makes even routes fail that need none.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Bearer<'a> {
    Nobody,
    Organization,
    Customer(&'a CustomerToken),
}

/// One request. Trailing slashes must match Polar's paths; otherwise Polar answers with a redirect, which is not followed.
#[derive(Clone, Debug)]
pub(crate) struct Request<'a> {
    pub(crate) method: Method,
    pub(crate) bearer: Bearer<'a>,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) repeat: Repeat,
    template: &'static str,
    values: Vec<String>,
    query: Query,
    /// The address itself, where Polar gave it; the template then only names the request.
    given: Option<Url>,
}

impl<'a> Request<'a> {
    /// Reads; may be repeated freely.
    pub(crate) fn get(template: &'static str) -> Self {
        Self::new(Method::GET, template, Repeat::Read)
    }

    /// Creates; repeated only if it certainly never reached Polar.
    pub(crate) fn post(template: &'static str) -> Self {
        Self::new(Method::POST, template, Repeat::Write)
    }

    /// Changes; repeated only if it certainly never reached Polar.
    pub(crate) fn patch(template: &'static str) -> Self {
        Self::new(Method::PATCH, template, Repeat::Write)
    }

    fn new(method: Method, template: &'static str, repeat: Repeat) -> Self {
        let (values, query) = (Vec::new(), Query::default());
        Self { method, bearer: Bearer::Organization, body: None, repeat, template, values, query, given: None }
    }

    /// Reads at an address that Polar gave; it stays as it is.
    pub(crate) fn at(mut self, address: Url) -> Self {
        self.given = Some(address);
        self
    }

    /// Fills the template's next placeholder.
    pub(crate) fn with(mut self, value: impl Display) -> Self {
        self.values.push(value.to_string());
        self
    }

    pub(crate) fn query(mut self, query: Query) -> Self {
        self.query = query;
        self
    }

    /// Asks for one page of a list; without numbers Polar answers the first ten items.
    pub(crate) fn page(mut self, page: Option<u32>, limit: Option<u32>) -> Self {
        self.query = self.query.each("page", page).each("limit", limit);
        self
    }

    /// Adds a sized JSON body (Polar refuses chunked ones) without its empty fields: in a change, null would erase.
    pub(crate) fn json(mut self, body: &impl Serialize) -> Self {
        let mut body = serde_json::to_value(body).expect("request types have text keys and no failing parts");
        if let Value::Object(fields) = &mut body {
            fields.retain(|_, value| !value.is_null());
        }
        self.body = Some(body.to_string().into_bytes());
        self
    }

    /// Adds a body of nothing, but sized.
    pub(crate) fn empty(mut self) -> Self {
        self.body = Some(Vec::new());
        self
    }

    pub(crate) fn bearer(mut self, bearer: Bearer<'a>) -> Self {
        self.bearer = bearer;
        self
    }

    /// Never repeats it.
    pub(crate) fn once(mut self) -> Self {
        self.repeat = Repeat::Never;
        self
    }

    /// Method and path template: names the request in logs and errors, which must not show its values.
    pub(crate) fn route(&self) -> String {
        format!("{} {}", self.method, self.template)
    }

    /// The whole address, below a base that ends in `/v1`.
    pub(crate) fn url(&self, base: &Url) -> Url {
        if let Some(address) = &self.given {
            return address.clone();
        }
        let mut url = base.clone();
        url.set_path(&format!("{}{}", base.path().trim_end_matches('/'), self.path()));
        url.set_query(self.query.encoded().as_deref());
        url
    }

    fn path(&self) -> String {
        let mut values = self.values.iter();
        let mut filled = |segment: &str| match segment.strip_prefix('{') {
            Some(_) => encoded(values.next().expect("a value for each placeholder")),
            None => segment.to_owned(),
        };
        self.template.split('/').map(&mut filled).collect::<Vec<_>>().join("/")
    }
}

/// Encodes a text as one path segment. Form encoding differs from it in the blank alone.
fn encoded(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(request: &Request<'_>) -> String {
        request.url(&"https://api.polar.sh/v1".parse().unwrap()).to_string()
    }

    #[test]
    fn slashes_are_kept_as_the_template_has_them() {
        assert_eq!(address(&Request::get("/products/")), "https://api.polar.sh/v1/products/");
        assert_eq!(address(&Request::get("/products/{id}").with("7")), "https://api.polar.sh/v1/products/7");
    }

    #[test]
    fn a_value_stays_one_segment_whatever_it_contains() {
        let request = Request::get("/customers/external/{external_id}/state").with("a b&ü?#%2F+");
        assert_eq!(address(&request), "https://api.polar.sh/v1/customers/external/a%20b%26%C3%BC%3F%23%252F%2B/state");
    }

    #[test]
    fn a_page_is_asked_for_by_number_and_limit() {
        let request = Request::get("/orders/").page(Some(2), Some(100));
        assert_eq!(address(&request), "https://api.polar.sh/v1/orders/?page=2&limit=100");
    }

    #[test]
    fn a_body_leaves_out_what_is_not_set() {
        let body = serde_json::json!({"name": "x", "email": null, "amount": 0});
        assert_eq!(Request::post("/things/").json(&body).body.unwrap(), br#"{"amount":0,"name":"x"}"#);
    }

    #[test]
    fn the_route_shows_no_value() {
        assert_eq!(
            Request::get("/checkouts/client/{secret}").with("polar_c_1").route(),
            "GET /checkouts/client/{secret}"
        );
    }
}
