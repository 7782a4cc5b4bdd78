//! Subscriptions: purchases that go on.

use jiff::Timestamp;
use serde::Deserialize;

use crate::{
    CheckoutId, Currency, CustomerId, DiscountId, Interval, Product, ProductId, SubscriptionId, open_enum::open_enum,
};

/// A subscription.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Subscription {
    /// Its id.
    pub id: SubscriptionId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub modified_at: Option<Timestamp>,
    /// Whether it gives its benefits.
    pub status: SubscriptionStatus,
    /// What a period costs, in minor units.
    pub amount: i64,
    /// The currency of the amount.
    pub currency: Currency,
    /// The unit of a period.
    pub recurring_interval: Interval,
    /// How many of the units a period has.
    pub recurring_interval_count: u32,
    /// When the period began.
    pub current_period_start: Timestamp,
    /// When the period ends.
    pub current_period_end: Option<Timestamp>,
    /// When the trial ends.
    pub trial_end: Option<Timestamp>,
    /// Whether it ends with the period; until then it gives its benefits.
    pub cancel_at_period_end: bool,
    /// When it was cancelled.
    pub canceled_at: Option<Timestamp>,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it will end.
    pub ends_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// The subscriber.
    pub customer_id: CustomerId,
    /// What is subscribed.
    pub product_id: ProductId,
    /// The product itself.
    pub product: Product,
    /// The discount.
    pub discount_id: Option<DiscountId>,
    /// Where it began.
    pub checkout_id: Option<CheckoutId>,
}

open_enum! {
    /// How a subscription stands. Only `Active` and `Trialing` give their benefits.
    pub enum SubscriptionStatus {
        /// The first payment is not through.
        Incomplete = "incomplete",
        /// The first payment never came.
        IncompleteExpired = "incomplete_expired",
        /// On trial.
        Trialing = "trialing",
        /// Paid.
        Active = "active",
        /// A payment is late.
        PastDue = "past_due",
        /// Ended.
        Canceled = "canceled",
        /// A payment was given up.
        Unpaid = "unpaid",
        /// Interrupted.
        Paused = "paused",
        ..Unknown
    }
}

impl SubscriptionStatus {
    /// Whether the subscriber holds the benefits.
    #[must_use]
    pub fn gives_benefits(&self) -> bool {
        matches!(self, Self::Active | Self::Trialing)
    }
}
