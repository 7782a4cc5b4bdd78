use polar::{
    Client, CreateCheckout, CustomerId, Error, ListBenefits, ListCheckoutLinks, ListCustomers, ListOrders,
    ListProducts, Product, ProductId, Result, Server, UpdateWebhookEndpoint, WebhookEndpointId,
};
use startup::{Clients, Settings};
use uuid::Uuid;

use super::chain::{Chain, Finding, Link, Look};
use crate::shop::Shop;

/// Checks from the access token to the products. Returns the clients that the other checks use.
pub(super) async fn look(chain: &mut Chain, shop: &Shop) -> Option<(Clients, Option<Vec<Product>>)> {
    let clients = chain.find(Link::AccessToken, &[], connect(shop)).await;
    let Some(clients) = clients else {
        let links = [Link::Polar, Link::ApiVersion, Link::Token, Link::Scopes, Link::Server, Link::Organization];
        chain.skip(&links, Link::AccessToken);
        return None;
    };
    let polar = &clients.polar;
    // One request answers four checks: whether Polar is reachable, its version, the token, and the server.
    let answer = polar.server().await;
    chain.look(Link::Polar, &[Link::AccessToken], async { is_there(&answer) }).await;
    chain.look(Link::ApiVersion, &[Link::Polar], async { speaks_our_version(&answer) }).await;
    chain.look(Link::Token, &[Link::ApiVersion], async { is_taken(&answer) }).await;
    chain.look(Link::Scopes, &[Link::Token], check_scopes(polar)).await;
    chain.look(Link::Server, &[Link::Scopes], async { is_the_wanted_one(answer, &shop.settings) }).await;
    let products = chain.find(Link::Organization, &[Link::Scopes], list_products(polar)).await;
    Some((clients, products))
}

async fn connect(shop: &Shop) -> Look<(Clients, Finding)> {
    let place = match shop.settings.optional::<String>("POLAR_ACCESS_TOKEN")? {
        Some(_) => "in the setting POLAR_ACCESS_TOKEN".to_owned(),
        None => format!("in the SSM parameter {}", shop.settings.required::<String>("POLAR_ACCESS_TOKEN_PARAMETER")?),
    };
    Ok((shop.clients().await?, Finding::ok(format!("found {place}"))))
}

fn is_there(answer: &Result<Server>) -> Look {
    match answer {
        Err(
            error @ (Error::Timeout | Error::Unavailable { .. } | Error::RateLimited { .. } | Error::Unexpected { .. }),
        ) => Err(Finding::of_polar(error)),
        _ => Ok(Finding::ok("Polar is reachable")),
    }
}

fn speaks_our_version(answer: &Result<Server>) -> Look {
    match answer {
        Err(error @ Error::UnknownVersion) => Err(Finding::of_polar(error)),
        _ => Ok(Finding::ok(format!("Polar serves version {} until April 2027", polar::VERSION))),
    }
}

fn is_taken(answer: &Result<Server>) -> Look {
    match answer {
        Err(Error::Unauthorized) => {
            let says =
                "Polar does not accept the access token: it has expired, was revoked, or belongs to the other server";
            Err(Finding::broken(
                says,
                "create a new access token at Polar and replace the old one; sandbox and production need separate tokens",
            ))
        }
        _ => Ok(Finding::ok("Polar accepts the access token")),
    }
}

fn is_the_wanted_one(answer: Result<Server>, settings: &Settings) -> Look {
    let (wanted, found) = (settings.required::<Server>("POLAR_SERVER")?, answer?);
    if wanted == found {
        return Ok(Finding::ok(format!("the server is {}, as POLAR_SERVER says", name(found))));
    }
    let says = format!("POLAR_SERVER says {}, but {} answers", name(wanted), name(found));
    Ok(Finding::broken(says, "correct POLAR_SERVER, or remove POLAR_API_URL"))
}

fn name(server: Server) -> &'static str {
    match server {
        Server::Production => "production",
        Server::Sandbox => "the sandbox",
    }
}

async fn list_products(polar: &Client) -> Look<(Vec<Product>, Finding)> {
    let products = polar.products().list_all(&ListProducts::on_sale()).await?;
    let Some(first) = products.first() else {
        let advice = "create a product at Polar, or make an existing one public and unarchive it";
        return Err(Finding::broken("the organization sells nothing: no product is public and unarchived", advice));
    };
    let says = format!("organization {} sells {}", first.organization_id, counted(products.len(), "product"));
    Ok((products, Finding::ok(says)))
}

pub(super) fn counted(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

/// The scopes that the functions need.
pub(crate) const NEEDED: &[&str] =
    &["products:read", "checkouts:write", "customers:read", "customer_sessions:write", "orders:read", "benefits:read"];
/// Optional scopes, and what is missing without them.
const USEFUL: &[(&str, &str)] = &[
    ("files:read", "products do not show the names and sizes of their files"),
    ("checkout_links:read", "checkout links are not shown"),
];

async fn check_scopes(polar: &Client) -> Look {
    let missing = missing_scopes(polar, NEEDED).await?;
    if !missing.is_empty() {
        let says = format!("the access token lacks {}", missing.join(", "));
        return Ok(Finding::broken(
            says,
            "add the missing scopes to the token at Polar, in the organization's settings",
        ));
    }
    for (scope, without) in USEFUL {
        if !holds(polar, scope).await? {
            return Ok(Finding::warning(
                format!("without {scope}, {without}"),
                "add this scope to the access token at Polar",
            ));
        }
    }
    Ok(Finding::ok("the access token has all scopes that the functions need"))
}

pub(crate) async fn missing_scopes<'a>(polar: &Client, scopes: &[&'a str]) -> Result<Vec<&'a str>> {
    let mut missing = Vec::new();
    for scope in scopes {
        if !holds(polar, scope).await? {
            missing.push(*scope);
        }
    }
    Ok(missing)
}

/// Whether the token has a scope. Polar does not list a token's scopes, but checks them before anything else. So a request about something that
/// does not exist shows whether the scope is there, and changes nothing.
async fn holds(polar: &Client, scope: &str) -> Result<bool> {
    let (nothing, one) = (Uuid::nil(), Some(1));
    let answer = match scope {
        "products:read" => {
            polar.products().list(&ListProducts { limit: one, ..ListProducts::default() }).await.map(drop)
        }
        "checkouts:write" => {
            let checkout = CreateCheckout { products: vec![ProductId(nothing)], ..CreateCheckout::default() };
            polar.checkouts().create(&checkout).await.map(drop)
        }
        "customers:read" => {
            polar.customers().list(&ListCustomers { limit: one, ..ListCustomers::default() }).await.map(drop)
        }
        "customer_sessions:write" => polar.customer_sessions().create(CustomerId(nothing)).await.map(drop),
        "orders:read" => polar.orders().list(&ListOrders { limit: one, ..ListOrders::default() }).await.map(drop),
        "benefits:read" => {
            polar.benefits().list(&ListBenefits { limit: one, ..ListBenefits::default() }).await.map(drop)
        }
        "files:read" => polar.files().list(&[nothing.into()]).await.map(drop),
        "checkout_links:read" => polar
            .checkout_links()
            .list(&ListCheckoutLinks { limit: one, ..ListCheckoutLinks::default() })
            .await
            .map(drop),
        "webhooks:read" => polar.webhook_endpoints().list(None, one).await.map(drop),
        "webhooks:write" => {
            let unchanged = UpdateWebhookEndpoint::default();
            polar.webhook_endpoints().update(WebhookEndpointId(nothing), &unchanged).await.map(drop)
        }
        other => unreachable!("nobody asks for {other}"),
    };
    match answer {
        Err(Error::InsufficientScope) => Ok(false),
        Ok(()) | Err(Error::Rejected { .. } | Error::Refused { .. }) => Ok(true),
        Err(error) => Err(error),
    }
}
