//! Webhook endpoints: addresses that Polar sends its events to.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Client, Page, Result, WebhookEndpointId, WebhookSecret, check::Check, open_enum::open_enum, query::Query,
    request::Request, webhook::EventType,
};

/// The webhook endpoints of the organization.
///
/// # Examples
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/example.rs"));
/// # fn main() { run(async |polar, _| {
/// use polar::{CreateWebhookEndpoint, WebhookFormat, webhook::EventType};
///
/// let endpoint = polar.webhook_endpoints().create(&CreateWebhookEndpoint {
///     url: "https://shop.example/webhooks/polar".into(),
///     format: WebhookFormat::Raw,
///     events: vec![EventType::CustomerStateChanged],
///     name: Some("Shop".into()),
///     api_version: Some(polar::VERSION.into()),
/// }).await?;
/// assert!(endpoint.enabled && !endpoint.secret.expose().is_empty());
/// # Ok(()) }) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct WebhookEndpoints<'a>(&'a Client);

impl Client {
    /// Where Polar sends its events. Needs the scope `webhooks:write`.
    #[must_use]
    pub fn webhook_endpoints(&self) -> WebhookEndpoints<'_> {
        WebhookEndpoints(self)
    }
}

impl WebhookEndpoints<'_> {
    /// One page of endpoints, newest first.
    pub async fn list(&self, page: Option<u32>, limit: Option<u32>) -> Result<Page<WebhookEndpoint>> {
        self.0.send(Request::get("/webhooks/endpoints").page(page, limit)).await
    }

    /// The whole list.
    pub async fn list_all(&self) -> Result<Vec<WebhookEndpoint>> {
        self.0.all(Request::get("/webhooks/endpoints"), |endpoint: &WebhookEndpoint| endpoint.id).await
    }

    /// Makes an endpoint; its answer has the secret of the signatures.
    pub async fn create(&self, endpoint: &CreateWebhookEndpoint) -> Result<WebhookEndpoint> {
        check(Some(&endpoint.url))?;
        self.0.send(Request::post("/webhooks/endpoints").json(endpoint)).await
    }

    /// Changes an endpoint. Polar switches one off whose last ten events failed; `enabled` switches it on again.
    pub async fn update(&self, id: WebhookEndpointId, update: &UpdateWebhookEndpoint) -> Result<WebhookEndpoint> {
        check(update.url.as_deref())?;
        self.0.send(Request::patch("/webhooks/endpoints/{id}").with(id).json(update)).await
    }

    /// The last tries to deliver something to an endpoint, at most 100, newest first.
    pub async fn deliveries(&self, id: WebhookEndpointId, limit: u32) -> Result<Page<WebhookDelivery>> {
        let query = Query::default().each("endpoint_id", [id]);
        self.0.send(Request::get("/webhooks/deliveries").query(query).page(None, Some(limit))).await
    }
}

fn check(url: Option<&str>) -> Result<()> {
    let secure = url.is_none_or(|url| url.starts_with("https://"));
    Check::default().that(secure, "url", "must be an https URL").url("url", url).done()
}

/// A new endpoint.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct CreateWebhookEndpoint {
    /// An https address on a public host.
    pub url: String,
    /// `raw` is the one with signatures.
    pub format: WebhookFormat,
    /// What to send.
    pub events: Vec<EventType>,
    /// The merchant's name of it.
    pub name: Option<String>,
    /// The version of the events' form; Polar's current one unless said.
    pub api_version: Option<String>,
}

/// What changes on an endpoint; what is left out stays.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct UpdateWebhookEndpoint {
    /// An https address on a public host.
    pub url: Option<String>,
    /// How events look.
    pub format: Option<WebhookFormat>,
    /// What to send.
    pub events: Option<Vec<EventType>>,
    /// The merchant's name of it.
    pub name: Option<String>,
    /// Whether anything is sent.
    pub enabled: Option<bool>,
}

/// An address that Polar sends its events to.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct WebhookEndpoint {
    /// Its id.
    pub id: WebhookEndpointId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub modified_at: Option<Timestamp>,
    /// The address.
    pub url: String,
    /// The merchant's name of it.
    pub name: Option<String>,
    /// How events look.
    pub format: WebhookFormat,
    /// The key of the signatures; readable at any time.
    pub secret: WebhookSecret,
    /// What is sent.
    pub events: Vec<EventType>,
    /// Whether anything is sent.
    pub enabled: bool,
    /// The version of the events' form.
    pub api_version: Option<String>,
}

/// One try to deliver an event. What was sent stays at Polar: it has the buyer's data.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct WebhookDelivery {
    /// When.
    pub created_at: Timestamp,
    /// Whether the answer was a good one.
    pub succeeded: bool,
    /// The status of the answer, if there was one.
    pub http_code: Option<u16>,
}

open_enum! {
    /// How events look.
    pub enum WebhookFormat {
        /// Polar's own JSON, signed.
        Raw = "raw",
        /// For Discord.
        Discord = "discord",
        /// For Slack.
        Slack = "slack",
        ..Unknown
    }
}
