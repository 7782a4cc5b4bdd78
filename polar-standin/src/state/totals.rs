//! What a checkout costs.

use crate::ledger::Checkout;
use crate::shop::Amount;
use crate::state::State;

/// The amounts of a checkout, in hundredths of its currency.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Totals {
    pub(crate) discount: i64,
    pub(crate) net: i64,
    /// Unknown until there is an address, unless nothing is to be paid.
    pub(crate) tax: Option<i64>,
    pub(crate) is_free_product_price: bool,
}

impl Totals {
    pub(crate) fn is_payment_required(&self) -> bool {
        self.net > 0
    }
}

impl State {
    pub(crate) fn totals(&self, checkout: &Checkout) -> Totals {
        let basis_points =
            checkout.discount_id.and_then(|id| self.shop.discount(id)).map_or(0, |discount| discount.basis_points);
        let discount = checkout.amount * basis_points / 10_000;
        let net = checkout.amount - discount;
        let tax = (net == 0 || checkout.customer_billing_address.is_some()).then_some(0);
        let product = self.shop.product(checkout.product_id);
        let price = product.and_then(|product| product.price_in(&checkout.currency));
        let is_free_product_price = price.is_some_and(|price| matches!(price.amount, Amount::Fixed(0)));
        Totals { discount, net, tax, is_free_product_price }
    }
}
