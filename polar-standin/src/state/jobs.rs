//! What Polar does after it has answered: orders, grants, invoices.

use serde_json::json;
use uuid::Uuid;

use crate::clock::after;
use crate::ledger::{Order, Status, Subscription, Work};
use crate::shop::derived_id;
use crate::state::State;

impl State {
    /// Does the oldest pending step.
    pub(crate) fn run_next_job(&mut self) -> Option<Work> {
        let id = self.ledger.jobs.first()?.id;
        self.run_job(id)
    }

    /// Does one pending step, unless it was done before.
    pub(crate) fn run_job(&mut self, id: Uuid) -> Option<Work> {
        let place = self.ledger.jobs.iter().position(|job| job.id == id)?;
        let work = self.ledger.jobs.remove(place).work;
        match work {
            Work::Succeed { checkout_id } => self.succeed(checkout_id),
            Work::Grant { order_id } => self.grant(order_id),
            Work::Invoice { order_id } => self.invoice(order_id),
        }
        Some(work)
    }

    fn succeed(&mut self, checkout_id: Uuid) {
        let Some(checkout) = self.ledger.checkout(checkout_id).cloned() else {
            return;
        };
        let Some(customer_id) = checkout.customer_id else {
            return;
        };
        let totals = self.totals(&checkout);
        let now = self.now();
        let subscription_id = self.subscribe(&checkout, customer_id);
        let name = self.ledger.customer(customer_id).and_then(|customer| customer.name.clone());
        let order = Order {
            id: derived_id(checkout.id, 0x0d),
            created_at: now,
            modified_at: None,
            customer_id,
            product_id: checkout.product_id,
            checkout_id: Some(checkout.id),
            subscription_id,
            discount_id: checkout.discount_id,
            currency: checkout.currency.clone(),
            subtotal_amount: checkout.amount,
            discount_amount: totals.discount,
            refunded_amount: 0,
            is_refunded: false,
            billing_name: name,
            billing_address: checkout.customer_billing_address.clone(),
            metadata: checkout.metadata.clone(),
            invoice_number: self.invoice_number(customer_id),
            is_invoice_generated: false,
        };
        let order_id = order.id;
        self.queue(Work::Grant { order_id });
        self.ledger.orders.push(order);
        let modified_at = self.now();
        if let Some(checkout) = self.ledger.checkout_mut(checkout_id) {
            checkout.status = Status::Succeeded;
            checkout.modified_at = Some(modified_at);
            checkout.payment.insert("intent_status".to_owned(), json!("succeeded"));
        }
        if let Some(customer) = self.ledger.customer_mut(customer_id) {
            customer.modified_at = Some(modified_at);
        }
        if let Some(id) = subscription_id {
            for kind in ["subscription.created", "subscription.updated", "subscription.active"] {
                self.announce_subscription(kind, id);
            }
        }
        // Recording 890.
        for kind in ["order.created", "order.updated", "order.paid"] {
            self.announce_order(kind, order_id);
        }
        self.announce_checkout("checkout.updated", checkout_id);
    }

    fn subscribe(&mut self, checkout: &crate::ledger::Checkout, customer_id: Uuid) -> Option<Uuid> {
        let interval = self.shop.product(checkout.product_id)?.recurring?;
        let created_at = self.now();
        let id = derived_id(checkout.id, 0x5b);
        self.ledger.subscriptions.push(Subscription {
            id,
            created_at,
            modified_at: None,
            customer_id,
            product_id: checkout.product_id,
            checkout_id: Some(checkout.id),
            amount: checkout.amount,
            currency: checkout.currency.clone(),
            current_period_end: after(created_at, interval.days() * 86_400),
            ended_at: None,
            canceled_at: None,
            past_due_at: None,
        });
        Some(id)
    }

    /// `SHOP-CUSTOMER-0001`, counted per customer.
    fn invoice_number(&self, customer_id: Uuid) -> String {
        let count = self.ledger.orders.iter().filter(|order| order.customer_id == customer_id).count() + 1;
        let customer = customer_id.simple().to_string().to_uppercase();
        format!("{}-{}-{count:04}", self.shop.organization.slug.to_uppercase(), &customer[22..])
    }

    fn invoice(&mut self, order_id: Uuid) {
        let now = self.now();
        if let Some(order) = self.ledger.order_mut(order_id) {
            order.is_invoice_generated = true;
            order.modified_at = Some(now);
        }
        self.announce_order("order.updated", order_id);
    }
}

/// The number of an order's receipt at the payment company.
pub(crate) fn receipt_number(order: &Order) -> String {
    format!("RCPT-{}", order.invoice_number.split_once('-').map_or(order.invoice_number.as_str(), |(_, rest)| rest))
}
