use super::EVENT_TYPES;

/// Where a stand-in delivers its webhooks to, for [`add_webhook_endpoint`](crate::Standin::add_webhook_endpoint).
#[derive(Debug, Clone)]
pub struct WebhookEndpoint {
    pub(crate) url: String,
    pub(crate) secret: String,
    pub(crate) events: Vec<String>,
    pub(crate) is_standard: bool,
}

impl WebhookEndpoint {
    /// An endpoint for events of every type, at an address of plain HTTP (Polar itself takes https only). It is signed
    /// for with the letters of the whole `secret`, as Polar did until September 2026.
    #[must_use]
    pub fn new(url: &str, secret: &str) -> Self {
        let events = EVENT_TYPES.iter().map(|kind| (*kind).to_owned()).collect();
        Self { url: url.to_owned(), secret: secret.to_owned(), events, is_standard: false }
    }

    /// Wants only events of these types, like `order.paid`.
    #[must_use]
    pub fn only(mut self, types: &[&str]) -> Self {
        self.events = types.iter().map(|kind| (*kind).to_owned()).collect();
        self
    }

    /// Signs with the decoded secret, as the Standard Webhooks specification says and newer secrets of Polar do.
    #[must_use]
    pub fn with_standard_signature(mut self) -> Self {
        self.is_standard = true;
        self
    }
}
