//! What a stand-in starts from: kept records, or the shop's past.

use std::sync::Arc;

use anyhow::Context as _;
use jiff::{SignedDuration, Timestamp};

use crate::clock::Clock;
use crate::ledger::Ledger;
use crate::shop::{PastPurchase, Shop};
use crate::state::Confirmation;
use crate::state::State;
use crate::state::{Details, NewCheckout};

/// The state at the start.
pub(crate) fn begin(shop: Shop, kept: Option<Ledger>, clock: Arc<Clock>, url: String) -> anyhow::Result<State> {
    let mut state = State { shop, ledger: Ledger::default(), clock, url };
    match kept {
        Some(ledger) => {
            state.ledger = ledger;
            for id in state.ledger.archived.clone() {
                state.archive_product(id);
            }
        }
        None => {
            for purchase in state.shop.past.clone() {
                relive(&mut state, &purchase)
                    .with_context(|| format!("cannot make the past purchase of {}", purchase.product_id))?;
            }
        }
    }
    Ok(state)
}

fn relive(state: &mut State, past: &PastPurchase) -> anyhow::Result<()> {
    let confirmation = Confirmation {
        details: Details {
            customer_name: Some(past.name.clone()),
            customer_email: Some(past.email.clone()),
            customer_billing_address: Some(serde_json::json!({"line1": "Lange Straße 1", "line2": null,
                "postal_code": "10117", "city": "Berlin", "state": null, "country": "DE"})),
            ..Details::default()
        },
        confirmation_token_id: Some("ctoken_ok".to_owned()),
        new_customer_id: Some(past.customer_id),
    };
    let wanted = NewCheckout { products: vec![past.product_id], ..NewCheckout::default() };
    let refused = |refusal| anyhow::anyhow!("refused: {refusal:?}");
    let checkout_id = state.begin(wanted).map_err(refused)?;
    let bought = state.complete(checkout_id, &confirmation).map_err(refused)?;
    state.ledger.sessions.clear();
    let at = |at: Timestamp| at - SignedDuration::from_hours(24 * past.days_ago);
    if let Some(checkout) = state.ledger.checkout_mut(checkout_id) {
        (checkout.created_at, checkout.expires_at) = (at(checkout.created_at), at(checkout.expires_at));
        checkout.modified_at = checkout.modified_at.map(at);
    }
    if let Some(order) = state.ledger.order_mut(bought.order_id) {
        order.created_at = at(order.created_at);
    }
    for grant in state.ledger.grants.iter_mut().filter(|grant| bought.grant_ids.contains(&grant.id)) {
        (grant.created_at, grant.granted_at) = (at(grant.created_at), at(grant.granted_at));
    }
    for held in state.ledger.subscriptions.iter_mut().filter(|held| Some(held.id) == bought.subscription_id) {
        held.created_at = at(held.created_at);
    }
    if let Some(customer) = state.ledger.customer_mut(bought.customer_id)
        && customer.modified_at.is_none_or(|modified| at(modified) < customer.created_at)
    {
        customer.created_at = at(customer.created_at);
    }
    Ok(())
}
