//! Webhooks: who gets them, and when.

use anyhow::ensure;
use uuid::Uuid;

use super::Standin;
use crate::deliver::deliver_due;
use crate::webhooks::{Outcome, PendingDelivery, WebhookEndpoint, has_standard_form};

#[expect(clippy::must_use_candidate, reason = "what is done counts, not whether there was anything to do")]
impl Standin {
    /// Delivers from now on to this endpoint; it takes the place of an earlier one with the same address, and is
    /// switched on if that was off. Gives its id. With [`Pace::Timed`](crate::Pace::Timed) webhooks go out by
    /// themselves, with [`Pace::Manual`](crate::Pace::Manual) only by [`deliver`](Self::deliver).
    ///
    /// # Errors
    /// If the address is not one of plain HTTP, or the secret cannot be decoded but has to be.
    pub fn add_webhook_endpoint(&self, endpoint: WebhookEndpoint) -> anyhow::Result<Uuid> {
        ensure!(url::Url::parse(&endpoint.url)?.scheme() == "http", "the stand-in delivers to http:// addresses only");
        let has_key = !endpoint.is_standard || has_standard_form(&endpoint.secret);
        ensure!(has_key, "the secret cannot be decoded, which its signature needs");
        Ok(self.world.change(|state| state.put_endpoint(endpoint)))
    }

    /// Removes an endpoint with all that waits for it. False if there is no such endpoint.
    pub fn remove_webhook_endpoint(&self, id: Uuid) -> bool {
        self.world.change(|state| state.delete_endpoint(id))
    }

    /// The webhooks that wait, due or not, in the order of their events.
    pub fn pending_deliveries(&self) -> Vec<PendingDelivery> {
        self.world.read(crate::state::State::pending_deliveries)
    }

    /// The same, taken out of the queue as if they had been delivered.
    pub fn take_deliveries(&self) -> Vec<PendingDelivery> {
        self.world.change(|state| {
            let taken = state.pending_deliveries();
            for delivery in &taken {
                state.record_attempt(delivery.id, Outcome::Answered { status: 200, text: String::new() });
            }
            taken
        })
    }

    /// Tries once each webhook that is due now, in order; gives the number of attempts. What fails becomes due again
    /// later on its clock: see [`advance`](Self::advance).
    pub async fn deliver(&self) -> usize {
        deliver_due(&self.world).await
    }

    /// Sends an event once more, delivered or not, as Polar's dashboard does. False if there is no such event.
    pub fn redeliver(&self, event_id: Uuid) -> bool {
        self.world.change(|state| state.redeliver(event_id))
    }
}
