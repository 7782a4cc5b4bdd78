//! The customer portal: what one customer may see and fetch, asked for with that customer's own token.

mod downloadables;
mod grants;
mod license_keys;
mod orders;
mod profile;
mod subscriptions;

pub use downloadables::{Download, Downloadable, DownloadableFile, ListDownloadables, StoredFile};
pub use grants::ListBenefitGrants;
pub use license_keys::ListPortalLicenseKeys;
pub use orders::{BillingType, ListPortalOrders, PortalOrder};
pub use profile::{PortalCustomer, PortalSession, PortalUser, PortalUserType};
pub use subscriptions::ListPortalSubscriptions;

use crate::{
    Client, CustomerToken,
    request::{Bearer, Request},
};

/// Polar as one customer sees it. Its calls count against the customer's own rate limit, not the shop's.
///
/// # Examples
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/example.rs"));
/// # fn main() { run(async |polar, _| {
/// # let ada = demo::ADA.into();
/// let session = polar.customer_sessions().create(ada).await?.expect("there is such a customer");
/// let me = polar.portal(&session.token).me().await?;
/// assert_eq!((me.id, me.name.as_deref()), (ada, Some("Ada Lovelace")));
/// # Ok(()) }) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Portal<'a> {
    client: &'a Client,
    token: &'a CustomerToken,
}

impl Client {
    /// Asks as the customer with this token. `Unauthorized` then means that this token is over: make a new session.
    #[must_use]
    pub fn portal<'a>(&'a self, token: &'a CustomerToken) -> Portal<'a> {
        Portal { client: self, token }
    }
}

impl Portal<'_> {
    fn get(&self, template: &'static str) -> Request<'_> {
        self.signed(Request::get(template))
    }

    fn signed<'r>(&'r self, request: Request<'r>) -> Request<'r> {
        request.bearer(Bearer::Customer(self.token))
    }
}
