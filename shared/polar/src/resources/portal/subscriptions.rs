//! The customer's subscriptions.

use super::Portal;
use crate::{Page, ProductId, Result, Subscription, SubscriptionId, query::Query, request::Request};

impl Portal<'_> {
    /// One page of subscriptions, newest first.
    pub async fn subscriptions(&self, list: &ListPortalSubscriptions) -> Result<Page<Subscription>> {
        self.client.send(self.list_subscriptions(list).page(list.page, list.limit)).await
    }

    /// The whole list; `page` and `limit` do not count.
    pub async fn all_subscriptions(&self, list: &ListPortalSubscriptions) -> Result<Vec<Subscription>> {
        self.client.all(self.list_subscriptions(list), |subscription: &Subscription| subscription.id).await
    }

    /// One subscription.
    ///
    /// # Examples
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/example.rs"));
    /// # fn main() { run(async |polar, _| {
    /// # let token = token_of(&polar, demo::GRACE).await?;
    /// use polar::{ListPortalSubscriptions, SubscriptionStatus};
    ///
    /// let active = ListPortalSubscriptions { active: Some(true), ..ListPortalSubscriptions::default() };
    /// let club = polar.portal(&token).all_subscriptions(&active).await?.remove(0);
    /// let club = polar.portal(&token).subscription_find(club.id).await?.expect("it was just listed");
    /// assert_eq!((club.status, club.product.name.as_str()), (SubscriptionStatus::Active, "Asset Club"));
    /// # Ok(()) }) }
    /// ```
    pub async fn subscription_find(&self, id: SubscriptionId) -> Result<Option<Subscription>> {
        self.client.find(self.get("/customer-portal/subscriptions/{id}").with(id)).await
    }

    fn list_subscriptions(&self, list: &ListPortalSubscriptions) -> Request<'_> {
        let query = Query::default()
            .each("product_id", &list.product_ids)
            .each("active", list.active)
            .each("query", &list.query)
            .each("sorting", &list.sorting);
        self.get("/customer-portal/subscriptions/").query(query)
    }
}

/// Which of the customer's subscriptions.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ListPortalSubscriptions {
    /// Of these products.
    pub product_ids: Vec<ProductId>,
    /// Only those that give their benefits, or that do not.
    pub active: Option<bool>,
    /// A part of the product's name.
    pub query: Option<String>,
    /// `started_at`, `amount`, `status`, `organization` or `product`, with `-` in front for descending.
    pub sorting: Vec<String>,
    /// The page, from 1.
    pub page: Option<u32>,
    /// Items per page: 10 unless said, at most 100.
    pub limit: Option<u32>,
}
