//! Purchases without HTTP.

use serde_json::json;
use uuid::Uuid;

use crate::answer::Refusal;
use crate::ledger::{Status, Work};
use crate::state::Confirmation;
use crate::state::State;
use crate::state::{Details, NewCheckout};

/// What is bought, and by whom.
#[derive(Debug, Clone)]
pub struct Purchase {
    /// The product.
    pub product_id: Uuid,
    /// The buyer's address; an existing customer's is found by it.
    pub email: String,
    /// The checkout to complete; one with this id is begun if there is none. `None` begins one with a new id.
    pub checkout_id: Option<Uuid>,
}

/// A finished purchase.
#[derive(Debug, Clone)]
pub struct Purchased {
    /// The checkout, now `succeeded`.
    pub checkout_id: Uuid,
    /// The order.
    pub order_id: Uuid,
    /// The buyer.
    pub customer_id: Uuid,
    /// The subscription, if the product is one.
    pub subscription_id: Option<Uuid>,
    /// The benefit grants, in the order of the product's benefits.
    pub grant_ids: Vec<Uuid>,
}

impl State {
    pub(crate) fn buy(&mut self, purchase: &Purchase) -> Result<Purchased, Refusal> {
        let confirmation = Confirmation {
            details: Details {
                customer_email: Some(purchase.email.clone()),
                customer_billing_address: Some(json!({"line1": null, "line2": null, "postal_code": null, "city": null,
                    "state": null, "country": "DE"})),
                ..Details::default()
            },
            confirmation_token_id: Some("ctoken_ok".to_owned()),
            new_customer_id: None,
        };
        let known = purchase.checkout_id.filter(|id| self.ledger.checkout(*id).is_some());
        let checkout_id = match known {
            Some(id) => id,
            None => self.begin(NewCheckout {
                id: purchase.checkout_id,
                products: vec![purchase.product_id],
                ..NewCheckout::default()
            })?,
        };
        self.complete(checkout_id, &confirmation)
    }

    /// Confirms a checkout and does all that follows, now.
    pub(crate) fn complete(&mut self, checkout_id: Uuid, confirmation: &Confirmation) -> Result<Purchased, Refusal> {
        self.confirm(checkout_id, confirmation)?;
        self.run_work(|work| *work == Work::Succeed { checkout_id });
        let order = self.ledger.orders.iter().find(|order| order.checkout_id == Some(checkout_id)).cloned();
        let order = order.ok_or_else(Refusal::not_found)?;
        self.run_work(|work| *work == Work::Grant { order_id: order.id });
        debug_assert_eq!(self.ledger.checkout(checkout_id).map(|checkout| checkout.status), Some(Status::Succeeded));
        let of_order = |grant: &&crate::ledger::Grant| {
            grant.order_id == Some(order.id)
                || (order.subscription_id.is_some() && grant.subscription_id == order.subscription_id)
        };
        Ok(Purchased {
            checkout_id,
            order_id: order.id,
            customer_id: order.customer_id,
            subscription_id: order.subscription_id,
            grant_ids: self.ledger.grants.iter().filter(of_order).map(|grant| grant.id).collect(),
        })
    }

    fn run_work(&mut self, is_wanted: impl Fn(&Work) -> bool) {
        if let Some(id) = self.ledger.jobs.iter().find(|job| is_wanted(&job.work)).map(|job| job.id) {
            self.run_job(id);
        }
    }
}
