//! The customer's benefit grants.

use super::Portal;
use crate::{
    BenefitGrant, BenefitId, BenefitType, CheckoutId, MemberId, OrderId, Page, Result, SubscriptionId, query::Query,
    request::Request,
};

impl Portal<'_> {
    /// One page of grants that are not revoked, those that still wait included.
    pub async fn benefit_grants(&self, list: &ListBenefitGrants) -> Result<Page<BenefitGrant>> {
        self.client.send(self.list_benefit_grants(list).page(list.page, list.limit)).await
    }

    /// The whole list; `page` and `limit` do not count.
    ///
    /// # Examples
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/example.rs"));
    /// # fn main() { run(async |polar, _| {
    /// # let token = token_of(&polar, demo::GRACE).await?;
    /// use polar::{BenefitType, ListBenefitGrants};
    ///
    /// let files = ListBenefitGrants { types: vec![BenefitType::Downloadables], ..ListBenefitGrants::default() };
    /// let grants = polar.portal(&token).all_benefit_grants(&files).await?;
    /// assert_eq!(grants.iter().map(|grant| grant.files().len()).sum::<usize>(), 7);
    /// # Ok(()) }) }
    /// ```
    pub async fn all_benefit_grants(&self, list: &ListBenefitGrants) -> Result<Vec<BenefitGrant>> {
        self.client.all(self.list_benefit_grants(list), |grant: &BenefitGrant| grant.id).await
    }

    fn list_benefit_grants(&self, list: &ListBenefitGrants) -> Request<'_> {
        let query = Query::default()
            .each("checkout_id", &list.checkout_ids)
            .each("benefit_id", &list.benefit_ids)
            .each("type", &list.types)
            .each("order_id", &list.order_ids)
            .each("subscription_id", &list.subscription_ids)
            .each("member_id", &list.member_ids)
            .each("sorting", &list.sorting);
        self.get("/customer-portal/benefit-grants/").query(query)
    }
}

/// Which of the customer's grants.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ListBenefitGrants {
    /// What these checkouts gave.
    pub checkout_ids: Vec<CheckoutId>,
    /// Of these benefits.
    pub benefit_ids: Vec<BenefitId>,
    /// Of these kinds.
    pub types: Vec<BenefitType>,
    /// What these orders gave.
    pub order_ids: Vec<OrderId>,
    /// What these subscriptions give.
    pub subscription_ids: Vec<SubscriptionId>,
    /// Of these members.
    pub member_ids: Vec<MemberId>,
    /// `product_benefit`, `granted_at`, `type` or `organization`, with `-` in front for descending.
    pub sorting: Vec<String>,
    /// The page, from 1.
    pub page: Option<u32>,
    /// Items per page: 10 unless said, at most 100.
    pub limit: Option<u32>,
}
