//! The customer portal: routes for a customer's own token.

mod benefit_grants;
mod customers;
mod downloadables;
mod license_keys;
mod orders;
mod organizations;
mod subscriptions;

use axum::routing::{MethodRouter, get, post};

use super::license_keys as keys;
use crate::world::World;

pub(super) fn table() -> Vec<(&'static str, MethodRouter<World>)> {
    vec![
        ("/v1/customer-portal/downloadables/", get(downloadables::list)),
        ("/v1/customer-portal/downloadables/{token}", get(downloadables::follow)),
        ("/v1/customer-portal/benefit-grants/", get(benefit_grants::list)),
        ("/v1/customer-portal/benefit-grants/{id}", get(benefit_grants::find)),
        ("/v1/customer-portal/orders/", get(orders::list)),
        ("/v1/customer-portal/orders/{id}", get(orders::find).patch(orders::update)),
        ("/v1/customer-portal/orders/{id}/invoice", get(orders::invoice).post(orders::make_invoice)),
        ("/v1/customer-portal/subscriptions/", get(subscriptions::list)),
        ("/v1/customer-portal/subscriptions/{id}", get(subscriptions::find)),
        ("/v1/customer-portal/license-keys/", get(license_keys::list)),
        ("/v1/customer-portal/license-keys/{id}", get(license_keys::find)),
        ("/v1/customer-portal/license-keys/validate", post(keys::portal_validate)),
        ("/v1/customer-portal/license-keys/activate", post(keys::portal_activate)),
        ("/v1/customer-portal/license-keys/deactivate", post(keys::portal_deactivate)),
        ("/v1/customer-portal/customers/me", get(customers::me)),
        ("/v1/customer-portal/customer-session/introspect", get(customers::introspect)),
        ("/v1/customer-portal/customer-session/user", get(customers::user)),
        ("/v1/customer-portal/organizations/{slug}", get(organizations::find)),
    ]
}
