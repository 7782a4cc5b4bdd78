//! Customer states: all that a customer holds, in one answer.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{
    BenefitGrantId, BenefitId, BenefitType, Currency, CustomerId, CustomerType, Customers, FileId, Interval, Metadata,
    OrganizationId, ProductId, Result, SubscriptionId, SubscriptionStatus, check::Check, request::Request,
    resources::file_ids::file_ids,
};

impl Customers<'_> {
    /// What the customer holds now. Polar keeps it ready and renews it on each change.
    pub async fn state(&self, id: CustomerId) -> Result<Option<CustomerState>> {
        self.0.find(Request::get("/customers/{id}/state").with(id)).await
    }

    /// What the customer with this id of ours holds now.
    pub async fn state_by_external_id(&self, external_id: &str) -> Result<Option<CustomerState>> {
        Check::default().segment("external_id", external_id).done()?;
        self.0.find(Request::get("/customers/external/{external_id}/state").with(external_id)).await
    }
}

/// A customer with all that it holds.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct CustomerState {
    /// The customer's id.
    pub id: CustomerId,
    /// When the customer was made.
    pub created_at: Timestamp,
    /// When the customer was last changed.
    pub modified_at: Option<Timestamp>,
    /// Our id of it.
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
    /// Whose customer it is.
    pub organization_id: OrganizationId,
    /// The merchant's pairs.
    #[serde(default)]
    pub metadata: Metadata,
    /// When it was deleted.
    pub deleted_at: Option<Timestamp>,
    /// Subscriptions that give their benefits.
    pub active_subscriptions: Vec<ActiveSubscription>,
    /// One entry for each grant: what was bought twice is here twice.
    pub granted_benefits: Vec<GrantedBenefit>,
}

/// A subscription that gives its benefits, trials included.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct ActiveSubscription {
    /// Its id.
    pub id: SubscriptionId,
    /// `Active` or `Trialing`.
    pub status: SubscriptionStatus,
    /// What is subscribed.
    pub product_id: ProductId,
    /// What a period costs, in minor units.
    pub amount: i64,
    /// The currency of the amount.
    pub currency: Currency,
    /// The unit of a period.
    pub recurring_interval: Interval,
    /// When the period began.
    pub current_period_start: Timestamp,
    /// When the period ends.
    pub current_period_end: Option<Timestamp>,
    /// Whether it ends with the period.
    pub cancel_at_period_end: bool,
}

/// A benefit that the customer holds. It says neither product nor order.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct GrantedBenefit {
    /// The grant's id.
    pub id: BenefitGrantId,
    /// Since when.
    pub granted_at: Timestamp,
    /// The benefit.
    pub benefit_id: BenefitId,
    /// What kind it is.
    pub benefit_type: BenefitType,
    /// The merchant's pairs on the benefit.
    #[serde(default)]
    pub benefit_metadata: Metadata,
    /// What depends on the kind.
    #[serde(default)]
    pub properties: Map<String, Value>,
}

impl GrantedBenefit {
    /// The files that it gives; none if the benefit has no active ones.
    #[must_use]
    pub fn files(&self) -> Vec<FileId> {
        file_ids(&self.properties, "files")
    }
}
