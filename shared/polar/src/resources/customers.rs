//! Customers: who bought something.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;

use crate::{
    Address, Client, CustomerId, Metadata, OrganizationId, Page, Result, check::Check, open_enum::open_enum,
    query::Query, request::Request,
};

/// The customers of the organization.
///
/// # Examples
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/example.rs"));
/// # fn main() { run(async |polar, _| {
/// let ada = polar.customers().find_by_email("ADA@recordings-mail.net").await?.expect("she bought here");
/// assert_eq!(ada.name.as_deref(), Some("Ada Lovelace"));
///
/// let state = polar.customers().state(ada.id).await?.expect("she was not deleted");
/// assert_eq!(state.granted_benefits.len(), 2);
/// assert!(state.active_subscriptions.is_empty());
/// # Ok(()) }) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Customers<'a>(pub(super) &'a Client);

impl Client {
    /// The shop's customers. Need the scope `customers:read`.
    #[must_use]
    pub fn customers(&self) -> Customers<'_> {
        Customers(self)
    }
}

impl Customers<'_> {
    /// One page of customers, newest first.
    pub async fn list(&self, list: &ListCustomers) -> Result<Page<Customer>> {
        self.0.send(list.request().page(list.page, list.limit)).await
    }

    /// The whole list; `page` and `limit` do not count.
    pub async fn list_all(&self, list: &ListCustomers) -> Result<Vec<Customer>> {
        self.0.all(list.request(), |customer: &Customer| customer.id).await
    }

    /// One customer; deleted ones are not found.
    pub async fn find(&self, id: CustomerId) -> Result<Option<Customer>> {
        self.0.find(Request::get("/customers/{id}").with(id)).await
    }

    /// The customer with this id of ours, in exactly this case. Polar cannot look up ids that contain a slash.
    pub async fn find_by_external_id(&self, external_id: &str) -> Result<Option<Customer>> {
        Check::default().segment("external_id", external_id).done()?;
        self.0.find(Request::get("/customers/external/{external_id}").with(external_id)).await
    }

    /// The customer with this e-mail address, in any case; no two have the same.
    pub async fn find_by_email(&self, email: &str) -> Result<Option<Customer>> {
        Check::default().that(!email.is_empty(), "email", "must not be empty").done()?;
        let list = ListCustomers { email: Some(email.to_owned()), ..ListCustomers::default() };
        Ok(self.list(&list).await?.items.into_iter().next())
    }
}

/// Which customers.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ListCustomers {
    /// With exactly this address, in any case.
    pub email: Option<String>,
    /// A part of name or address.
    pub query: Option<String>,
    /// Customers with these pairs in their metadata.
    pub metadata: BTreeMap<String, String>,
    /// `created_at`, `email` or `name`, with `-` in front for descending.
    pub sorting: Vec<String>,
    /// The page, from 1.
    pub page: Option<u32>,
    /// Items per page: 10 unless said, at most 100.
    pub limit: Option<u32>,
}

impl ListCustomers {
    fn request(&self) -> Request<'static> {
        let query = Query::default()
            .each("email", &self.email)
            .each("query", &self.query)
            .metadata(&self.metadata)
            .each("sorting", &self.sorting);
        Request::get("/customers/").query(query)
    }
}

/// A customer as the shop sees it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Customer {
    /// Its id.
    pub id: CustomerId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub modified_at: Option<Timestamp>,
    /// Our id of it; once set, it never changes.
    pub external_id: Option<String>,
    /// Teams may have none.
    pub email: Option<String>,
    /// Whether the person has proven to read this mailbox.
    pub email_verified: bool,
    /// One person or several.
    #[serde(rename = "type")]
    pub kind: CustomerType,
    /// The name.
    pub name: Option<String>,
    /// The name on invoices.
    pub billing_name: Option<String>,
    /// The address on invoices.
    pub billing_address: Option<Address>,
    /// The language.
    pub locale: Option<String>,
    /// Whose customer it is.
    pub organization_id: OrganizationId,
    /// The merchant's pairs.
    #[serde(default)]
    pub metadata: Metadata,
    /// When it was deleted.
    pub deleted_at: Option<Timestamp>,
}

open_enum! {
    /// One person or several.
    pub enum CustomerType {
        /// One person.
        Individual = "individual",
        /// Several members.
        Team = "team",
        ..Unknown
    }
}
