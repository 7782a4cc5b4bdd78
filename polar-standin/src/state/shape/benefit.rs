use serde_json::{Value, json};

use super::{extend, maybe};
use crate::clock::written;
use crate::shop::{Benefit, Kind};
use crate::state::State;

impl State {
    /// The organization's view, with properties (recording 606).
    pub(crate) fn benefit_shape(&self, benefit: &Benefit) -> Value {
        let properties = match &benefit.kind {
            Kind::Downloadables { files, archived } => {
                let archived: serde_json::Map<String, Value> =
                    archived.iter().map(|id| (id.to_string(), json!(true))).collect();
                json!({"files": files, "archived": archived})
            }
            _ => rights(&benefit.kind),
        };
        extend(
            self.public_benefit_shape(benefit),
            json!({
                "metadata": benefit.metadata,
                "visibility": benefit.visibility,
                "properties": properties,
                "visibility_configurable": matches!(benefit.kind, Kind::Custom { .. }),
            }),
        )
    }

    /// The short form of products, checkouts and links.
    pub(crate) fn public_benefit_shape(&self, benefit: &Benefit) -> Value {
        json!({
            "id": benefit.id,
            "created_at": written(benefit.created_at),
            "modified_at": maybe(benefit.modified_at),
            "type": benefit.type_name(),
            "description": benefit.description,
            "selectable": true,
            "deletable": true,
            "is_deleted": false,
            "organization_id": self.shop.organization.id,
        })
    }

    /// The view of somebody who holds it (recording 549).
    pub(crate) fn held_benefit_shape(&self, benefit: &Benefit) -> Value {
        let properties = match &benefit.kind {
            Kind::Downloadables { .. } => json!({"active_files": benefit.active_files()}),
            other => rights(other),
        };
        extend(
            self.public_benefit_shape(benefit),
            json!({"organization": self.organization_shape(), "properties": properties}),
        )
    }
}

/// Properties that the organization and the buyer see alike.
fn rights(kind: &Kind) -> Value {
    match kind {
        Kind::Custom { note } => json!({"note": note}),
        Kind::LicenseKeys { prefix, limit_activations, limit_usage } => json!({
            "prefix": prefix,
            "expires": null,
            "activations": limit_activations.map(|limit| json!({"limit": limit, "enable_customer_admin": true})),
            "limit_usage": limit_usage,
        }),
        Kind::Downloadables { .. } => json!({}),
    }
}
