use axum::{
    http::StatusCode,
    response::{AppendHeaders, IntoResponse, Response},
};
use http_api::{ApiError, Browser, CheckoutStatus, Json, Transport};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::{BrowserKey, Repeat};
use utoipa::ToSchema;
use uuid::Uuid;

/// A checkout that was just created.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewCheckout {
    pub(crate) checkout_id: Uuid,
    /// Polar's payment page. Send the buyer there.
    #[schema(format = Uri)]
    url: String,
    status: CheckoutStatus,
    /// When the checkout can no longer be paid.
    expires_at: Timestamp,
    /// With `"transport": "bearer"`: the secret to claim this checkout with later. Keep it in memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, pattern = "^[A-Za-z0-9_-]{43}$")]
    browser_key: Option<String>,
}

impl NewCheckout {
    pub(crate) fn new(checkout: &polar::Checkout, browser_key: &BrowserKey) -> Self {
        Self {
            checkout_id: checkout.id.into(),
            url: checkout.url.expose().to_owned(),
            status: (&checkout.status).into(),
            expires_at: checkout.expires_at,
            browser_key: Some(browser_key.expose()),
        }
    }

    /// The answer that the same request got before, if this is a repeat.
    pub(crate) fn of_repeat(repeat: Repeat) -> Result<Option<Self>, ApiError> {
        match repeat {
            Repeat::First => Ok(None),
            Repeat::Of(answer) => serde_json::from_str(&answer).map_err(|error| ApiError::Internal(error.into())),
            Repeat::OfAnother => Err(ApiError::IdempotencyKeyReused),
        }
    }

    /// What is stored to answer a repeat of the request.
    pub(crate) fn to_text(&self) -> String {
        serde_json::to_string(self).expect("plain data")
    }

    /// The answer, with the browser key in a cookie or in the body.
    pub(crate) fn answer(self, transport: Transport, browser: &Browser) -> Response {
        let key = self.browser_key.as_deref().and_then(BrowserKey::parse);
        let cookies =
            key.filter(|_| transport == Transport::Cookie).map(|key| browser.keep_key_of(&key, self.checkout_id));
        let in_body = self.browser_key.filter(|_| transport == Transport::Bearer);
        let answer = Json(Self { browser_key: in_body, ..self });
        (StatusCode::CREATED, AppendHeaders(cookies.into_iter().flatten()), answer).into_response()
    }
}
