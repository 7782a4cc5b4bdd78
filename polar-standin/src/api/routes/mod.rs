//! The routes of the API, one file per resource.

mod benefits;
mod checkout_body;
mod checkout_client;
mod checkout_links;
mod checkouts;
mod customer_sessions;
mod customers;
mod files;
mod license_keys;
mod orders;
mod portal;
mod products;
mod refunds;
mod webhook_body;
mod webhooks;

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, any, get, patch, post};
use axum::{Router, middleware};
use http::{HeaderMap, Method, StatusCode, Uri, header};

use crate::answer::{Refusal, redirect, set};
use crate::api::gate::gate;
use crate::world::World;

/// Every route with its exact slashes (recording 700).
pub(crate) fn table() -> Vec<(&'static str, MethodRouter<World>)> {
    let mut table = vec![
        ("/v1/products/", get(products::list)),
        ("/v1/products/{id}", get(products::find)),
        ("/v1/checkouts/", get(checkouts::list).post(checkouts::create)),
        ("/v1/checkouts/{id}", get(checkouts::find).patch(checkouts::update)),
        ("/v1/checkouts/client/{client_secret}", get(checkout_client::find).patch(checkout_client::update)),
        ("/v1/checkouts/client/{client_secret}/confirm", post(checkout_client::confirm)),
        ("/v1/checkout-links/", get(checkout_links::list)),
        ("/v1/checkout-links/{id}", get(checkout_links::find)),
        ("/v1/checkout-links/{id}/redirect", get(checkout_links::visit)),
        ("/v1/customers/", get(customers::list)),
        ("/v1/customers/{id}", get(customers::find)),
        ("/v1/customers/{id}/state", get(customers::state)),
        ("/v1/customers/external/{external_id}", get(customers::find_external)),
        ("/v1/customers/external/{external_id}/state", get(customers::state_external)),
        ("/v1/customer-sessions/", post(customer_sessions::create)),
        ("/v1/orders/", get(orders::list)),
        ("/v1/orders/{id}", get(orders::find)),
        ("/v1/orders/{id}/invoice", get(orders::invoice).post(orders::make_invoice)),
        ("/v1/refunds/", get(refunds::list).post(refunds::create)),
        ("/v1/benefits/", get(benefits::list)),
        ("/v1/benefits/{id}", get(benefits::find)),
        ("/v1/benefits/{id}/grants", get(benefits::grants)),
        ("/v1/benefits/{id}/files", get(benefits::files)),
        ("/v1/benefit-grants/", get(benefits::all_grants)),
        ("/v1/files/", get(files::list)),
        ("/v1/files/{id}/download", get(files::download)),
        ("/v1/license-keys/", get(license_keys::list)),
        ("/v1/license-keys/{id}", get(license_keys::find)),
        ("/v1/license-keys/validate", post(license_keys::validate)),
        ("/v1/license-keys/activate", post(license_keys::activate)),
        ("/v1/license-keys/deactivate", post(license_keys::deactivate)),
        ("/v1/webhooks/endpoints", get(webhooks::list).post(webhooks::create)),
        ("/v1/webhooks/endpoints/{id}", get(webhooks::find).patch(webhooks::update).delete(webhooks::delete)),
        ("/v1/webhooks/endpoints/{id}/secret", patch(webhooks::reset_secret)),
        ("/v1/webhooks/deliveries", get(webhooks::deliveries)),
        ("/v1/webhooks/events/{id}/redeliver", post(webhooks::redeliver)),
    ];
    table.extend(portal::table());
    table
}

/// The whole API behind its gate.
pub(crate) fn router(world: World) -> Router {
    let table = table();
    let paths: Vec<&'static str> = table.iter().map(|(path, _)| *path).collect();
    let mut router = Router::new();
    for (path, methods) in table {
        router = router.route(path, methods);
    }
    // HEAD is refused wherever it was tried (recordings 147, 526).
    router = router.route_layer(from_fn(refuse_head)).method_not_allowed_fallback(wrong_method);
    for path in paths {
        router = router.route(&other_form(path), any(to_exact_form));
    }
    router
        .fallback(|| async { not_routed() })
        .layer(middleware::from_fn_with_state(world.clone(), gate))
        .with_state(world)
}

/// What the router itself says about an unknown path.
pub(crate) fn not_routed() -> Response {
    Refusal::Plain(StatusCode::NOT_FOUND, "Not Found").into_response()
}

async fn wrong_method() -> Response {
    Refusal::Plain(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed").into_response()
}

async fn refuse_head(request: Request, next: Next) -> Response {
    if request.method() != Method::HEAD {
        return next.run(request).await;
    }
    let mut response = wrong_method().await;
    set(&mut response, header::ALLOW, "GET");
    response
}

/// `Allow` names the first method only, and only where the method is the trouble (recordings 705, 707).
pub(crate) async fn first_allowed_only(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if response.status() != StatusCode::METHOD_NOT_ALLOWED {
        response.headers_mut().remove(header::ALLOW);
        return response;
    }
    let allowed = response.headers().get(header::ALLOW).and_then(|list| list.to_str().ok());
    let first = allowed.and_then(|list| ["GET", "POST"].into_iter().find(|method| list.contains(method)));
    if let Some(first) = first {
        set(&mut response, header::ALLOW, first);
    }
    response
}

fn other_form(path: &str) -> String {
    path.strip_suffix('/').map_or_else(|| format!("{path}/"), str::to_owned)
}

/// 307 to the form with the right slash, absolute by the `Host` header (recordings 101, 145, 701, 708).
async fn to_exact_form(uri: Uri, headers: HeaderMap) -> Response {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    redirect(StatusCode::TEMPORARY_REDIRECT, &format!("http://{host}{}{query}", other_form(uri.path())))
}
