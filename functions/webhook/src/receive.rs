use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
};
use http_api::{ApiError, Now, RawBody};
use jiff::Timestamp;
use polar::{
    WebhookSecret,
    webhook::{Headers, VerifyError, verify},
};
use queue::{Job, PolarEvent};
use serde::Deserialize;
use tracing::info;
use uuid::Uuid;

use crate::Shop;

/// `POST /api/webhooks/polar`: takes an event of Polar's, if Polar signed it, and answers once it is in the queue.
#[utoipa::path(post, path = "/api/webhooks/polar", operation_id = "receiveWebhook", tag = "webhooks",
    request_body(content = serde_json::Value, description = "An event as Polar sends it"),
    params(("webhook-id" = String, Header), ("webhook-timestamp" = String, Header), ("webhook-signature" = String, Header)),
    responses(
        (status = 202, description = "In the queue"),
    ))]
pub(crate) async fn receive(
    State(shop): State<Shop>,
    Now(now): Now,
    headers: HeaderMap,
    RawBody(body): RawBody,
) -> Result<StatusCode, ApiError> {
    let signed = Headers {
        id: header(&headers, "webhook-id")?,
        timestamp: header(&headers, "webhook-timestamp")?,
        signature: header(&headers, "webhook-signature")?,
    };
    let secret = shop.secret.get().await.map_err(|error| ApiError::Busy(error.into()))?;
    verify(&WebhookSecret::new(secret), signed, &body, now).map_err(refusal)?;

    let event = Event::read(&body)?.about(signed.id);
    info!(event.id = event.id, event.kind = event.kind, "received event");
    shop.queue.send(&Job::PolarEvent(event)).await.map_err(|error| ApiError::Busy(error.into()))?;
    Ok(StatusCode::ACCEPTED)
}

fn header<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<&'a str, ApiError> {
    let value = headers.get(name).and_then(|value| value.to_str().ok()).filter(|value| !value.is_empty());
    value.ok_or_else(|| ApiError::invalid(name, "This header is missing."))
}

fn refusal(error: VerifyError) -> ApiError {
    match error {
        VerifyError::Malformed => ApiError::invalid("webhook-timestamp", "This is no number of seconds."),
        VerifyError::HeaderTooLong(name) => ApiError::invalid(name, "This header is too long."),
        VerifyError::BodyTooLarge => ApiError::PayloadTooLarge,
        VerifyError::Stale | VerifyError::Forged => ApiError::Unauthenticated,
    }
}

/// The little of an event that is sure to be there in every version of Polar's API, and of kinds that are not invented yet.
#[derive(Deserialize)]
struct Event {
    #[serde(rename = "type")]
    kind: String,
    timestamp: Timestamp,
    #[serde(default)]
    data: Subject,
}

#[derive(Default, Deserialize)]
struct Subject {
    id: Option<Uuid>,
    customer_id: Option<Uuid>,
}

impl Event {
    fn read(body: &[u8]) -> Result<Self, ApiError> {
        serde_json::from_slice(body).map_err(|_| ApiError::invalid("", "This is no event of Polar's."))
    }

    fn about(self, id: &str) -> PolarEvent {
        let is_about_customer = self.kind.starts_with("customer.");
        let customer_id = if is_about_customer { self.data.id } else { self.data.customer_id };
        PolarEvent {
            id: id.to_owned(),
            kind: self.kind,
            happened_at: self.timestamp,
            subject_id: self.data.id,
            customer_id,
        }
    }
}
