//! What Polar does after it has answered: orders, grants, invoices.

use serde_json::json;
use uuid::Uuid;

use crate::clock::after;
use crate::ledger::{Downloadable, Grant, LicenseKey, Order, Status, Subscription, Work};
use crate::shop::{Kind, derived_id};
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
        self.queue(Work::Grant { order_id: order.id });
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
            current_period_end: after(created_at, interval.days() * 86_400),
            ended_at: None,
        });
        Some(id)
    }

    /// `SHOP-CUSTOMER-0001`, counted per customer.
    fn invoice_number(&self, customer_id: Uuid) -> String {
        let count = self.ledger.orders.iter().filter(|order| order.customer_id == customer_id).count() + 1;
        let customer = customer_id.simple().to_string().to_uppercase();
        format!("{}-{}-{count:04}", self.shop.organization.slug.to_uppercase(), &customer[22..])
    }

    fn grant(&mut self, order_id: Uuid) {
        let Some(order) = self.ledger.order(order_id).cloned() else {
            return;
        };
        let benefits = self.shop.product(order.product_id).map(|product| product.benefits.clone()).unwrap_or_default();
        for (place, benefit_id) in benefits.into_iter().enumerate() {
            let now = self.now();
            let license_key_id = self.license_key(order.customer_id, benefit_id);
            let tag = u8::try_from(place).unwrap_or(u8::MAX);
            self.ledger.grants.push(Grant {
                id: derived_id(derived_id(order.id, 0x60), tag),
                created_at: now,
                modified_at: None,
                granted_at: now,
                revoked_at: None,
                customer_id: order.customer_id,
                benefit_id,
                // A grant hangs on the subscription if there is one, else on the order.
                order_id: order.subscription_id.is_none().then_some(order.id),
                subscription_id: order.subscription_id,
                license_key_id,
            });
            self.refresh_downloadables(order.customer_id, benefit_id);
        }
    }

    fn license_key(&mut self, customer_id: Uuid, benefit_id: Uuid) -> Option<Uuid> {
        let Kind::LicenseKeys { prefix, limit_activations, limit_usage } = &self.shop.benefit(benefit_id)?.kind else {
            return None;
        };
        let id = Uuid::new_v4();
        let key = LicenseKey {
            id,
            created_at: self.now(),
            modified_at: None,
            customer_id,
            benefit_id,
            key: format!("{prefix}-{}", Uuid::new_v4().to_string().to_uppercase()),
            is_granted: true,
            usage: 0,
            limit_activations: *limit_activations,
            limit_usage: *limit_usage,
            validations: 0,
            last_validated_at: None,
            activations: Vec::new(),
        };
        self.ledger.license_keys.push(key);
        Some(id)
    }

    /// Takes grants away; a file stays while another grant of its benefit gives it.
    pub(crate) fn revoke(&mut self, grants: &[Uuid]) {
        let now = self.now();
        let mut touched = Vec::new();
        for grant in self.ledger.grants.iter_mut().filter(|grant| grants.contains(&grant.id) && grant.is_granted()) {
            grant.revoked_at = Some(now);
            grant.modified_at = Some(now);
            touched.push((grant.customer_id, grant.benefit_id));
            for key in self.ledger.license_keys.iter_mut().filter(|key| Some(key.id) == grant.license_key_id) {
                key.is_granted = false;
            }
        }
        for (customer_id, benefit_id) in touched {
            self.refresh_downloadables(customer_id, benefit_id);
        }
    }

    fn refresh_downloadables(&mut self, customer_id: Uuid, benefit_id: Uuid) {
        let of_both = |grant: &&Grant| grant.customer_id == customer_id && grant.benefit_id == benefit_id;
        let is_held = self.ledger.grants.iter().filter(of_both).any(Grant::is_granted);
        let files = self.shop.benefit(benefit_id).map(crate::shop::Benefit::active_files).unwrap_or_default();
        for file_id in files {
            let created_at = self.now();
            let is_it = |row: &&mut Downloadable| {
                row.customer_id == customer_id && row.benefit_id == benefit_id && row.file_id == file_id
            };
            let rows = &mut self.ledger.downloadables;
            match rows.iter_mut().find(is_it) {
                Some(row) => row.is_granted = is_held,
                None => rows.push(Downloadable {
                    id: Uuid::new_v4(),
                    created_at,
                    customer_id,
                    benefit_id,
                    file_id,
                    is_granted: is_held,
                    downloads: 0,
                }),
            }
        }
    }

    fn invoice(&mut self, order_id: Uuid) {
        let now = self.now();
        if let Some(order) = self.ledger.order_mut(order_id) {
            order.is_invoice_generated = true;
            order.modified_at = Some(now);
        }
    }

    /// Gives the money back, and takes the benefits away only if asked to (recordings 958, 960).
    pub(crate) fn refund(&mut self, order_id: Uuid, revoke: bool) -> bool {
        let now = self.now();
        let Some(order) = self.ledger.order_mut(order_id) else {
            return false;
        };
        order.refunded_amount = order.net_amount();
        order.is_refunded = true;
        order.modified_at = Some(now);
        let subscription_id = order.subscription_id;
        if revoke {
            let of_order = |grant: &&Grant| {
                grant.order_id == Some(order_id)
                    || (subscription_id.is_some() && grant.subscription_id == subscription_id)
            };
            let grants: Vec<Uuid> = self.ledger.grants.iter().filter(of_order).map(|grant| grant.id).collect();
            self.revoke(&grants);
            for held in self.ledger.subscriptions.iter_mut().filter(|held| Some(held.id) == subscription_id) {
                held.ended_at = Some(now);
                held.modified_at = Some(now);
            }
        }
        true
    }
}

/// The number of an order's receipt at the payment company.
pub(crate) fn receipt_number(order: &Order) -> String {
    format!("RCPT-{}", order.invoice_number.split_once('-').map_or(order.invoice_number.as_str(), |(_, rest)| rest))
}
