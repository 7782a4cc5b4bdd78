//! Caches Polar's last answer about a checkout, because pages ask often and Polar limits the requests of the whole shop.

use std::time::Duration;

use jiff::Timestamp;

use crate::{BrowserKey, CheckoutRecord, Checkouts, Error, checkouts::key, error::if_condition_held, item, seal::Seal};

impl CheckoutRecord {
    /// When Polar may be asked about this checkout again; the pause grows with each request.
    #[must_use]
    pub fn may_ask_at(&self) -> Option<Timestamp> {
        Some(self.memory.asked_at? + pause_after(self.memory.questions))
    }

    /// How long to wait before the next request.
    #[must_use]
    pub fn pause(&self) -> Duration {
        pause_after(self.memory.questions)
    }

    /// Polar's last answer, for the browser that started the checkout.
    #[must_use]
    pub fn payment(&self, browser_key: &BrowserKey) -> Option<String> {
        let place = self.id;
        seal(browser_key, place.as_bytes()).open(self.memory.sealed.as_deref()?)
    }
}

impl Checkouts {
    /// Claims the right to ask Polar about a checkout; of concurrent requests only one gets it.
    pub async fn begin_asking(&self, record: &CheckoutRecord, now: Timestamp) -> Result<bool, Error> {
        let update = self.client.update_item().table_name(&self.table).set_key(Some(key(record.id)));
        let update = update
            .update_expression("SET asked_at = :now ADD questions :one")
            .expression_attribute_values(":now", item::time(now))
            .expression_attribute_values(":one", item::number(&1));
        let update = match record.memory.asked_at {
            Some(before) => update
                .condition_expression("asked_at = :before")
                .expression_attribute_values(":before", item::time(before)),
            None => update.condition_expression("attribute_exists(id) AND attribute_not_exists(asked_at)"),
        };
        Ok(if_condition_held(update.send().await)?.is_some())
    }

    /// Stores Polar's answer, for the browser that started the checkout.
    pub async fn remember_payment(
        &self,
        record: &CheckoutRecord,
        browser_key: &BrowserKey,
        payment: &str,
    ) -> Result<(), Error> {
        let update = self.client.update_item().table_name(&self.table).set_key(Some(key(record.id)));
        let update = update
            .condition_expression("attribute_exists(id)")
            .update_expression("SET payment = :payment")
            .expression_attribute_values(
                ":payment",
                item::bytes(seal(browser_key, record.id.as_bytes()).close(payment)),
            );
        if_condition_held(update.send().await).map(drop)
    }

    /// Lets the next request ask Polar about a checkout at once, because a webhook reported a change.
    pub async fn note_change(&self, id: uuid::Uuid) -> Result<(), Error> {
        let update = self.client.update_item().table_name(&self.table).set_key(Some(key(id)));
        let update =
            update.condition_expression("attribute_exists(asked_at)").update_expression("REMOVE asked_at, questions");
        // Checkouts from Polar's own links and dashboard have no row here.
        if_condition_held(update.send().await).map(drop)
    }
}

/// Seconds before Polar is asked again. Payments take a few seconds; after a minute, most buyers have left.
fn pause_after(questions: u32) -> Duration {
    Duration::from_secs(match questions {
        0..=3 => 1,
        4..=6 => 2,
        7..=9 => 5,
        10..=19 => 15,
        _ => 60,
    })
}

fn seal<'a>(browser_key: &'a BrowserKey, checkout_id: &'a [u8]) -> Seal<'a> {
    Seal { purpose: "polar-storefront/checkout-payment/v1", secret: browser_key.secret(), place: checkout_id }
}
