//! What a webhook message says.

use jiff::Timestamp;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    Benefit, BenefitGrant, Checkout, Customer, CustomerState, Order, Product, Result, Subscription, answer::Answer,
    open_enum::open_enum,
};

/// An event. They come at least once, in any order, up to an hour late: fetch the present state before acting on one.
///
/// # Examples
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/example.rs"));
/// # fn main() { run(async |_, standin| {
/// use polar::webhook::{Event, EventData, EventType};
///
/// # let (delivery, _) = paid(&standin)?;
/// # let body = delivery.body.as_bytes();
/// let event = Event::from_json(body)?;
/// assert_eq!(event.kind, EventType::OrderPaid);
/// let EventData::Order(order) = event.data else { panic!("orders are paid") };
/// assert!(order.paid);
/// # Ok(()) }) }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// What happened.
    pub kind: EventType,
    /// When it happened; of two states of the same thing, the later one counts.
    pub timestamp: Timestamp,
    /// The version of the form, if Polar says it.
    pub api_version: Option<String>,
    /// What it happened to.
    pub data: EventData,
}

/// What an event happened to.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "an event is read once and not kept in numbers")]
pub enum EventData {
    /// All that a customer holds.
    CustomerState(CustomerState),
    /// A customer; its external id is gone when it was deleted.
    Customer(Customer),
    /// A buyer's copy of a benefit.
    BenefitGrant(BenefitGrant),
    /// A benefit.
    Benefit(Benefit),
    /// An order.
    Order(Order),
    /// A checkout, with its client secret.
    Checkout(Checkout),
    /// A product.
    Product(Product),
    /// A subscription.
    Subscription(Subscription),
    /// Anything else, as it came.
    Other(Value),
}

#[derive(Deserialize)]
struct Envelope<T> {
    timestamp: Timestamp,
    api_version: Option<String>,
    data: T,
}

#[derive(Deserialize)]
struct Kind {
    #[serde(rename = "type")]
    kind: EventType,
}

impl Event {
    /// Reads a message whose signature was [verified](super::verify). Unknown types are no error: answer 2xx and ignore them.
    pub fn from_json(body: &[u8]) -> Result<Self> {
        use EventType as T;
        let Kind { kind } = decode(body)?;
        match kind {
            T::CustomerStateChanged => Self::read(kind, body, EventData::CustomerState),
            T::CustomerCreated | T::CustomerUpdated | T::CustomerDeleted => Self::read(kind, body, EventData::Customer),
            T::BenefitGrantCreated | T::BenefitGrantCycled | T::BenefitGrantUpdated | T::BenefitGrantRevoked => {
                Self::read(kind, body, EventData::BenefitGrant)
            }
            T::BenefitCreated | T::BenefitUpdated => Self::read(kind, body, EventData::Benefit),
            T::OrderCreated | T::OrderUpdated | T::OrderPaid | T::OrderRefunded => {
                Self::read(kind, body, EventData::Order)
            }
            T::CheckoutCreated | T::CheckoutUpdated | T::CheckoutExpired => Self::read(kind, body, EventData::Checkout),
            T::ProductCreated | T::ProductUpdated => Self::read(kind, body, EventData::Product),
            T::SubscriptionActive
            | T::SubscriptionCanceled
            | T::SubscriptionCreated
            | T::SubscriptionCycled
            | T::SubscriptionPastDue
            | T::SubscriptionPaused
            | T::SubscriptionResumed
            | T::SubscriptionRevoked
            | T::SubscriptionUncanceled
            | T::SubscriptionUpdated => Self::read(kind, body, EventData::Subscription),
            _ => Self::read(kind, body, EventData::Other),
        }
    }

    fn read<T: DeserializeOwned>(kind: EventType, body: &[u8], wrap: fn(T) -> EventData) -> Result<Self> {
        let Envelope { timestamp, api_version, data } = decode(body)?;
        Ok(Self { kind, timestamp, api_version, data: wrap(data) })
    }
}

fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    Answer { status: 200, body: body.to_vec(), ..Answer::default() }.decode("webhook")
}

open_enum! {
    /// What happened.
    pub enum EventType {
        /// A benefit was made.
        BenefitCreated = "benefit.created",
        /// A benefit was changed.
        BenefitUpdated = "benefit.updated",
        /// A buyer got a benefit.
        BenefitGrantCreated = "benefit_grant.created",
        /// A buyer's benefit went on with its subscription.
        BenefitGrantCycled = "benefit_grant.cycled",
        /// A buyer's benefit changed: files came or went.
        BenefitGrantUpdated = "benefit_grant.updated",
        /// One grant was taken away; another may still give the same.
        BenefitGrantRevoked = "benefit_grant.revoked",
        /// A checkout began.
        CheckoutCreated = "checkout.created",
        /// A checkout changed. The buyer's way back waits for our answer to this one.
        CheckoutUpdated = "checkout.updated",
        /// A checkout's time is over.
        CheckoutExpired = "checkout.expired",
        /// A customer was made.
        CustomerCreated = "customer.created",
        /// A customer was changed; a login does that too.
        CustomerUpdated = "customer.updated",
        /// A customer was deleted.
        CustomerDeleted = "customer.deleted",
        /// What a customer holds changed: the best single source.
        CustomerStateChanged = "customer.state_changed",
        /// An order was made; free ones are paid at once.
        OrderCreated = "order.created",
        /// An order changed.
        OrderUpdated = "order.updated",
        /// An order was paid; renewals too.
        OrderPaid = "order.paid",
        /// Money was given back; this takes no access away by itself.
        OrderRefunded = "order.refunded",
        /// The organization changed.
        OrganizationUpdated = "organization.updated",
        /// A product was made.
        ProductCreated = "product.created",
        /// A product was changed.
        ProductUpdated = "product.updated",
        /// A refund was asked for.
        RefundCreated = "refund.created",
        /// A refund changed.
        RefundUpdated = "refund.updated",
        /// A subscription gives its benefits.
        SubscriptionActive = "subscription.active",
        /// A subscription will end; until then it goes on.
        SubscriptionCanceled = "subscription.canceled",
        /// A subscription was made.
        SubscriptionCreated = "subscription.created",
        /// A subscription's next period began.
        SubscriptionCycled = "subscription.cycled",
        /// A subscription's payment is late.
        SubscriptionPastDue = "subscription.past_due",
        /// A subscription was interrupted.
        SubscriptionPaused = "subscription.paused",
        /// A subscription goes on after an interruption.
        SubscriptionResumed = "subscription.resumed",
        /// A subscription ended.
        SubscriptionRevoked = "subscription.revoked",
        /// A subscription will not end after all.
        SubscriptionUncanceled = "subscription.uncanceled",
        /// A subscription changed.
        SubscriptionUpdated = "subscription.updated",
        ..Unknown
    }
}
