//! Benefits: what a product gives to its buyers.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    BenefitId, Client, FileId, Metadata, OrganizationId, Page, Result, Visibility, open_enum::open_enum, query::Query,
    request::Request, resources::file_ids::file_ids,
};

/// The benefits of the organization.
///
/// # Examples
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/example.rs"));
/// # fn main() { run(async |polar, _| {
/// use polar::{BenefitType, ListGrantsOfBenefit};
///
/// # let forest_files = demo::FOREST_FILES.into();
/// let benefit = polar.benefits().find(forest_files).await?.expect("it was not deleted");
/// assert_eq!(benefit.kind, BenefitType::Downloadables);
/// assert_eq!(benefit.files().len(), 5);
///
/// let grants = polar.benefits().grants(benefit.id, &ListGrantsOfBenefit::default()).await?;
/// assert_eq!(grants.expect("it was not deleted").pagination.total_count, 2);
/// # Ok(()) }) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Benefits<'a>(pub(super) &'a Client);

impl Client {
    /// What the shop's products give. Needs the scope `benefits:read`.
    #[must_use]
    pub fn benefits(&self) -> Benefits<'_> {
        Benefits(self)
    }
}

impl Benefits<'_> {
    /// One page of benefits, newest first.
    pub async fn list(&self, list: &ListBenefits) -> Result<Page<Benefit>> {
        self.0.send(list.request().page(list.page, list.limit)).await
    }

    /// The whole list; `page` and `limit` do not count.
    pub async fn list_all(&self, list: &ListBenefits) -> Result<Vec<Benefit>> {
        self.0.all(list.request(), |benefit: &Benefit| benefit.id).await
    }

    /// One benefit; deleted ones are not found.
    pub async fn find(&self, id: BenefitId) -> Result<Option<Benefit>> {
        self.0.find(Request::get("/benefits/{id}").with(id)).await
    }
}

/// Which benefits.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ListBenefits {
    /// These only.
    pub ids: Vec<BenefitId>,
    /// All but these.
    pub exclude_ids: Vec<BenefitId>,
    /// Of these kinds.
    pub types: Vec<BenefitType>,
    /// A part of the description.
    pub query: Option<String>,
    /// Benefits with these pairs in their metadata.
    pub metadata: BTreeMap<String, String>,
    /// `created_at`, `description`, `type` or `user_order`, with `-` in front for descending.
    pub sorting: Vec<String>,
    /// The page, from 1.
    pub page: Option<u32>,
    /// Items per page: 10 unless said, at most 100.
    pub limit: Option<u32>,
}

impl ListBenefits {
    fn request(&self) -> Request<'static> {
        let query = Query::default()
            .each("id", &self.ids)
            .each("exclude_id", &self.exclude_ids)
            .each("type", &self.types)
            .each("query", &self.query)
            .metadata(&self.metadata)
            .each("sorting", &self.sorting);
        Request::get("/benefits/").query(query)
    }
}

/// What a product gives. In checkouts and in the portal it is the short public form, without metadata and visibility.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Benefit {
    /// Its id.
    pub id: BenefitId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub modified_at: Option<Timestamp>,
    /// What kind it is.
    #[serde(rename = "type")]
    pub kind: BenefitType,
    /// Its name for the buyer.
    pub description: String,
    /// Whether it was deleted; nobody holds it then.
    pub is_deleted: bool,
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// Who sees it; missing in the public form.
    pub visibility: Option<Visibility>,
    /// The merchant's pairs; empty in the public form.
    #[serde(default)]
    pub metadata: Metadata,
    /// What depends on the kind; empty in the public form.
    #[serde(default)]
    pub properties: Map<String, Value>,
}

impl Benefit {
    /// The files that it gives at present: those named, without the archived ones. Empty in the public form.
    #[must_use]
    pub fn files(&self) -> Vec<FileId> {
        let archived = |id: &FileId| self.properties.get("archived").is_some_and(|files| files[id.to_string()] == true);
        let named = file_ids(&self.properties, "files").into_iter().filter(|id| !archived(id));
        named.chain(file_ids(&self.properties, "active_files")).collect()
    }
}

open_enum! {
    /// What kind of thing a benefit is.
    pub enum BenefitType {
        /// A text of the merchant's.
        Custom = "custom",
        /// Files.
        Downloadables = "downloadables",
        /// A licence key.
        LicenseKeys = "license_keys",
        /// A role on a Discord server.
        Discord = "discord",
        /// Access to a repository.
        GithubRepository = "github_repository",
        /// Units on a meter.
        MeterCredit = "meter_credit",
        /// A switch in the merchant's own product.
        FeatureFlag = "feature_flag",
        /// A Slack channel shared with the buyer.
        SlackSharedChannel = "slack_shared_channel",
        ..Unknown
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ONE: &str = "2d09a6ab-7c8d-45a6-91f6-5393c2e43f21";
    const TWO: &str = "fec1c026-6103-4585-b848-12782f9a73f3";

    fn files(properties: &Value) -> Vec<String> {
        let benefit: Benefit = serde_json::from_value(json!({
            "id": "9c4a185c-9e57-4488-a02e-b881c6ea7fad", "created_at": "2026-11-21T11:02:20Z", "type": "downloadables",
            "description": "Album", "is_deleted": false, "organization_id": "a3bd941f-1bf2-40f6-835e-aec6d3ac4e1e",
            "properties": properties,
        }))
        .unwrap();
        benefit.files().iter().map(FileId::to_string).collect()
    }

    #[test]
    fn only_files_that_are_named_and_not_archived_are_given() {
        let table = [
            ("no files", json!({}), vec![]),
            ("two files", json!({"files": [ONE, TWO], "archived": {}}), vec![ONE, TWO]),
            ("one archived", json!({"files": [ONE, TWO], "archived": {(ONE): true}}), vec![TWO]),
            ("one no longer archived", json!({"files": [ONE, TWO], "archived": {(ONE): false}}), vec![ONE, TWO]),
            ("the portal's form", json!({"active_files": [ONE]}), vec![ONE]),
            ("something else", json!({"files": "none", "archived": 5}), vec![]),
        ];
        for (case, properties, expected) in table {
            assert_eq!(files(&properties), expected, "{case}");
        }
    }
}
