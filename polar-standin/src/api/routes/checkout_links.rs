use axum::extract::{Path, State as Shared};
use http::{StatusCode, Uri};
use serde_json::json;
use url::form_urlencoded;

use crate::answer::{Answer, Refusal, ok, redirect};
use crate::api::caller::Caller;
use crate::api::query::{Query, SortKey, path_id, sort};
use crate::mail;
use crate::shop::{CheckoutLink, opening_day};
use crate::state::{Details, NewCheckout};
use crate::world::World;

const READ: &[&str] = &["checkout_links:read", "checkout_links:write"];
const SORTING: &[&str] = &["created_at", "label", "success_url", "allow_discount_codes"];

/// Parameters that prefill the checkout and do not reach its page.
const PREFILL: [&str; 5] = ["product_id", "customer_email", "customer_name", "amount", "discount_code"];

/// `GET /v1/checkout-links/`.
pub(super) async fn list(Shared(world): Shared<World>, caller: Caller, uri: Uri) -> Answer {
    caller.organization(READ)?;
    let mut query = Query::of(&uri);
    let products = query.ids("product_id");
    let sorting = query.sorting(SORTING, "created_at");
    let page = query.page();
    query.check()?;
    Ok(ok(&world.read(|state| {
        let offers = |link: &&CheckoutLink| {
            products.as_ref().is_none_or(|ids| link.products.iter().any(|product| ids.contains(product)))
        };
        let mut links: Vec<&CheckoutLink> = state.shop.links.iter().filter(offers).collect();
        sort(&mut links, &sorting, |link, key| match key {
            "label" => SortKey::Text(link.label.clone().unwrap_or_default()),
            "success_url" => SortKey::Text(link.success_url.clone().unwrap_or_default()),
            _ => SortKey::Time(opening_day()),
        });
        page.of(&links, |link| state.checkout_link_shape(link, products.as_deref()))
    })))
}

/// `GET /v1/checkout-links/{id}`.
pub(super) async fn find(Shared(world): Shared<World>, caller: Caller, Path(id): Path<String>) -> Answer {
    caller.organization(READ)?;
    let id = path_id(&id)?;
    world.read(|state| {
        let link = state.shop.links.iter().find(|link| link.id == id).ok_or_else(Refusal::not_found)?;
        Ok(ok(&state.checkout_link_shape(link, None)))
    })
}

/// `GET /v1/checkout-links/{client_secret}/redirect`: each visit begins a checkout (recordings 310, 311).
pub(super) async fn visit(Shared(world): Shared<World>, Path(secret): Path<String>, uri: Uri) -> Answer {
    let query = Query::of(&uri);
    // The organization allows no page to embed its links (recording 312).
    if let Some(origin) = query.text("embed_origin") {
        return Err(Refusal::Error {
            status: StatusCode::FORBIDDEN,
            class: "EmbedHostNotAllowed",
            detail: format!("{origin} is not allowed to embed this checkout."),
        });
    }
    world.change(|state| {
        let link = state.shop.links.iter().find(|link| link.client_secret == secret).ok_or_else(Refusal::not_found)?;
        let mut wanted = NewCheckout {
            products: link.products.clone(),
            success_url: link.success_url.clone(),
            metadata: link.metadata.clone(),
            details: Details {
                product_id: query.text("product_id").and_then(|id| id.parse().ok()),
                customer_email: query.text("customer_email").and_then(|email| mail::accepted(&email).ok()),
                customer_name: query.text("customer_name"),
                amount: query.text("amount").and_then(|amount| amount.parse().ok()),
                ..Details::default()
            },
            ..NewCheckout::default()
        };
        for key in ["reference_id", "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"] {
            if let Some(value) = query.text(key) {
                wanted.metadata.insert(key.to_owned(), json!(value));
            }
        }
        let id = state.begin(wanted)?;
        let secret = state.ledger.checkout(id).map(|checkout| checkout.client_secret.as_str()).unwrap_or_default();
        let location = format!("{}/checkout/{secret}{}", state.url, carried(&uri));
        Ok(redirect(StatusCode::TEMPORARY_REDIRECT, &location))
    })
}

/// The rest of the query goes on to the page.
fn carried(uri: &Uri) -> String {
    let pairs = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let rest = pairs.filter(|(key, _)| !PREFILL.contains(&key.as_ref()));
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(rest).finish();
    if query.is_empty() { query } else { format!("?{query}") }
}
