use jiff::Timestamp;
use store::{Admission, BrowserKey, CheckoutRecord, Checkouts, Limits, Share};

use crate::Payment;

/// Why nobody knows how a checkout is going.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Polar gave no usable answer.
    #[error("Polar gave no usable answer")]
    Polar(#[from] polar::Error),
    /// Our tables gave no usable answer.
    #[error("DynamoDB gave no usable answer")]
    Store(#[from] store::Error),
}

/// What is known of a checkout.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "one is looked at and not kept")]
pub enum Known {
    /// What Polar said, now or a moment ago.
    Payment(Payment),
    /// Nothing yet: another request asks Polar at this moment.
    Nothing,
    /// Nothing, and the caller has made us ask Polar too often until then.
    RefusedUntil(Timestamp),
}

/// How checkouts are going.
#[derive(Clone)]
pub struct Payments {
    polar: polar::Client,
    checkouts: Checkouts,
    limits: Limits,
}

impl Payments {
    /// Asks this Polar, remembers in this table, and counts against these limits.
    #[must_use]
    pub fn new(polar: polar::Client, checkouts: Checkouts, limits: Limits) -> Self {
        Self { polar, checkouts, limits }
    }

    /// Finds how a checkout is going, for the browser that began it with this key; `None` if Polar no longer knows it.
    ///
    /// When these shares are used up, what Polar said last has to do.
    pub async fn find(
        &self,
        record: &CheckoutRecord,
        browser_key: &BrowserKey,
        shares: &[Share],
        now: Timestamp,
    ) -> Result<Option<Known>, Error> {
        // What another version wrote does not decode, and is asked for anew.
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
            // The next request may ask again at once; if this fails too, in a second.
            self.checkouts.note_change(record.id).await.ok();
        }
        let Some(checkout) = asked? else { return Ok(None) };
        let payment = Payment::from(checkout);
        self.remember(record, browser_key, &payment).await?;
        Ok(Some(Known::Payment(payment)))
    }

    /// Remembers what Polar said when it was asked for something else.
    pub async fn remember(
        &self,
        record: &CheckoutRecord,
        browser_key: &BrowserKey,
        payment: &Payment,
    ) -> Result<(), Error> {
        // Without a text there is nothing to remember, and Polar is asked again.
        let text = serde_json::to_string(payment).unwrap_or_default();
        Ok(self.checkouts.remember_payment(record, browser_key, &text).await?)
    }
}
