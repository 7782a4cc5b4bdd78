//! Orders: completed purchases.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;

use crate::{
    Address, CheckoutId, Client, Currency, Customer, CustomerId, DiscountId, Metadata, OrderId, Page, Product,
    ProductId, Result, SubscriptionId, open_enum::open_enum, query::Query, request::Request,
};

/// The orders of the organization.
///
/// # Examples
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/example.rs"));
/// # fn main() { run(async |polar, _| {
/// use polar::{ListOrders, OrderStatus};
///
/// # let ada = demo::ADA.into();
/// let of_ada = ListOrders { customer_ids: vec![ada], ..ListOrders::default() };
/// let orders = polar.orders().list_all(&of_ada).await?;
/// assert_eq!(orders[0].status, OrderStatus::Paid);
/// assert_eq!(orders[0].product.as_ref().expect("it is known").name, "Low-Poly Forest");
/// # Ok(()) }) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Orders<'a>(&'a Client);

impl Client {
    /// What was bought. Needs the scope `orders:read`.
    #[must_use]
    pub fn orders(&self) -> Orders<'_> {
        Orders(self)
    }
}

impl Orders<'_> {
    /// One page of orders, newest first.
    pub async fn list(&self, list: &ListOrders) -> Result<Page<Order>> {
        self.0.send(list.request().page(list.page, list.limit)).await
    }

    /// The whole list; `page` and `limit` do not count.
    pub async fn list_all(&self, list: &ListOrders) -> Result<Vec<Order>> {
        self.0.all(list.request(), |order: &Order| order.id).await
    }

    /// One order; it outlives its customer.
    pub async fn find(&self, id: OrderId) -> Result<Option<Order>> {
        self.0.find(Request::get("/orders/{id}").with(id)).await
    }
}

/// Which orders.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ListOrders {
    /// From these checkouts.
    pub checkout_ids: Vec<CheckoutId>,
    /// Of these customers.
    pub customer_ids: Vec<CustomerId>,
    /// Of the customers with these ids of ours.
    pub external_customer_ids: Vec<String>,
    /// Of these products.
    pub product_ids: Vec<ProductId>,
    /// Of these subscriptions.
    pub subscription_ids: Vec<SubscriptionId>,
    /// In these states.
    pub statuses: Vec<OrderStatus>,
    /// Orders with these pairs in their metadata.
    pub metadata: BTreeMap<String, String>,
    /// `created_at`, `status`, `amount`, `net_amount` and others, with `-` in front for descending.
    pub sorting: Vec<String>,
    /// The page, from 1.
    pub page: Option<u32>,
    /// Items per page: 10 unless said, at most 100.
    pub limit: Option<u32>,
}

impl ListOrders {
    fn request(&self) -> Request<'static> {
        let query = Query::default()
            .each("checkout_id", &self.checkout_ids)
            .each("customer_id", &self.customer_ids)
            .each("external_customer_id", &self.external_customer_ids)
            .each("product_id", &self.product_ids)
            .each("subscription_id", &self.subscription_ids)
            .each("status", &self.statuses)
            .metadata(&self.metadata)
            .each("sorting", &self.sorting);
        Request::get("/orders/").query(query)
    }
}

/// An order as the shop sees it. Amounts are in the currency's minor unit.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Order {
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
    /// Why there is an order.
    pub billing_reason: BillingReason,
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
    /// What was given back, before tax. It takes no access away by itself.
    pub refunded_amount: i64,
    /// The number on the invoice.
    pub invoice_number: Option<String>,
    /// Whether the invoice can be fetched.
    pub is_invoice_generated: bool,
    /// The name on the invoice.
    pub billing_name: Option<String>,
    /// The address on the invoice.
    pub billing_address: Option<Address>,
    /// The buyer.
    pub customer_id: CustomerId,
    /// The buyer, even if meanwhile deleted.
    pub customer: Customer,
    /// What was bought.
    pub product_id: Option<ProductId>,
    /// The product itself, without prices, benefits and pictures.
    pub product: Option<Product>,
    /// The discount.
    pub discount_id: Option<DiscountId>,
    /// The subscription that it pays for.
    pub subscription_id: Option<SubscriptionId>,
    /// Where it was bought; renewals have none.
    pub checkout_id: Option<CheckoutId>,
    /// The merchant's pairs, from the checkout.
    #[serde(default)]
    pub metadata: Metadata,
    /// Its lines.
    #[serde(default)]
    pub items: Vec<OrderItem>,
    /// One line about it for the buyer.
    pub description: String,
}

/// One line of an order.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct OrderItem {
    /// Its text.
    pub label: String,
    /// Before discount and tax.
    pub amount: i64,
    /// Tax.
    pub tax_amount: i64,
}

open_enum! {
    /// How far an order is.
    pub enum OrderStatus {
        /// Not complete yet.
        Draft = "draft",
        /// Waits for its payment.
        Pending = "pending",
        /// Paid.
        Paid = "paid",
        /// All of it was given back.
        Refunded = "refunded",
        /// A part of it was given back.
        PartiallyRefunded = "partially_refunded",
        /// It does not count.
        Void = "void",
        ..Unknown
    }
}

open_enum! {
    /// Why there is an order.
    pub enum BillingReason {
        /// Something was bought once.
        Purchase = "purchase",
        /// A subscription began.
        SubscriptionCreate = "subscription_create",
        /// A subscription went on.
        SubscriptionCycle = "subscription_cycle",
        /// A subscription changed.
        SubscriptionUpdate = "subscription_update",
        /// A subscription's meter was billed.
        SubscriptionMeterCycle = "subscription_meter_cycle",
        ..Unknown
    }
}
