//! Reads a customer's orders and grants from Polar's portal, with few requests.
//!
//! Anyone who knows an e-mail address can get free products with it, any number of times. So for a customer with more than a hundred orders,
//! only these are read: the newest hundred, all that were paid for, all of subscriptions, and the newest order of every other product.

use std::collections::HashSet;

use futures_util::{StreamExt, TryStreamExt, stream};
use polar::{
    BenefitGrant, BenefitType, BillingType, CheckoutId, ListBenefitGrants, ListPortalOrders, OrderId, Portal,
    PortalOrder, ProductId, Result, SubscriptionId,
};
use store::Scope;
use uuid::Uuid;

/// Polar's largest page. This many ids also fit into one address.
const PAGE: u32 = 100;
/// How often orders of missing products are requested. Each time, the orders of a single product may fill the page.
const MOST_ROUNDS: usize = 5;
const QUESTIONS_AT_ONCE: usize = 4;

/// Orders and their grants.
pub(crate) struct Bought {
    pub(crate) orders: Vec<PortalOrder>,
    pub(crate) grants: Vec<BenefitGrant>,
    /// Whether the first page was the whole list.
    orders_are_whole: bool,
    grants_are_whole: bool,
}

impl Bought {
    #[cfg(test)]
    pub(crate) const fn of(orders: Vec<PortalOrder>, grants: Vec<BenefitGrant>) -> Self {
        Self { orders, grants, orders_are_whole: true, grants_are_whole: true }
    }

    /// Asks for the newest hundred orders and grants that a session sees; of grants, those of these types, or all.
    pub(crate) async fn newest(portal: &Portal<'_>, scope: &Scope, types: &[BenefitType]) -> Result<Self> {
        let orders = ListPortalOrders { limit: Some(PAGE), ..ListPortalOrders::default() };
        let grants = ListBenefitGrants { limit: Some(PAGE), ..grants_of(scope, types) };
        let (orders, grants) = tokio::try_join!(portal.orders(&orders), portal.benefit_grants(&grants))?;
        let (orders_are_whole, grants_are_whole) = (orders.is_whole(), grants.is_whole());
        let (mut orders, grants) = (orders.items, grants.items);
        if let Scope::Orders(_) = scope {
            // Polar's portal has no filter for this.
            orders.retain(|order| order.checkout_id.is_some_and(|id| scope.names(id.into())));
        }
        Ok(Self { orders, grants, orders_are_whole, grants_are_whole })
    }

    /// Asks for what else the session has to see: of an account, the newest orders of these products too.
    pub(crate) async fn complete(
        mut self,
        portal: &Portal<'_>,
        scope: &Scope,
        types: &[BenefitType],
        products: impl FnOnce() -> Vec<ProductId>,
    ) -> Result<Self> {
        if !self.orders_are_whole {
            match scope {
                Scope::Orders(_) => self.add_orders_of_grants(portal).await?,
                Scope::Account => self.add_orders(portal, &products()).await?,
            }
        }
        if !(self.orders_are_whole && self.grants_are_whole) {
            self.grants = list_grants(portal, &self.orders, types).await?;
        }
        Ok(self)
    }

    async fn add_orders_of_grants(&mut self, portal: &Portal<'_>) -> Result<()> {
        let known: HashSet<_> = self.orders.iter().map(|order| order.id).collect();
        let named: HashSet<_> = self.grants.iter().filter_map(|grant| grant.order_id).collect();
        let found = stream::iter(&named - &known).map(|id| portal.order_find(id)).buffer_unordered(QUESTIONS_AT_ONCE);
        let found: Vec<_> = found.try_collect().await?;
        self.add(found.into_iter().flatten());
        Ok(())
    }

    async fn add_orders(&mut self, portal: &Portal<'_>, products: &[ProductId]) -> Result<()> {
        let recurring = ListPortalOrders { billing_type: Some(BillingType::Recurring), ..ListPortalOrders::default() };
        let (paid, recurring) = tokio::try_join!(portal.paid_orders(), portal.all_orders(&recurring))?;
        self.add(paid.into_iter().chain(recurring));
        for _ in 0..MOST_ROUNDS {
            let known: HashSet<_> = self.orders.iter().filter_map(|order| order.product_id).collect();
            let unknown: Vec<_> = products.iter().copied().filter(|id| !known.contains(id)).collect();
            let lists = unknown.chunks(PAGE as usize).map(|ids| ListPortalOrders {
                product_ids: ids.to_vec(),
                limit: Some(PAGE),
                ..ListPortalOrders::default()
            });
            let lists: Vec<_> = lists.collect();
            let pages =
                stream::iter(lists).map(|list| async move { portal.orders(&list).await }).buffered(QUESTIONS_AT_ONCE);
            let orders: Vec<_> = pages.map_ok(|page| page.items).try_concat().await?;
            if orders.is_empty() {
                break;
            }
            self.add(orders);
        }
        Ok(())
    }

    fn add(&mut self, orders: impl IntoIterator<Item = PortalOrder>) {
        let mut known: HashSet<_> = self.orders.iter().map(|order| order.id).collect();
        self.orders.extend(orders.into_iter().filter(|order| known.insert(order.id)));
    }
}

fn grants_of(scope: &Scope, types: &[BenefitType]) -> ListBenefitGrants {
    let checkout_ids = match scope {
        Scope::Account => Vec::new(),
        // To Polar an empty list would mean the grants of all checkouts.
        Scope::Orders(orders) if orders.is_empty() => vec![CheckoutId::from(Uuid::nil())],
        Scope::Orders(orders) => orders.keys().copied().map(CheckoutId::from).collect(),
    };
    ListBenefitGrants { checkout_ids, types: types.to_vec(), ..ListBenefitGrants::default() }
}

/// Lists what orders gave, and the subscriptions that they pay for.
async fn list_grants(portal: &Portal<'_>, orders: &[PortalOrder], types: &[BenefitType]) -> Result<Vec<BenefitGrant>> {
    let subscriptions: HashSet<SubscriptionId> = orders.iter().filter_map(|order| order.subscription_id).collect();
    let subscriptions: Vec<_> = subscriptions.into_iter().collect();
    let orders: Vec<OrderId> = orders.iter().map(|order| order.id).collect();
    let list = || ListBenefitGrants { types: types.to_vec(), ..ListBenefitGrants::default() };
    let of_orders = orders.chunks(PAGE as usize).map(|ids| ListBenefitGrants { order_ids: ids.to_vec(), ..list() });
    let of_subscriptions =
        subscriptions.chunks(PAGE as usize).map(|ids| ListBenefitGrants { subscription_ids: ids.to_vec(), ..list() });
    let lists: Vec<_> = of_orders.chain(of_subscriptions).collect();
    let found = stream::iter(lists)
        .map(|list| async move { portal.all_benefit_grants(&list).await })
        .buffered(QUESTIONS_AT_ONCE);
    let found: Vec<Vec<_>> = found.try_collect().await?;
    let mut seen = HashSet::new();
    Ok(found.into_iter().flatten().filter(|grant| seen.insert(grant.id)).collect())
}
