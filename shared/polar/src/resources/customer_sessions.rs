//! Customer sessions: Polar's credential to act as a customer for an hour.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Client, Customer, CustomerId, CustomerSessionId, CustomerToken, Error, MemberId, Result, SecretUrl, check::Check,
    request::Request,
};

/// Makes customer sessions.
///
/// # Examples
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/example.rs"));
/// # fn main() { run(async |polar, _| {
/// use polar::ListPortalOrders;
///
/// # let ada = demo::ADA.into();
/// let session = polar.customer_sessions().create(ada).await?.expect("there is such a customer");
/// let orders = polar.portal(&session.token).all_orders(&ListPortalOrders::default()).await?;
/// assert_eq!(orders[0].customer_id, ada);
/// # Ok(()) }) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct CustomerSessions<'a>(&'a Client);

impl Client {
    /// Acting as a customer. Needs the scope `customer_sessions:write`.
    #[must_use]
    pub fn customer_sessions(&self) -> CustomerSessions<'_> {
        CustomerSessions(self)
    }
}

impl CustomerSessions<'_> {
    /// A session of this customer, in organizations with the member model of its owner. `None` if there is no such customer.
    pub async fn create(&self, customer_id: CustomerId) -> Result<Option<CustomerSession>> {
        let session = CreateCustomerSession { customer_id: Some(customer_id), ..CreateCustomerSession::default() };
        self.create_for(&session).await
    }

    /// A session with more to say about whose it is. `None` if there is no such customer.
    pub async fn create_for(&self, session: &CreateCustomerSession) -> Result<Option<CustomerSession>> {
        session.check()?;
        match self.0.send(Request::post("/customer-sessions/").json(session)).await {
            Ok(session) => Ok(Some(session)),
            Err(error) if is_unknown_customer(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Polar answers 422 and not 404 for a customer that does not exist or was deleted. The text tells this from other
/// complaints about the customer; if Polar rewords it, the rejection is passed on rather than taken for a deletion.
fn is_unknown_customer(error: &Error) -> bool {
    let Error::Rejected { fields, .. } = error else { return false };
    let ids = ["customer_id", "external_customer_id"];
    fields.iter().any(|fault| ids.contains(&fault.field.as_str()) && fault.message == "Customer does not exist.")
}

/// Whose session: exactly one of the two ids of the customer, and a member for teams.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct CreateCustomerSession {
    /// Polar's id of the customer.
    pub customer_id: Option<CustomerId>,
    /// Our id of the customer.
    pub external_customer_id: Option<String>,
    /// Polar's id of the member.
    pub member_id: Option<MemberId>,
    /// Our id of the member.
    pub external_member_id: Option<String>,
    /// Where the hosted portal leads back to.
    pub return_url: Option<String>,
}

impl CreateCustomerSession {
    fn check(&self) -> Result<()> {
        let one = self.customer_id.is_some() != self.external_customer_id.is_some();
        Check::default()
            .that(one, "customer_id", "name the customer by exactly one of its ids")
            .url("return_url", self.return_url.as_deref())
            .done()
    }
}

/// A credential to act as a customer. It cannot be renewed or revoked; it dies with the customer.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct CustomerSession {
    /// Its id.
    pub id: CustomerSessionId,
    /// When it was made.
    pub created_at: Timestamp,
    /// The credential. With the member model it sees that member's files only.
    pub token: CustomerToken,
    /// An hour after it was made.
    pub expires_at: Timestamp,
    /// Polar's own portal, with the token and the e-mail address in it.
    pub customer_portal_url: SecretUrl,
    /// The customer.
    pub customer_id: CustomerId,
    /// The customer itself.
    pub customer: Customer,
}
