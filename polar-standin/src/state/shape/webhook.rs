use serde_json::{Value, json};

use super::maybe;
use crate::clock::written;
use crate::ledger::{Delivery, Endpoint, Event};
use crate::state::State;

impl State {
    /// An endpoint; its secret can be read at any time (recording 885).
    pub(crate) fn endpoint_shape(&self, endpoint: &Endpoint) -> Value {
        json!({
            "created_at": written(endpoint.created_at),
            "modified_at": maybe(endpoint.modified_at),
            "id": endpoint.id,
            "url": endpoint.url,
            "name": endpoint.name,
            "format": endpoint.format,
            "secret": endpoint.secret,
            "organization_id": self.shop.organization.id,
            "events": endpoint.events,
            "enabled": endpoint.is_enabled,
        })
    }
}

/// One attempt with its event (recording 883).
pub(crate) fn delivery_shape(delivery: &Delivery, event: &Event) -> Value {
    json!({
        "created_at": written(delivery.created_at),
        "modified_at": null,
        "id": delivery.id,
        "succeeded": delivery.succeeded,
        "http_code": delivery.http_code,
        "response": delivery.response,
        "webhook_event": {
            "created_at": written(event.created_at),
            "modified_at": maybe(event.modified_at),
            "id": event.id,
            "last_http_code": event.last_http_code,
            "succeeded": event.succeeded,
            "skipped": event.is_skipped,
            "payload": event.body,
            "type": event.kind,
            "is_archived": false,
        },
    })
}
