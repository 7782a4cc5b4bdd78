use jiff::Timestamp;
use polar::{
    Client, WebhookEndpoint, WebhookFormat, WebhookSecret,
    webhook::{EventType, sign},
};
use reqwest::{Method, StatusCode};
use serde_json::json;
use url::Url;
use uuid::Uuid;

use super::{
    chain::{Chain, Finding, Link, Look},
    polar::counted,
};
use crate::shop::Shop;

/// The events that the worker handles.
pub(crate) const EVENTS: [EventType; 7] = [
    EventType::ProductCreated,
    EventType::ProductUpdated,
    EventType::BenefitCreated,
    EventType::BenefitUpdated,
    EventType::BenefitGrantRevoked,
    EventType::OrderRefunded,
    EventType::CustomerDeleted,
];

/// How many of the latest deliveries are checked.
const LAST: u32 = 10;

/// Checks from Polar's webhook endpoint to the worker's queue, with a token that may read endpoints.
pub(super) async fn look(chain: &mut Chain, shop: &Shop) {
    let secret = chain.find(Link::WebhookSecret, &[], fetch_secret(shop)).await;
    match &secret {
        Some(secret) => chain.look(Link::WebhookRoute, &[Link::Api], try_route(shop, secret)).await,
        None => chain.skip(&[Link::WebhookRoute], Link::WebhookSecret),
    }
    let found = chain.find(Link::WebhookEndpoint, &[Link::Token], find_endpoint(shop)).await;
    let Some((polar, endpoint)) = found else {
        chain.skip(&[Link::WebhookEvents, Link::WebhookSignature, Link::WebhookDeliveries], Link::WebhookEndpoint);
        return;
    };
    chain.look(Link::WebhookEvents, &[], async { Ok(check_events(&endpoint, shop)) }).await;
    match &secret {
        Some(secret) => {
            chain.look(Link::WebhookSignature, &[], async { Ok(check_secret(&endpoint, secret, shop)) }).await;
        }
        None => chain.skip(&[Link::WebhookSignature], Link::WebhookSecret),
    }
    let needs = [Link::WebhookSignature, Link::WebhookRoute];
    chain.look(Link::WebhookDeliveries, &needs, check_deliveries(&polar, &endpoint)).await;
}

async fn fetch_secret(shop: &Shop) -> Look<(WebhookSecret, Finding)> {
    let secret = shop.webhook_secret().await?;
    Ok((secret, Finding::ok("found")))
}

/// Sends a signed event of a type that Polar does not have; the worker ignores it.
async fn try_route(shop: &Shop, secret: &WebhookSecret) -> Look {
    let Some(url) = shop.webhook_url.as_deref() else {
        return Err(Finding::skipped("not checked: the API's address is unknown; give it with --api-url"));
    };
    let (id, now) = (Uuid::new_v4().to_string(), Timestamp::now());
    let body = json!({ "type": "storefront.doctor", "timestamp": now, "data": {} }).to_string();
    let request =
        shop.request(Method::POST, url).header("webhook-id", &id).header("webhook-timestamp", now.as_second());
    let request = request.header("webhook-signature", sign(secret, &id, now.as_second(), body.as_bytes()));
    let answer = request.header("content-type", "application/json").body(body).send().await;
    match answer.map(|answer| answer.status()) {
        Ok(StatusCode::ACCEPTED) => Ok(Finding::ok("the webhook function accepts an event signed with the secret")),
        Ok(StatusCode::UNAUTHORIZED) => {
            let says = "the webhook function rejects an event signed with the secret, so it is still running with an older secret";
            Err(Finding::broken(says, "deploy with another SecretsRevision to make it fetch the secret again"))
        }
        Ok(StatusCode::SERVICE_UNAVAILABLE) => Err(Finding::broken(
            "the webhook function cannot reach its queue",
            "look for the cause in the log of the webhook function",
        )),
        Ok(status) => {
            Err(Finding::broken(format!("the webhook function answers {status}"), "look for the cause in its log"))
        }
        Err(error) => Err(Finding::broken(startup::causes(&error.without_url()), "check that the API is deployed")),
    }
}

async fn find_endpoint(shop: &Shop) -> Look<((Client, WebhookEndpoint), Finding)> {
    let Some(url) = shop.webhook_url.as_deref() else {
        return Err(Finding::skipped("not checked: the API's address is unknown; give it with --api-url"));
    };
    let polar = shop.polar_for_setup().await?;
    let endpoints = match polar.webhook_endpoints().list_all().await {
        Err(polar::Error::InsufficientScope) => {
            return Err(Finding::skipped(
                "not checked: the token lacks webhooks:read; pass one that has it in POLAR_SETUP_TOKEN",
            ));
        }
        endpoints => endpoints?,
    };
    let setup = format!("run `storefront setup{}`", shop.flag());
    let is_out_of_reach = shop.is_local() && shop.settings.optional::<Url>("POLAR_API_URL")?.is_none();
    if is_out_of_reach {
        return Err(Finding::skipped(
            "not needed: Polar cannot reach this machine, so the worker asks it for changes every 15 minutes",
        ));
    }
    let Some(endpoint) = endpoints.into_iter().find(|endpoint| endpoint.url == url) else {
        return Err(Finding::broken(format!("Polar has no webhook endpoint for {url}"), setup));
    };
    if !endpoint.enabled {
        let says = "the webhook endpoint is disabled: Polar disables it after ten failed deliveries, or someone did";
        return Err(Finding::broken(says, format!("fix what made deliveries fail, then {setup}")));
    }
    if endpoint.format != WebhookFormat::Raw {
        return Err(Finding::broken("the format of the webhook endpoint is not raw", setup));
    }
    if endpoint.api_version.as_deref().is_some_and(|version| version != polar::VERSION) {
        let says = "the API version of the webhook endpoint differs from the one that the shop uses";
        return Ok(((polar, endpoint), Finding::warning(says, format!("set it to {} at Polar", polar::VERSION))));
    }
    Ok(((polar, endpoint), Finding::ok(format!("{url} exists and is enabled"))))
}

fn check_events(endpoint: &WebhookEndpoint, shop: &Shop) -> Finding {
    let missing = EVENTS.iter().filter(|event| !endpoint.events.contains(event));
    let missing: Vec<_> = missing.map(ToString::to_string).collect();
    if missing.is_empty() {
        return Finding::ok("the webhook endpoint receives all events that the worker handles");
    }
    let says = format!("the webhook endpoint does not receive {}", missing.join(", "));
    Finding::broken(says, format!("run `storefront setup{}`", shop.flag()))
}

fn check_secret(endpoint: &WebhookEndpoint, secret: &WebhookSecret, shop: &Shop) -> Finding {
    if endpoint.secret == *secret {
        return Finding::ok("Polar and the shop use the same secret");
    }
    let says = "Polar signs with another secret than the shop expects";
    Finding::broken(says, format!("run `storefront setup{}`", shop.flag()))
}

async fn check_deliveries(polar: &Client, endpoint: &WebhookEndpoint) -> Look {
    let last = polar.webhook_endpoints().deliveries(endpoint.id, LAST).await?.items;
    let Some(newest) = last.first() else { return Ok(Finding::ok("no deliveries yet")) };
    let failed = last.iter().filter(|delivery| !delivery.succeeded).count();
    let of_last = format!("{failed} of the last {} failed", counted(last.len(), "delivery").replace("ys", "ies"));
    match (newest.succeeded, failed) {
        (true, 0) => Ok(Finding::ok(format!("the latest delivery succeeded, at {}", newest.created_at))),
        (true, _) => Ok(Finding::ok(format!("the latest delivery succeeded; {of_last}"))),
        (false, _) => {
            let answer = newest.http_code.map_or("no answer".to_owned(), |code| format!("status {code}"));
            let says = format!("{of_last}, the latest with {answer} at {}", newest.created_at);
            Ok(Finding::broken(says, "look for the cause in the log of the webhook function at that time"))
        }
    }
}
