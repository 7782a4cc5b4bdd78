use jiff::Timestamp;
use store::{Admission, BrowserKey, CheckoutRecord, Checkouts, Limits, Share};

use crate::Payment;

/// Why the state of a checkout could not be found.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Polar gave no usable answer.
    #[error("Polar gave no usable answer")]
    Polar(#[from] polar::Error),
    /// Our tables gave no usable answer.
    #[error("DynamoDB gave no usable answer")]
    Store(#[from] store::Error),
}

/// What is known about a checkout.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "one is looked at and not kept")]
pub enum Known {
    /// Its state at Polar, now or a moment ago.
    Payment(Payment),
    /// Nothing yet, because another request is asking Polar right now.
    Nothing,
    /// Nothing, because the caller has used up its requests to Polar until this time.
    RefusedUntil(Timestamp),
}

/// Finds the state of checkouts.
#[derive(Clone)]
pub struct Payments {
    polar: polar::Client,
    checkouts: Checkouts,
    limits: Limits,
}

impl Payments {
    /// Asks Polar with this client, caches answers in this table, and counts requests against these limits.
    #[must_use]
    pub fn new(polar: polar::Client, checkouts: Checkouts, limits: Limits) -> Self {
        Self { polar, checkouts, limits }
    }

    /// Finds the state of a checkout, for the browser that started it with this key; `None` if Polar no longer has it.
    ///
    /// If these shares are used up, Polar's last answer is used.
    pub async fn find(
        &self,
        record: &CheckoutRecord,
        browser_key: &BrowserKey,
        shares: &[Share],
        now: Timestamp,
    ) -> Result<Option<Known>, Error> {
        // An answer that another version of the shop stored does not decode, and is fetched again.
        let remembered = record.payment(browser_key).and_then(|text| serde_json::from_str::<Payment>(&text).ok());
        let or_nothing = |remembered: Option<Payment>| Some(remembered.map_or(Known::Nothing, Known::Payment));
        if remembered.as_ref().is_some_and(Payment::is_final) || record.may_ask_at().is_some_and(|at| now < at) {
            return Ok(or_nothing(remembered));
        }
        if let Admission::RefusedUntil(end) = self.limits.spend(1, shares, now).await? {
            return Ok(Some(remembered.map_or(Known::RefusedUntil(end), Known::Payment)));
        }
        if !self.checkouts.begin_asking(record, now).await? {
            return Ok(or_nothing(remembered));
        }
        let asked = self.polar.checkouts().find(record.id.into()).await;
        if asked.as_ref().is_err_and(|error| !matches!(error, polar::Error::RateLimited { .. })) {
            // Lets the next request ask Polar at once; if this fails too, it can ask in a second.
            self.checkouts.note_change(record.id).await.ok();
        }
        let Some(checkout) = asked? else { return Ok(None) };
        let payment = Payment::from(checkout);
        self.remember(record, browser_key, &payment).await?;
        Ok(Some(Known::Payment(payment)))
    }

    /// Stores Polar's answer to another call.
    pub async fn remember(
        &self,
        record: &CheckoutRecord,
        browser_key: &BrowserKey,
        payment: &Payment,
    ) -> Result<(), Error> {
        // If it cannot be encoded, it is not stored, and Polar is asked again.
        let text = serde_json::to_string(payment).unwrap_or_default();
        Ok(self.checkouts.remember_payment(record, browser_key, &text).await?)
    }
}
