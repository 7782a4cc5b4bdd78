use jiff::Timestamp;
use polar::{BenefitGrant, BenefitGrantId, CustomerId, ListGrants, OrderId, OrderStatus};
use store::{Attempt, HistoryOf, Outcome};
use uuid::Uuid;

use crate::{Error, Worker};

impl Worker {
    /// Records a refund in the buyer's history, if Polar confirms it.
    ///
    /// The row has the time of the event, which is the same in every delivery; the order may change again.
    pub(crate) async fn note_refund(
        &self,
        customer_id: Uuid,
        order_id: Uuid,
        at: Timestamp,
        now: Timestamp,
    ) -> Result<(), Error> {
        if !self.is_known(customer_id).await? {
            return self.forget_if_gone(customer_id, now).await;
        }
        let order = self.polar.orders().find(OrderId::from(order_id)).await?;
        if let Some(order) = order
            && let Some(result) = refund(&order.status)
        {
            let attempt = Attempt { product_id: order.product_id.map(Uuid::from), ..happened(at, result, order_id) };
            self.history.record_once(customer_id, HistoryOf::Account, order_id, &attempt).await?;
        }
        self.sessions.drop_portal_tokens(customer_id).await?;
        // If the customer was deleted, these events arrive after the deletion, and the row must not stay.
        self.forget_if_gone(customer_id, now).await
    }

    /// Records a revoked grant in the buyer's history, if Polar confirms it.
    pub(crate) async fn note_revocation(&self, customer_id: Uuid, grant_id: Uuid, now: Timestamp) -> Result<(), Error> {
        if !self.is_known(customer_id).await? {
            return self.forget_if_gone(customer_id, now).await;
        }
        if let Some(grant) = self.find_grant(customer_id, grant_id).await?
            && let Some(revoked_at) = grant.revoked_at.filter(|_| grant.is_revoked)
        {
            let order_id = grant.order_id.map_or(grant_id, Uuid::from);
            let attempt = Attempt {
                file_name: Some(grant.benefit.description),
                ..happened(revoked_at, Outcome::AccessRevoked, order_id)
            };
            self.history.record_once(customer_id, HistoryOf::Account, grant_id, &attempt).await?;
        }
        self.sessions.drop_portal_tokens(customer_id).await?;
        self.forget_if_gone(customer_id, now).await
    }

    /// Searches the customer's grants, because Polar has no route for a single grant of an organization.
    async fn find_grant(&self, customer_id: Uuid, grant_id: Uuid) -> Result<Option<BenefitGrant>, Error> {
        let of_customer = ListGrants { customer_ids: vec![CustomerId::from(customer_id)], ..ListGrants::default() };
        let grants = self.polar.benefit_grants().list_all(&of_customer).await?;
        Ok(grants.into_iter().find(|grant| grant.id == BenefitGrantId::from(grant_id)))
    }
}

const fn refund(status: &OrderStatus) -> Option<Outcome> {
    match status {
        OrderStatus::Refunded => Some(Outcome::OrderRefunded),
        OrderStatus::PartiallyRefunded => Some(Outcome::OrderPartiallyRefunded),
        _ => None,
    }
}

/// A row about a change at Polar, which no browser made.
fn happened(at: Timestamp, result: Outcome, order_id: Uuid) -> Attempt {
    Attempt {
        at,
        result,
        session_id: "-".to_owned(),
        client: "Polar".to_owned(),
        product_id: None,
        order_id: Some(order_id),
        file_id: None,
        file_name: None,
        version: None,
    }
}
