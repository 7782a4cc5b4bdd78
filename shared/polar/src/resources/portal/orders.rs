//! The customer's orders.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, de::IgnoredAny};

use super::Portal;
use crate::{
    CheckoutId, Currency, CustomerId, Error, OrderId, OrderItem, OrderStatus, Page, Product, ProductId, Refusal,
    Result, SecretUrl, SubscriptionId, query::Query, request::Request,
};

impl Portal<'_> {
    /// One page of orders, newest first. Refused as `NotPermitted` for a member who is neither owner nor billing manager.
    pub async fn orders(&self, list: &ListPortalOrders) -> Result<Page<PortalOrder>> {
        self.client.send(self.list_orders(list).page(list.page, list.limit)).await
    }

    /// The whole list; `page` and `limit` do not count.
    pub async fn all_orders(&self, list: &ListPortalOrders) -> Result<Vec<PortalOrder>> {
        self.client.all(self.list_orders(list), |order: &PortalOrder| order.id).await
    }

    /// The orders that cost something, the dearest first. It takes as many calls as there are pages of them, however many free orders there are.
    ///
    /// # Examples
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/example.rs"));
    /// # fn main() { run(async |polar, _| {
    /// # let token = token_of(&polar, demo::ADA).await?;
    /// let paid = polar.portal(&token).paid_orders().await?;
    /// assert!(!paid.is_empty() && paid.iter().all(|order| order.net_amount > 0));
    /// # Ok(()) }) }
    /// ```
    pub async fn paid_orders(&self) -> Result<Vec<PortalOrder>> {
        let list = ListPortalOrders { sorting: vec!["-net_amount".to_owned()], ..ListPortalOrders::default() };
        let is_paid = |order: &PortalOrder| order.net_amount > 0;
        self.client.all_while(self.list_orders(&list), |order: &PortalOrder| order.id, is_paid).await
    }

    /// One order.
    pub async fn order_find(&self, id: OrderId) -> Result<Option<PortalOrder>> {
        self.client.find(self.get("/customer-portal/orders/{id}").with(id)).await
    }

    /// The address of the order's invoice, valid for about ten minutes. `None` before it is generated.
    pub async fn order_invoice(&self, id: OrderId) -> Result<Option<SecretUrl>> {
        let request = self.get("/customer-portal/orders/{id}/invoice").with(id);
        match self.client.find::<Invoice>(request).await {
            Err(Error::Refused { refusal: Refusal::InvoiceDoesNotExist }) => Ok(None),
            found => Ok(found?.map(|invoice| invoice.url)),
        }
    }

    /// Asks for the order's invoice, which is ready a little later; `false` if there is no such order.
    ///
    /// Refused as `MissingInvoiceBillingDetails` without a billing name and address.
    ///
    /// # Examples
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/example.rs"));
    /// # fn main() { run(async |polar, standin| {
    /// # let token = token_of(&polar, demo::ADA).await?;
    /// use polar::ListPortalOrders;
    ///
    /// let portal = polar.portal(&token);
    /// let orders = portal.all_orders(&ListPortalOrders::default()).await?;
    /// assert!(portal.order_invoice_create(orders[0].id).await?);
    /// # standin.settle().await;
    /// assert!(portal.order_invoice(orders[0].id).await?.is_some()); // a little later
    /// # Ok(()) }) }
    /// ```
    pub async fn order_invoice_create(&self, id: OrderId) -> Result<bool> {
        let request = self.signed(Request::post("/customer-portal/orders/{id}/invoice").with(id).empty());
        Ok(self.client.find::<IgnoredAny>(request).await?.is_some())
    }

    fn list_orders(&self, list: &ListPortalOrders) -> Request<'_> {
        let query = Query::default()
            .each("product_id", &list.product_ids)
            .each("product_billing_type", list.billing_type)
            .each("subscription_id", &list.subscription_ids)
            .each("query", &list.query)
            .each("sorting", &list.sorting);
        self.get("/customer-portal/orders/").query(query)
    }
}

/// Which of the customer's orders. There is no filter by checkout.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ListPortalOrders {
    /// Of these products.
    pub product_ids: Vec<ProductId>,
    /// Of products that are paid for once, or again and again.
    pub billing_type: Option<BillingType>,
    /// Of these subscriptions.
    pub subscription_ids: Vec<SubscriptionId>,
    /// A part of the product's name.
    pub query: Option<String>,
    /// `created_at`, `amount`, `net_amount`, `product` or `subscription`, with `-` in front for descending.
    pub sorting: Vec<String>,
    /// The page, from 1.
    pub page: Option<u32>,
    /// Items per page: 10 unless said, at most 100.
    pub limit: Option<u32>,
}

/// How often a product is paid for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum BillingType {
    /// Once.
    OneTime,
    /// Again and again: a subscription.
    Recurring,
}

impl fmt::Display for BillingType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OneTime => "one_time",
            Self::Recurring => "recurring",
        })
    }
}

/// An order as its buyer sees it. Amounts are in the currency's minor unit.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct PortalOrder {
    /// Its id.
    pub id: OrderId,
    /// When it was bought.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub modified_at: Option<Timestamp>,
    /// How far it is.
    pub status: OrderStatus,
    /// Whether it was paid; it stays so after a refund.
    pub paid: bool,
    /// The currency of the amounts.
    pub currency: Currency,
    /// Before discount and tax.
    pub subtotal_amount: i64,
    /// What the discount takes off.
    pub discount_amount: i64,
    /// After the discount, before tax.
    pub net_amount: i64,
    /// Tax.
    pub tax_amount: i64,
    /// What was paid.
    pub total_amount: i64,
    /// The refunded amount, before tax. A refund alone does not revoke access.
    pub refunded_amount: i64,
    /// The number on the invoice.
    pub invoice_number: Option<String>,
    /// Whether the invoice can be fetched.
    pub is_invoice_generated: bool,
    /// The buyer.
    pub customer_id: CustomerId,
    /// What was bought.
    pub product_id: Option<ProductId>,
    /// The product itself with its benefits in the public form, without its metadata.
    pub product: Option<Product>,
    /// The subscription that it pays for.
    pub subscription_id: Option<SubscriptionId>,
    /// Where it was bought; renewals have none.
    pub checkout_id: Option<CheckoutId>,
    /// Its lines.
    #[serde(default)]
    pub items: Vec<OrderItem>,
    /// One line about it for the buyer.
    pub description: String,
}

#[derive(Deserialize)]
struct Invoice {
    url: SecretUrl,
}
