//! Everything a stand-in knows, behind one lock.

mod benefits;
mod checkout;
mod confirm;
mod events;
mod file;
mod grants;
mod history;
mod jobs;
mod links;
mod purchase;
mod refunds;
pub(crate) mod shape;
mod subscriptions;
mod totals;
mod webhooks;

pub use purchase::{Purchase, Purchased};

pub(crate) use checkout::{Details, NewCheckout};
pub(crate) use confirm::{Confirmation, check_open};
pub(crate) use file::{load, save};
pub(crate) use history::begin;
pub(crate) use jobs::receipt_number;
pub(crate) use refunds::NewRefund;

use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use crate::clock::{Clock, after};
use crate::ledger::{Checkout, Customer, CustomerSession, Job, Ledger, Status, Work};
use crate::shop::Shop;
use crate::tokens::random_token;

/// Lifetime of a customer session, in seconds.
const SESSION_SECONDS: i64 = 3600;

/// How long after its expiry a checkout still shows `open` to the organization, in seconds (recording 2a3).
const EXPIRY_SWEEP_SECONDS: i64 = 900;

/// The catalog, the records, the time and the own address.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) shop: Shop,
    pub(crate) ledger: Ledger,
    pub(crate) clock: Arc<Clock>,
    pub(crate) url: String,
}

impl State {
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A new hour-long session of a customer.
    pub(crate) fn open_session(
        &mut self,
        customer_id: Uuid,
        of_member: bool,
        return_url: Option<String>,
    ) -> CustomerSession {
        let created_at = self.now();
        let session = CustomerSession {
            id: Uuid::new_v4(),
            token: random_token(if of_member { "polar_mst_" } else { "polar_cst_" }),
            customer_id,
            created_at,
            expires_at: after(created_at, SESSION_SECONDS),
            return_url,
            of_member,
        };
        self.ledger.sessions.push(session.clone());
        session
    }

    /// The unexpired session of a token, if its customer still exists.
    pub(crate) fn session(&self, token: &str) -> Option<(&CustomerSession, &Customer)> {
        let now = self.now();
        let session = self.ledger.sessions.iter().find(|session| session.token == token && now < session.expires_at)?;
        Some((session, self.ledger.customer(session.customer_id)?))
    }

    /// Does what time brings: gives up open checkouts that are over, as Polar's job does every 15 minutes, and ends
    /// subscriptions that ran out. True if there was anything to do.
    pub(crate) fn sweep(&mut self) -> bool {
        let now = self.now();
        let is_over = |checkout: &&mut Checkout| {
            checkout.status == Status::Open && after(checkout.expires_at, EXPIRY_SWEEP_SECONDS) <= now
        };
        let mut over = Vec::new();
        for checkout in self.ledger.checkouts.iter_mut().filter(is_over) {
            checkout.status = Status::Expired;
            checkout.modified_at = Some(now);
            over.push(checkout.id);
        }
        for id in &over {
            self.announce_checkout("checkout.expired", *id);
        }
        self.end_run_out() || !over.is_empty()
    }

    pub(crate) fn queue(&mut self, work: Work) {
        self.ledger.jobs.push(Job { id: Uuid::new_v4(), work, is_scheduled: false });
    }

    /// Events in the order of the recordings 818 and 819; the grants follow, as Polar revokes them later.
    pub(crate) fn delete_customer(&mut self, id: Uuid) -> bool {
        let now = self.now();
        if self.ledger.customer(id).is_none() {
            return false;
        }
        self.announce_member("member.deleted", id);
        if let Some(customer) = self.ledger.customer_mut(id) {
            customer.deleted_at = Some(now);
            customer.modified_at = Some(now);
            customer.external_id = None;
        }
        self.ledger.sessions.retain(|session| session.customer_id != id);
        self.announce_customer("customer.deleted", id);
        let grants: Vec<Uuid> =
            self.ledger.grants.iter().filter(|grant| grant.customer_id == id).map(|grant| grant.id).collect();
        let losers = self.revoke(&grants);
        self.announce_states(&losers);
        true
    }
}
