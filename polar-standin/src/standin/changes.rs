//! What happens at Polar without a request of ours: sales, refunds, changes of the catalog.

use serde_json::Map;
use uuid::Uuid;

use super::Standin;
use crate::File;
use crate::answer::Refusal;
use crate::state::{NewRefund, Purchase, Purchased};

#[expect(clippy::must_use_candidate, reason = "what is done counts, not whether there was anything to do")]
impl Standin {
    /// Makes a finished purchase without HTTP: checkout, order and grants.
    ///
    /// # Errors
    /// If Polar would refuse it; the error is its answer.
    pub fn buy(&self, purchase: &Purchase) -> anyhow::Result<Purchased> {
        self.world.change(|state| state.buy(purchase)).map_err(|refusal| refused(&refusal))
    }

    /// Refunds what is left of an order, and takes its benefits away if `revoke`. False if there is no such order.
    pub fn refund(&self, order_id: Uuid, revoke: bool) -> bool {
        self.world.change(|state| state.refund(order_id, revoke))
    }

    /// Closes a dispute over an order, which takes its benefits away. False if there is no such order.
    pub fn close_dispute(&self, order_id: Uuid) -> bool {
        self.world.change(|state| state.close_dispute(order_id))
    }

    /// Refunds some cents of an order; its benefits stay. Gives the refund's id.
    ///
    /// # Errors
    /// If Polar would refuse it; the error is its answer.
    pub fn partial_refund(&self, order_id: Uuid, amount: i64) -> anyhow::Result<Uuid> {
        let (reason, metadata) = ("customer_request".to_owned(), Map::new());
        let wanted = NewRefund { order_id, reason, amount, revoke_benefits: false, metadata };
        self.world.change(|state| state.refund_some(wanted)).map_err(|refusal| refused(&refusal))
    }

    /// Cancels a subscription: its benefits go now, or with the end of its period. False if there is none to cancel.
    pub fn cancel_subscription(&self, id: Uuid, at_period_end: bool) -> bool {
        self.world
            .change(|state| if at_period_end { state.cancel_at_period_end(id) } else { state.end_subscription(id) })
    }

    /// Lets a renewal fail: the subscription is `past_due` and its benefits go. False if there is no active one.
    pub fn subscription_past_due(&self, id: Uuid) -> bool {
        self.world.change(|state| state.fall_behind(id))
    }

    /// Lets the failed renewal be paid after all: the benefits come back. False if there is none that is `past_due`.
    pub fn subscription_paid(&self, id: Uuid) -> bool {
        self.world.change(|state| state.catch_up(id))
    }

    /// Archives a product. False if there is no such product.
    pub fn archive_product(&self, id: Uuid) -> bool {
        self.world.change(|state| state.archive_product(id))
    }

    /// Adds a benefit to a product; buyers of the past get it too (recording 647). False if it has it already, or one
    /// of the two is unknown. Not kept over a restart, like all changes of benefits.
    pub fn add_benefit(&self, product_id: Uuid, benefit_id: Uuid) -> bool {
        self.world.change(|state| state.add_benefit(product_id, benefit_id))
    }

    /// Takes a benefit off a product, and away from buyers of the past (recording 645). False if it does not have it.
    pub fn remove_benefit(&self, product_id: Uuid, benefit_id: Uuid) -> bool {
        self.world.change(|state| state.remove_benefit(product_id, benefit_id))
    }

    /// Adds a file to a benefit, or new content under the same id; buyers of the past get it too. False if the benefit
    /// has no files.
    pub fn add_file(&self, benefit_id: Uuid, file: File) -> bool {
        self.world.change(|state| state.add_file(benefit_id, file))
    }

    /// Archives a file of a benefit: buyers lose it (recording 641). False if the benefit does not have it.
    pub fn archive_file(&self, benefit_id: Uuid, file_id: Uuid) -> bool {
        self.world.change(|state| state.set_file_archived(benefit_id, file_id, true))
    }

    /// Undoes [`archive_file`](Self::archive_file) (recording 643). False if the benefit does not have the file.
    pub fn restore_file(&self, benefit_id: Uuid, file_id: Uuid) -> bool {
        self.world.change(|state| state.set_file_archived(benefit_id, file_id, false))
    }

    /// Deletes a customer: its tokens die at once, its external id becomes free. False if there is no such customer.
    pub fn delete_customer(&self, id: Uuid) -> bool {
        self.world.change(|state| state.delete_customer(id))
    }
}

fn refused(refusal: &Refusal) -> anyhow::Error {
    anyhow::anyhow!("refused: {refusal:?}")
}
