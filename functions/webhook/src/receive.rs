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
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Shop;

/// Receives a webhook event that Polar signed.
///
/// Responds once the event is in the queue. Only Polar calls this route.
#[utoipa::path(post, path = "/api/webhooks/polar", operation_id = "receiveWebhook", tag = "webhooks",
    request_body(content = Event, description = "An event as Polar sends it"), security(("signature" = [])),
    params(
        ("webhook-id" = String, Header, min_length = 1, max_length = 256, description = "The id of the event"),
        ("webhook-timestamp" = String, Header, pattern = "^[0-9]{1,18}$", description = "When the event was sent, in seconds since 1970"),
    ),
    responses(
        (status = 202, description = "The event is in the queue"),
    ))]
pub(crate) async fn receive(
    State(shop): State<Shop>,
    Now(now): Now,
    headers: HeaderMap,
    RawBody(body): RawBody,
) -> Result<StatusCode, ApiError> {
    let signed = Headers {
        id: header(&headers, "webhook-id").ok_or_else(|| missing("webhook-id"))?,
        timestamp: header(&headers, "webhook-timestamp").ok_or_else(|| missing("webhook-timestamp"))?,
        signature: header(&headers, "webhook-signature").ok_or(ApiError::Unauthenticated)?,
    };
    let secret = shop.secret.get().await.map_err(|error| ApiError::Busy(error.into()))?;
    verify(&WebhookSecret::new(secret), signed, &body, now).map_err(refusal)?;

    let event = Event::read(&body)?.about(signed.id);
    info!(event.id = event.id, event.kind = event.kind, "received event");
    shop.queue.send(&Job::PolarEvent(event)).await.map_err(|error| ApiError::Busy(error.into()))?;
    Ok(StatusCode::ACCEPTED)
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok()).filter(|value| !value.is_empty())
}

fn missing(name: &str) -> ApiError {
    ApiError::invalid(name, "This header is missing.")
}

fn refusal(error: VerifyError) -> ApiError {
    match error {
        VerifyError::Malformed => ApiError::invalid("webhook-timestamp", "Send the time as seconds since 1970."),
        VerifyError::HeaderTooLong(name) => ApiError::invalid(name, "This header is too long."),
        VerifyError::BodyTooLarge => ApiError::PayloadTooLarge,
        VerifyError::Stale | VerifyError::Forged => ApiError::Unauthenticated,
    }
}

/// The fields of an event that exist in every version of Polar's API and for every type of event.
#[derive(Deserialize, ToSchema)]
struct Event {
    #[serde(rename = "type")]
    #[schema(example = "order.paid")]
    kind: String,
    timestamp: Timestamp,
    #[serde(default)]
    data: Subject,
}

/// The object that an event is about.
#[derive(Default, Deserialize, ToSchema)]
struct Subject {
    id: Option<Uuid>,
    customer_id: Option<Uuid>,
}

impl Event {
    fn read(body: &[u8]) -> Result<Self, ApiError> {
        serde_json::from_slice(body).map_err(|_| ApiError::invalid("", "This is not a Polar event."))
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
