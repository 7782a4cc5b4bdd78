//! What happens to events: made, tried, given up, sent again.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use crate::clock::written;
use crate::ledger::{Delivery, Endpoint, Event};
use crate::state::State;
use crate::webhooks::{ATTEMPTS, Outcome, PendingDelivery, WebhookEndpoint, delay};

/// Events in a row that have to fail for good before their endpoint is switched off.
const FAILURES: usize = 10;

/// How many finished events are remembered; Polar forgets by time.
const REMEMBERED: usize = 200;

impl State {
    /// Makes an event for each endpoint that wants it; `data` is asked for only then.
    pub(crate) fn announce(&mut self, kind: &str, data: impl FnOnce(&Self) -> Option<Value>) {
        let wants = |endpoint: &&Endpoint| endpoint.wants(kind);
        let endpoints: Vec<Uuid> = self.ledger.endpoints.iter().filter(wants).map(|endpoint| endpoint.id).collect();
        if endpoints.is_empty() {
            return;
        }
        let Some(data) = data(self) else {
            return;
        };
        for endpoint_id in endpoints {
            let created_at = self.now();
            // In this order, without blanks: the raw text is what is signed.
            let body = format!(r#"{{"type":{},"timestamp":"{}","data":{data}}}"#, json!(kind), written(created_at));
            self.ledger.events.push(Event {
                id: Uuid::new_v4(),
                created_at,
                modified_at: None,
                endpoint_id,
                kind: kind.to_owned(),
                body,
                attempts: 0,
                due_at: Some(created_at),
                last_http_code: None,
                succeeded: None,
                is_skipped: false,
            });
        }
    }

    /// Adds an endpoint, or puts it in the place of the one with this address.
    pub(crate) fn put_endpoint(&mut self, wanted: WebhookEndpoint) -> Uuid {
        let now = self.now();
        let known = self.ledger.endpoints.iter_mut().find(|endpoint| endpoint.url == wanted.url);
        if let Some(endpoint) = known {
            endpoint.modified_at = Some(now);
            endpoint.secret = wanted.secret;
            endpoint.is_standard = wanted.is_standard;
            endpoint.events = wanted.events;
            endpoint.is_enabled = true;
            return endpoint.id;
        }
        let id = Uuid::new_v4();
        let name = Url::parse(&wanted.url).ok().map(|url| url.path().to_owned());
        self.ledger.endpoints.push(Endpoint {
            id,
            created_at: now,
            modified_at: None,
            url: wanted.url,
            name,
            format: "raw".to_owned(),
            secret: wanted.secret,
            is_standard: wanted.is_standard,
            events: wanted.events,
            is_enabled: true,
        });
        id
    }

    /// Forgets an endpoint with its events. False if there is no such endpoint.
    pub(crate) fn delete_endpoint(&mut self, id: Uuid) -> bool {
        let before = self.ledger.endpoints.len();
        self.ledger.endpoints.retain(|endpoint| endpoint.id != id);
        self.ledger.events.retain(|event| event.endpoint_id != id);
        self.forget_deliveries();
        self.ledger.endpoints.len() < before
    }

    /// The events whose time has come, for each endpoint in the order of their times.
    pub(crate) fn due_events(&self) -> Vec<Vec<Uuid>> {
        let now = self.now();
        let of = |endpoint: &Endpoint| {
            let is_due = |event: &&Event| event.endpoint_id == endpoint.id && event.due_at.is_some_and(|at| at <= now);
            let mut due: Vec<&Event> = self.ledger.events.iter().filter(is_due).collect();
            due.sort_by_key(|event| event.due_at);
            due.into_iter().map(|event| event.id).collect()
        };
        self.ledger.endpoints.iter().map(of).collect()
    }

    /// How long it is until the next attempt.
    pub(crate) fn next_delivery(&self) -> Option<SignedDuration> {
        let next = self.ledger.events.iter().filter_map(|event| event.due_at).min()?;
        Some(next.duration_since(self.now()))
    }

    /// What is to be sent for an event that is not finished.
    pub(crate) fn pending_delivery(&self, id: Uuid) -> Option<PendingDelivery> {
        let event = self.ledger.event(id)?;
        let endpoint = self.ledger.endpoint(event.endpoint_id).filter(|endpoint| endpoint.is_enabled)?;
        Some(PendingDelivery {
            id,
            event_type: event.kind.clone(),
            url: endpoint.url.clone(),
            body: event.body.clone(),
            due_at: event.due_at?,
            attempts: event.attempts,
            secret: endpoint.secret.clone(),
            is_standard: endpoint.is_standard,
        })
    }

    /// All that wait, in the order in which they came up.
    pub(crate) fn pending_deliveries(&self) -> Vec<PendingDelivery> {
        self.ledger.events.iter().filter_map(|event| self.pending_delivery(event.id)).collect()
    }

    /// Writes down how an attempt went, and when the next one is.
    pub(crate) fn record_attempt(&mut self, id: Uuid, outcome: Outcome) {
        let created_at = self.now();
        let Some(event) = self.ledger.event_mut(id) else {
            return;
        };
        let (http_code, response) = match outcome {
            Outcome::Answered { status, text } => (Some(status), text),
            Outcome::Unreachable { reason } => (None, reason),
        };
        let succeeded = http_code.is_some_and(|status| (200..300).contains(&status));
        let is_over = tried(event, http_code, succeeded, created_at);
        let endpoint_id = event.endpoint_id;
        let response = Some(response);
        let delivery = Delivery { id: Uuid::new_v4(), created_at, event_id: id, succeeded, http_code, response };
        self.ledger.deliveries.push(delivery);
        if is_over && !succeeded {
            self.check_endpoint(endpoint_id);
        }
        self.forget_events();
    }

    /// Sends an event again, as often as it takes, unless its endpoint is off. False if there is no such event.
    pub(crate) fn redeliver(&mut self, id: Uuid) -> bool {
        let now = self.now();
        let Some(endpoint_id) = self.ledger.event(id).map(|event| event.endpoint_id) else {
            return false;
        };
        let is_enabled = self.ledger.endpoint(endpoint_id).is_some_and(|endpoint| endpoint.is_enabled);
        if let Some(event) = self.ledger.event_mut(id) {
            event.attempts = 0;
            event.due_at = is_enabled.then_some(now);
            event.is_skipped = !is_enabled;
        }
        true
    }

    /// Switches an endpoint off, and gives its waiting events up: they are not sent when it is on again.
    pub(crate) fn switch_off(&mut self, id: Uuid) {
        let now = self.now();
        if let Some(endpoint) = self.ledger.endpoint_mut(id).filter(|endpoint| endpoint.is_enabled) {
            endpoint.is_enabled = false;
            endpoint.modified_at = Some(now);
        }
        for event in self.ledger.events.iter_mut().filter(|event| event.endpoint_id == id && event.due_at.is_some()) {
            event.due_at = None;
            event.is_skipped = true;
        }
    }

    /// Switches an endpoint off whose last events all failed for good.
    fn check_endpoint(&mut self, id: Uuid) {
        let finished = self.ledger.events.iter().rev().filter(|event| event.endpoint_id == id);
        let last: Vec<bool> = finished.filter_map(|event| event.succeeded).take(FAILURES).collect();
        if last.len() == FAILURES && !last.contains(&true) {
            self.switch_off(id);
        }
    }

    fn forget_events(&mut self) {
        let finished: Vec<Uuid> =
            self.ledger.events.iter().filter(|event| event.due_at.is_none()).map(|event| event.id).collect();
        let surplus = &finished[..finished.len().saturating_sub(REMEMBERED)];
        if !surplus.is_empty() {
            self.ledger.events.retain(|event| !surplus.contains(&event.id));
            self.forget_deliveries();
        }
    }

    fn forget_deliveries(&mut self) {
        let events = &self.ledger.events;
        self.ledger.deliveries.retain(|delivery| events.iter().any(|event| event.id == delivery.event_id));
    }
}

/// Counts an attempt; true if it was the last one.
fn tried(event: &mut Event, http_code: Option<u16>, succeeded: bool, now: Timestamp) -> bool {
    event.modified_at = Some(now);
    event.last_http_code = http_code;
    event.attempts += 1;
    let is_over = succeeded || event.attempts >= ATTEMPTS;
    if is_over {
        event.succeeded = Some(succeeded);
        event.due_at = None;
    } else {
        // The luck is in the id: the same event waits equally long whenever it is looked at.
        let wait = delay(event.attempts, event.id.as_bytes()[event.attempts as usize]);
        event.due_at = now.checked_add(wait).ok();
    }
    is_over
}
