//! The customer's licence keys.

use super::Portal;
use crate::{BenefitId, LicenseKey, LicenseKeyId, Page, Result, query::Query, request::Request};

impl Portal<'_> {
    /// One page of keys.
    pub async fn license_keys(&self, list: &ListPortalLicenseKeys) -> Result<Page<LicenseKey>> {
        self.client.send(self.list_license_keys(list).page(list.page, list.limit)).await
    }

    /// The whole list; `page` and `limit` do not count.
    pub async fn all_license_keys(&self, list: &ListPortalLicenseKeys) -> Result<Vec<LicenseKey>> {
        self.client.all(self.list_license_keys(list), |key: &LicenseKey| key.id).await
    }

    /// One key with its activations.
    ///
    /// # Examples
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/example.rs"));
    /// # fn main() { run(async |polar, _| {
    /// # let token = token_of(&polar, demo::GRACE).await?;
    /// use polar::ListPortalLicenseKeys;
    ///
    /// let keys = polar.portal(&token).all_license_keys(&ListPortalLicenseKeys::default()).await?;
    /// let key = polar.portal(&token).license_key_find(keys[0].id).await?.expect("it was just listed");
    /// assert_eq!(key.limit_activations, Some(3));
    /// assert!(key.activations.is_empty());
    /// # Ok(()) }) }
    /// ```
    pub async fn license_key_find(&self, id: LicenseKeyId) -> Result<Option<LicenseKey>> {
        self.client.find(self.get("/customer-portal/license-keys/{id}").with(id)).await
    }

    fn list_license_keys(&self, list: &ListPortalLicenseKeys) -> Request<'_> {
        let query = Query::default().each("benefit_id", &list.benefit_ids);
        self.get("/customer-portal/license-keys/").query(query)
    }
}

/// Which of the customer's keys.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ListPortalLicenseKeys {
    /// Of these benefits.
    pub benefit_ids: Vec<BenefitId>,
    /// The page, from 1.
    pub page: Option<u32>,
    /// Items per page: 10 unless said, at most 100.
    pub limit: Option<u32>,
}
