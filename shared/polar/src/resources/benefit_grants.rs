//! Benefit grants: one buyer's copy of a benefit.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{
    Benefit, BenefitGrantId, BenefitId, Benefits, Client, CustomerId, FileId, LicenseKeyId, MemberId, OrderId, Page,
    Result, SubscriptionId, query::Query, request::Request, resources::file_ids::file_ids,
};

/// The grants of all customers.
///
/// # Examples
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/example.rs"));
/// # fn main() { run(async |polar, _| {
/// use polar::ListGrants;
///
/// # let grace = demo::GRACE.into();
/// let of_grace = ListGrants { customer_ids: vec![grace], is_granted: Some(true), ..ListGrants::default() };
/// let grants = polar.benefit_grants().list_all(&of_grace).await?;
/// assert!(grants.iter().any(|grant| grant.license_key().is_some()));
/// # Ok(()) }) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct BenefitGrants<'a>(&'a Client);

impl Client {
    /// Who holds what. Needs the scope `benefits:read`.
    #[must_use]
    pub fn benefit_grants(&self) -> BenefitGrants<'_> {
        BenefitGrants(self)
    }
}

impl BenefitGrants<'_> {
    /// One page of grants, newest first.
    pub async fn list(&self, list: &ListGrants) -> Result<Page<BenefitGrant>> {
        self.0.send(list.request().page(list.page, list.limit)).await
    }

    /// The whole list; `page` and `limit` do not count.
    pub async fn list_all(&self, list: &ListGrants) -> Result<Vec<BenefitGrant>> {
        self.0.all(list.request(), |grant: &BenefitGrant| grant.id).await
    }
}

impl Benefits<'_> {
    /// Who holds the benefit; `None` if there is no such benefit.
    pub async fn grants(&self, id: BenefitId, list: &ListGrantsOfBenefit) -> Result<Option<Page<BenefitGrant>>> {
        let request = Request::get("/benefits/{id}/grants").with(id).query(list.query());
        self.0.find(request.page(list.page, list.limit)).await
    }
}

/// Which grants.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ListGrants {
    /// Of these customers.
    pub customer_ids: Vec<CustomerId>,
    /// Of the customers with these ids of ours.
    pub external_customer_ids: Vec<String>,
    /// Only those that hold now, or that do not.
    pub is_granted: Option<bool>,
    /// `created_at`, `granted_at` or `revoked_at`, with `-` in front for descending.
    pub sorting: Vec<String>,
    /// The page, from 1.
    pub page: Option<u32>,
    /// Items per page: 10 unless said, at most 100.
    pub limit: Option<u32>,
}

impl ListGrants {
    fn request(&self) -> Request<'static> {
        let query = Query::default()
            .each("customer_id", &self.customer_ids)
            .each("external_customer_id", &self.external_customer_ids)
            .each("is_granted", self.is_granted)
            .each("sorting", &self.sorting);
        Request::get("/benefit-grants/").query(query)
    }
}

/// Which grants of one benefit.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ListGrantsOfBenefit {
    /// Only those that hold now, or that do not.
    pub is_granted: Option<bool>,
    /// Of these customers.
    pub customer_ids: Vec<CustomerId>,
    /// Of these members.
    pub member_ids: Vec<MemberId>,
    /// The page, from 1.
    pub page: Option<u32>,
    /// Items per page: 10 unless said, at most 100.
    pub limit: Option<u32>,
}

impl ListGrantsOfBenefit {
    fn query(&self) -> Query {
        Query::default()
            .each("is_granted", self.is_granted)
            .each("customer_id", &self.customer_ids)
            .each("member_id", &self.member_ids)
    }
}

/// One buyer's copy of a benefit. Which product it came with follows from the order or subscription.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct BenefitGrant {
    /// Its id.
    pub id: BenefitGrantId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub modified_at: Option<Timestamp>,
    /// Since when the buyer has it.
    pub granted_at: Option<Timestamp>,
    /// Whether the buyer has it; not yet, right after the purchase.
    pub is_granted: bool,
    /// When it was taken away.
    pub revoked_at: Option<Timestamp>,
    /// Whether it was taken away.
    pub is_revoked: bool,
    /// The buyer.
    pub customer_id: CustomerId,
    /// The person of the buyer's, in organizations with the member model.
    pub member_id: Option<MemberId>,
    /// The benefit.
    pub benefit_id: BenefitId,
    /// The order that gave it.
    pub order_id: Option<OrderId>,
    /// The subscription that gives it.
    pub subscription_id: Option<SubscriptionId>,
    /// The benefit itself.
    pub benefit: Benefit,
    /// What depends on the kind of benefit.
    #[serde(default)]
    pub properties: Map<String, Value>,
    /// The properties before the change, in webhooks only: those of a revoked grant name what was lost.
    #[serde(default)]
    pub previous_properties: Option<Map<String, Value>>,
    /// Why granting failed.
    pub error: Option<GrantError>,
}

impl BenefitGrant {
    /// The files that this copy gives.
    #[must_use]
    pub fn files(&self) -> Vec<FileId> {
        file_ids(&self.properties, "files")
    }

    /// The licence key that this copy is.
    #[must_use]
    pub fn license_key(&self) -> Option<LicenseKeyId> {
        self.properties.get("license_key_id")?.as_str()?.parse().ok()
    }
}

/// Why a benefit could not be granted.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct GrantError {
    /// Polar's text.
    pub message: String,
    /// Polar's name of the error.
    #[serde(rename = "type")]
    pub kind: String,
}
