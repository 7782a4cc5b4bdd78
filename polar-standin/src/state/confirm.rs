//! Confirming a checkout: who the customer becomes, and whether the card is taken.

use http::StatusCode;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::answer::Refusal;
use crate::ledger::{Checkout, Customer, Status, Work};
use crate::state::Details;
use crate::state::State;
use crate::tokens::random_hex;

/// A payment token that ends like this is declined.
const DECLINED: &str = "declined";

/// What comes with a confirm.
#[derive(Debug, Default)]
pub(crate) struct Confirmation {
    pub(crate) details: Details,
    pub(crate) confirmation_token_id: Option<String>,
    /// The id of the customer if it is new; only the shop's past purchases choose it.
    pub(crate) new_customer_id: Option<Uuid>,
}

/// Who buys, and whether the confirm may open a session for them.
struct Buyer {
    id: Uuid,
    /// An e-mail alone proves nothing: its customer gets no token (recordings 2c0, 2c1).
    gets_token: bool,
    /// The event of a customer who is new or changed.
    event: Option<&'static str>,
}

impl State {
    /// Confirms an open checkout; gives the customer session token if there is one.
    pub(crate) fn confirm(&mut self, id: Uuid, confirmation: &Confirmation) -> Result<Option<String>, Refusal> {
        let mut checkout = self.ledger.checkout(id).cloned().ok_or_else(Refusal::not_found)?;
        check_open(&checkout)?;
        self.apply(&mut checkout, &confirmation.details)?;
        self.check_complete(&checkout, confirmation)?;
        self.check_subscription(&checkout)?;
        self.check_customer(&checkout)?;
        if self.totals(&checkout).is_payment_required() {
            charge(&mut checkout, confirmation)?;
        }
        let buyer = self.buyer(&checkout, confirmation.new_customer_id);
        self.settle_confirmed(checkout, &buyer);
        self.announce_confirmed(id, &buyer);
        self.queue(Work::Succeed { checkout_id: id });
        Ok(buyer.gets_token.then(|| self.open_session(buyer.id, false, None).token))
    }

    /// In the order of recording 890.
    fn announce_confirmed(&mut self, checkout_id: Uuid, buyer: &Buyer) {
        let is_new = buyer.event == Some("customer.created");
        if is_new {
            self.announce_member("member.created", buyer.id);
        }
        self.announce("checkout.updated", |state| {
            let mut shape = state.checkout_shape(state.ledger.checkout(checkout_id)?);
            if is_new {
                // Told before the new customer is written down (recording 806).
                shape["customer_id"] = Value::Null;
            }
            Some(shape)
        });
        if let Some(event) = buyer.event {
            self.announce_customer(event, buyer.id);
        }
    }

    fn settle_confirmed(&mut self, mut checkout: Checkout, buyer: &Buyer) {
        checkout.customer_id = Some(buyer.id);
        checkout.status = Status::Confirmed;
        checkout.modified_at = Some(self.now());
        if !checkout.is_business_customer {
            checkout.customer_billing_name = None;
        }
        if let Some(customer) = self.ledger.customer(buyer.id) {
            checkout.payment.insert("customer_id".to_owned(), json!(customer.stripe_id));
        }
        if let Some(kept) = self.ledger.checkout_mut(checkout.id) {
            *kept = checkout;
        }
    }

    fn check_complete(&self, checkout: &Checkout, confirmation: &Confirmation) -> Result<(), Refusal> {
        let flaw = |field: &str, message: &str| json!({"type": "missing", "loc": ["body", field], "msg": message, "input": null});
        let mut flaws: Vec<Value> = Vec::new();
        if checkout.customer_email.is_none() {
            flaws.push(flaw("customer_email", "Field is required."));
        }
        if self.totals(checkout).is_payment_required() {
            if checkout.customer_billing_address.is_none() {
                flaws.push(flaw("customer_billing_address", "Field is required."));
            }
            if confirmation.confirmation_token_id.is_none() {
                flaws.push(flaw("confirmation_token_id", "Confirmation token is required."));
            }
        }
        if flaws.is_empty() { Ok(()) } else { Err(Refusal::Rejected(flaws)) }
    }

    fn check_subscription(&self, checkout: &Checkout) -> Result<(), Refusal> {
        let is_recurring = self.shop.product(checkout.product_id).is_some_and(|product| product.recurring.is_some());
        let Some(customer) = checkout.customer_id.or_else(|| self.by_email(checkout).map(|customer| customer.id))
        else {
            return Ok(());
        };
        let subscriptions = &self.ledger.subscriptions;
        if is_recurring && subscriptions.iter().any(|held| held.customer_id == customer && held.is_active()) {
            return Err(Refusal::Error {
                status: StatusCode::FORBIDDEN,
                class: "AlreadyActiveSubscriptionError",
                detail: "You already have an active subscription.".to_owned(),
            });
        }
        Ok(())
    }

    /// The customer must not have changed under the checkout (recordings 2c6, 2c7).
    fn check_customer(&self, checkout: &Checkout) -> Result<(), Refusal> {
        if let Some(id) = checkout.customer_id {
            return match self.ledger.customer(id) {
                Some(_) => Ok(()),
                None => Err(Refusal::conflict(
                    "CheckoutCustomerDeleted",
                    "The customer associated with this checkout has been deleted.",
                )),
            };
        }
        let email = checkout.customer_email.as_deref().unwrap_or_default();
        match checkout.external_customer_id.as_deref().and_then(|id| self.ledger.customer_by_external_id(id)) {
            Some(other) if !other.email.eq_ignore_ascii_case(email) => Err(Refusal::Error {
                status: StatusCode::UNPROCESSABLE_ENTITY,
                class: "CheckoutCustomerExternalIdMismatch",
                detail: "A customer with this external ID already exists but with a different email address."
                    .to_owned(),
            }),
            _ => Ok(()),
        }
    }

    fn buyer(&mut self, checkout: &Checkout, new_id: Option<Uuid>) -> Buyer {
        let now = self.now();
        if let Some(id) = checkout.customer_id {
            return Buyer { id, gets_token: true, event: None };
        }
        if let Some(id) = self.by_email(checkout).map(|customer| customer.id) {
            if let Some(customer) = self.ledger.customer_mut(id).filter(|customer| customer.name.is_none()) {
                customer.name.clone_from(&checkout.customer_name);
                customer.modified_at = Some(now);
                return Buyer { id, gets_token: false, event: Some("customer.updated") };
            }
            return Buyer { id, gets_token: false, event: None };
        }
        let id = new_id.unwrap_or_else(Uuid::new_v4);
        self.ledger.customers.push(Customer {
            id,
            created_at: now,
            modified_at: None,
            email: checkout.customer_email.clone().unwrap_or_default(),
            email_verified: false,
            name: checkout.customer_name.clone(),
            external_id: checkout.external_customer_id.clone(),
            metadata: checkout.customer_metadata.clone(),
            billing_address: checkout.customer_billing_address.clone(),
            deleted_at: None,
            stripe_id: format!("cus_{}", random_hex()),
        });
        Buyer { id, gets_token: true, event: Some("customer.created") }
    }

    fn by_email(&self, checkout: &Checkout) -> Option<&Customer> {
        self.ledger.customer_by_email(checkout.customer_email.as_deref()?)
    }
}

/// Refuses a checkout that is confirmed or over; the state is in the text only (recording 287).
pub(crate) fn check_open(checkout: &Checkout) -> Result<(), Refusal> {
    if checkout.status == Status::Open {
        return Ok(());
    }
    let detail = format!("Checkout {} is not open: {}", checkout.id, checkout.status.name());
    Err(Refusal::Error { status: StatusCode::FORBIDDEN, class: "NotOpenCheckout", detail })
}

fn charge(checkout: &mut Checkout, confirmation: &Confirmation) -> Result<(), Refusal> {
    let token = confirmation.confirmation_token_id.as_deref().unwrap_or_default();
    if token.ends_with(DECLINED) {
        return Err(Refusal::Error {
            status: StatusCode::BAD_REQUEST,
            class: "PaymentError",
            detail: "The payment failed: Your card was declined. Please try again with a different payment method."
                .to_owned(),
        });
    }
    checkout.payment.extend(Map::from_iter([
        ("intent_client_secret".to_owned(), json!(format!("pi_{}_secret_x", random_hex()))),
        ("intent_status".to_owned(), json!("succeeded")),
    ]));
    Ok(())
}
