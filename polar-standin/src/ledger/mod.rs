//! What happened: customers, checkouts, orders, grants and sessions. All of it survives a restart.

mod checkout;
mod currency;
mod customer;
mod grant;
mod job;
mod order;
mod refund;
mod session;
mod webhook;

pub(crate) use checkout::{Checkout, Status};
pub(crate) use customer::Customer;
pub(crate) use grant::{Activation, Downloadable, Grant, LicenseKey};
pub(crate) use job::{Job, Work};
pub(crate) use order::{Order, Subscription};
pub(crate) use refund::Refund;
pub(crate) use session::{CustomerSession, OrganizationToken};
pub(crate) use webhook::{Delivery, Endpoint, Event};

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The records, each list in the order of creation.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Ledger {
    pub(crate) customers: Vec<Customer>,
    pub(crate) checkouts: Vec<Checkout>,
    pub(crate) orders: Vec<Order>,
    pub(crate) subscriptions: Vec<Subscription>,
    pub(crate) grants: Vec<Grant>,
    pub(crate) downloadables: Vec<Downloadable>,
    pub(crate) license_keys: Vec<LicenseKey>,
    pub(crate) sessions: Vec<CustomerSession>,
    pub(crate) tokens: Vec<OrganizationToken>,
    pub(crate) jobs: Vec<Job>,
    /// Products archived while running; the catalog itself is not kept.
    pub(crate) archived: BTreeSet<Uuid>,
    #[serde(default)]
    pub(crate) refunds: Vec<Refund>,
    #[serde(default)]
    pub(crate) endpoints: Vec<Endpoint>,
    #[serde(default)]
    pub(crate) events: Vec<Event>,
    #[serde(default)]
    pub(crate) deliveries: Vec<Delivery>,
}

impl Ledger {
    /// A customer that was not deleted.
    pub(crate) fn customer(&self, id: Uuid) -> Option<&Customer> {
        self.customers.iter().find(|customer| customer.id == id && customer.deleted_at.is_none())
    }

    /// A customer, deleted or not: orders keep theirs (recording 680).
    pub(crate) fn customer_ever(&self, id: Uuid) -> Option<&Customer> {
        self.customers.iter().find(|customer| customer.id == id)
    }

    pub(crate) fn customer_mut(&mut self, id: Uuid) -> Option<&mut Customer> {
        self.customers.iter_mut().find(|customer| customer.id == id && customer.deleted_at.is_none())
    }

    /// Addresses are compared without case (recording 408).
    pub(crate) fn customer_by_email(&self, email: &str) -> Option<&Customer> {
        let email = email.to_lowercase();
        self.customers.iter().find(|customer| customer.deleted_at.is_none() && customer.email.to_lowercase() == email)
    }

    /// External ids are compared with case (recording 2cd).
    pub(crate) fn customer_by_external_id(&self, external_id: &str) -> Option<&Customer> {
        self.customers
            .iter()
            .find(|customer| customer.deleted_at.is_none() && customer.external_id.as_deref() == Some(external_id))
    }

    pub(crate) fn checkout(&self, id: Uuid) -> Option<&Checkout> {
        self.checkouts.iter().find(|checkout| checkout.id == id)
    }

    pub(crate) fn checkout_mut(&mut self, id: Uuid) -> Option<&mut Checkout> {
        self.checkouts.iter_mut().find(|checkout| checkout.id == id)
    }

    pub(crate) fn checkout_by_secret(&self, secret: &str) -> Option<&Checkout> {
        self.checkouts.iter().find(|checkout| checkout.client_secret == secret)
    }

    pub(crate) fn order(&self, id: Uuid) -> Option<&Order> {
        self.orders.iter().find(|order| order.id == id)
    }

    pub(crate) fn order_mut(&mut self, id: Uuid) -> Option<&mut Order> {
        self.orders.iter_mut().find(|order| order.id == id)
    }

    pub(crate) fn endpoint(&self, id: Uuid) -> Option<&Endpoint> {
        self.endpoints.iter().find(|endpoint| endpoint.id == id)
    }

    pub(crate) fn endpoint_mut(&mut self, id: Uuid) -> Option<&mut Endpoint> {
        self.endpoints.iter_mut().find(|endpoint| endpoint.id == id)
    }

    pub(crate) fn event(&self, id: Uuid) -> Option<&Event> {
        self.events.iter().find(|event| event.id == id)
    }

    pub(crate) fn event_mut(&mut self, id: Uuid) -> Option<&mut Event> {
        self.events.iter_mut().find(|event| event.id == id)
    }

    pub(crate) fn subscription(&self, id: Uuid) -> Option<&Subscription> {
        self.subscriptions.iter().find(|subscription| subscription.id == id)
    }
    pub(crate) fn subscription_mut(&mut self, id: Uuid) -> Option<&mut Subscription> {
        self.subscriptions.iter_mut().find(|subscription| subscription.id == id)
    }
}
