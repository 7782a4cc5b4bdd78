//! Webhooks: where they go, their signatures, one attempt, and when the next one is.

mod back_off;
mod courier;
mod endpoint;
mod pending;
mod signature;

pub(crate) use back_off::{ATTEMPTS, delay};
pub(crate) use courier::{Courier, Outcome};
pub use endpoint::WebhookEndpoint;
pub use pending::PendingDelivery;
pub(crate) use signature::{has_standard_form, random_secret};

/// Every type that Polar knows (recording 000m).
pub(crate) const EVENT_TYPES: &[&str] = &[
    "checkout.created",
    "checkout.updated",
    "checkout.expired",
    "customer.created",
    "customer.updated",
    "customer.deleted",
    "customer.state_changed",
    "customer_seat.assigned",
    "customer_seat.claimed",
    "customer_seat.revoked",
    "member.created",
    "member.updated",
    "member.deleted",
    "order.created",
    "order.updated",
    "order.paid",
    "order.refunded",
    "subscription.created",
    "subscription.updated",
    "subscription.active",
    "subscription.canceled",
    "subscription.uncanceled",
    "subscription.cycled",
    "subscription.revoked",
    "subscription.past_due",
    "subscription.paused",
    "subscription.resumed",
    "refund.created",
    "refund.updated",
    "product.created",
    "product.updated",
    "discount.created",
    "discount.updated",
    "discount.deleted",
    "benefit.created",
    "benefit.updated",
    "benefit_grant.created",
    "benefit_grant.cycled",
    "benefit_grant.updated",
    "benefit_grant.revoked",
    "organization.updated",
];
