//! Who the customer is, and how long the session lasts.

use jiff::Timestamp;
use serde::Deserialize;

use super::Portal;
use crate::{Address, CustomerId, CustomerType, MemberId, Result, open_enum::open_enum};

impl Portal<'_> {
    /// The customer's own data.
    pub async fn me(&self) -> Result<PortalCustomer> {
        self.client.send(self.get("/customer-portal/customers/me")).await
    }

    /// Whose token it is. It does not say of which organization: look the customer up with the shop's token, too.
    ///
    /// # Examples
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/example.rs"));
    /// # fn main() { run(async |polar, _| {
    /// # let ada = demo::ADA.into();
    /// # let token = token_of(&polar, demo::ADA).await?;
    /// let user = polar.portal(&token).user().await?;
    /// assert_eq!(user.customer_id, ada);
    /// # Ok(()) }) }
    /// ```
    pub async fn user(&self) -> Result<PortalUser> {
        self.client.send(self.get("/customer-portal/customer-session/user")).await
    }

    /// How long the token lasts.
    pub async fn introspect(&self) -> Result<PortalSession> {
        self.client.send(self.get("/customer-portal/customer-session/introspect")).await
    }
}

/// The customer's own data.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct PortalCustomer {
    /// The customer.
    pub id: CustomerId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub modified_at: Option<Timestamp>,
    /// Teams may have none.
    pub email: Option<String>,
    /// Whether the person has proven to read this mailbox.
    pub email_verified: bool,
    /// The name.
    pub name: Option<String>,
    /// The name on invoices.
    pub billing_name: Option<String>,
    /// The address on invoices.
    pub billing_address: Option<Address>,
    /// One person or several.
    #[serde(rename = "type")]
    pub kind: Option<CustomerType>,
    /// The language.
    pub locale: Option<String>,
}

/// Whose token it is.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct PortalUser {
    /// A customer or one of its members.
    #[serde(rename = "type")]
    pub kind: PortalUserType,
    /// The name.
    pub name: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// The customer.
    pub customer_id: CustomerId,
    /// The member.
    pub member_id: Option<MemberId>,
    /// The member's role: `owner`, `billing_manager`, `member`.
    pub role: Option<String>,
}

/// How long a portal session lasts.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct PortalSession {
    /// When the token ends.
    pub expires_at: Timestamp,
    /// Where the hosted portal leads back to.
    pub return_url: Option<String>,
}

open_enum! {
    /// What kind of person holds a portal token.
    pub enum PortalUserType {
        /// The customer.
        Customer = "customer",
        /// A member of the customer's.
        Member = "member",
        ..Unknown
    }
}
