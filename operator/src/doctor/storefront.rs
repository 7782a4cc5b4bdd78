use reqwest::{Method, StatusCode, header};
use startup::causes;
use url::{Host, Url};

use super::{
    chain::{Chain, Finding, Link, Look},
    settings::origins,
};
use crate::shop::Shop;

/// Checks that the storefront's pages can use the API.
pub(super) async fn look(chain: &mut Chain, shop: &Shop) {
    chain.look(Link::Api, &[], check_health(shop)).await;
    chain.look_each(Link::Cors, &[Link::Api], check_cors(shop)).await;
    chain.look_each(Link::Cookies, &[], async { check_cookies(shop) }).await;
}

fn address(shop: &Shop) -> Look<&Url> {
    shop.api_url
        .as_ref()
        .ok_or_else(|| Finding::skipped("not checked: the API's address is unknown; give it with --api-url"))
}

async fn check_health(shop: &Shop) -> Look {
    let url = address(shop)?.join("/api/health").map_err(|error| Finding::skipped(error.to_string()))?;
    match shop.request(Method::GET, url.clone()).send().await {
        Ok(answer) if answer.status() == StatusCode::OK => Ok(Finding::ok(format!("{url} answers"))),
        Ok(answer) => {
            let says = format!("{url} answers {}", answer.status());
            Ok(Finding::broken(says, "look for the cause in the log of the catalog function"))
        }
        Err(error) => {
            let says = format!("{url} does not answer: {}", causes(&error.without_url()));
            Ok(Finding::broken(says, "check that the stack is deployed and that its domain name points to it"))
        }
    }
}

/// Whether pages of each origin may call the API: sends the preflight request that browsers send.
async fn check_cors(shop: &Shop) -> Look<Vec<Finding>> {
    let (api, origins) = (address(shop)?, origins(&shop.settings)?);
    let mut findings = Vec::new();
    for origin in &origins {
        findings.push(if is_own_page(shop, origin, api) {
            Finding::ok(format!("pages of {} have the same origin as the API", written(origin)))
        } else {
            preflight(shop, api, &written(origin)).await
        });
    }
    Ok(findings)
}

/// The request headers that pages need the API's permission for.
const HEADERS: [&str; 4] = ["authorization", "browser-key", "content-type", "idempotency-key"];

async fn preflight(shop: &Shop, api: &Url, origin: &str) -> Finding {
    let url = api.join("/api/session").unwrap_or_else(|_| api.clone());
    let request = shop.request(Method::OPTIONS, url).header(header::ORIGIN, origin);
    let request = request
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
        .header(header::ACCESS_CONTROL_REQUEST_HEADERS, HEADERS.join(","));
    let advice = "add the origin to StorefrontOrigins exactly as browsers send it, and deploy";
    let answer = match request.send().await {
        Ok(answer) => answer,
        Err(error) => return Finding::broken(causes(&error.without_url()), advice),
    };
    let header = |name| answer.headers().get(name).and_then(|value| value.to_str().ok());
    let allows = header(header::ACCESS_CONTROL_ALLOW_ORIGIN) == Some(origin)
        && header(header::ACCESS_CONTROL_ALLOW_CREDENTIALS) == Some("true");
    if !answer.status().is_success() || !allows {
        return Finding::broken(format!("the API does not allow requests from pages of {origin}"), advice);
    }
    let allowed = header(header::ACCESS_CONTROL_ALLOW_HEADERS).unwrap_or_default().to_ascii_lowercase();
    match HEADERS.iter().find(|name| !allowed.split(',').any(|allowed| allowed.trim() == **name)) {
        Some(name) => Finding::broken(
            format!("the API does not allow pages of {origin} to send the header {name}"),
            "deploy the stack again",
        ),
        None => Finding::ok(format!("pages of {origin} may call the API")),
    }
}

/// Whether browsers keep the shop's cookies on pages of each origin.
fn check_cookies(shop: &Shop) -> Look<Vec<Finding>> {
    let (api, origins) = (address(shop)?, origins(&shop.settings)?);
    let bearer: bool = shop.settings.or_default("ALLOW_BEARER", "false")?;
    let finding = |origin: &Url| {
        let page = written(origin);
        match (is_own_page(shop, origin, api) || same_site(origin, api), bearer) {
            (true, _) => Finding::ok(format!("first-party on {page}, so every browser keeps them")),
            (false, true) => Finding::ok(format!(
                "{page} is another site than the API, but bearer tokens are allowed: the page must send \"transport\": \"bearer\""
            )),
            (false, false) => {
                let says = format!(
                    "{page} is another site than the API, so Safari and other browsers block the API's cookies there"
                );
                Finding::broken(
                    says,
                    "set DomainName to a name on the storefront's site, or set AllowBearer to true and let the page send \"transport\": \"bearer\"",
                )
            }
        }
    };
    Ok(origins.iter().map(finding).collect())
}

/// Whether the API and the pages have the same origin. A local shop serves both, under each name of the machine.
fn is_own_page(shop: &Shop, origin: &Url, api: &Url) -> bool {
    let is_here = |url: &Url| matches!(url.host_str(), Some("localhost" | "127.0.0.1"));
    let is_local = shop.is_local() && is_here(origin) && is_here(api) && origin.port() == api.port();
    is_local || origin.origin() == api.origin()
}

fn written(origin: &Url) -> String {
    origin.origin().ascii_serialization()
}

/// Labels under which anyone can register names, as in `co.uk`. A short form of the list of public suffixes, which changes weekly.
const SHARED: &[&str] = &["ac", "co", "com", "edu", "gov", "net", "ne", "or", "org"];

/// Whether browsers treat a page and the API as the same site: same scheme and same registrable domain. Ports do not matter.
fn same_site(page: &Url, api: &Url) -> bool {
    if page.scheme() != api.scheme() {
        return false;
    }
    match (page.host(), api.host()) {
        (Some(Host::Domain(page)), Some(Host::Domain(api))) => registrable(page) == registrable(api),
        (page, api) => page == api,
    }
}

fn registrable(name: &str) -> String {
    let mut labels: Vec<_> = name.rsplit('.').collect();
    let is_shared = labels.len() > 2 && labels[0].len() == 2 && SHARED.contains(&labels[1]);
    labels.truncate(if is_shared { 3 } else { 2 });
    // API Gateway's own domain names are public suffixes.
    if name.ends_with(".amazonaws.com") { name.to_owned() } else { labels.join(".") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_a_scheme_and_a_name_that_one_can_register() {
        let api_gateway = "https://a1b2.execute-api.eu-central-1.amazonaws.com";
        let table = [
            ("the same host", "https://shop.example", "https://shop.example", true),
            ("a name below", "https://shop.example", "https://api.shop.example", true),
            ("two names below", "https://www.shop.example", "https://api.shop.example", true),
            ("another port", "http://localhost:5173", "http://localhost:3000", true),
            ("another scheme", "http://shop.example", "https://api.shop.example", false),
            ("another shop", "https://other.example", "https://api.shop.example", false),
            ("API Gateway's own name", "https://shop.example", api_gateway, false),
            ("somebody else's API", "https://z9.execute-api.eu-central-1.amazonaws.com", api_gateway, false),
            ("a shared suffix", "https://shop.co.uk", "https://api.co.uk", false),
            ("below a shared suffix", "https://shop.co.uk", "https://api.shop.co.uk", true),
            ("an address and a name", "http://127.0.0.1:3000", "http://localhost:3000", false),
        ];
        for (case, page, api, same) in table {
            assert_eq!(same_site(&page.parse().unwrap(), &api.parse().unwrap()), same, "{case}");
        }
    }
}
