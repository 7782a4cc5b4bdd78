use reqwest::{Method, StatusCode, header};
use startup::causes;
use url::{Host, Url};

use super::{
    chain::{Chain, Finding, Link, Look},
    settings::origins,
};
use crate::shop::Shop;

/// Looks from the storefront's pages to the API.
pub(super) async fn look(chain: &mut Chain, shop: &Shop) {
    chain.look(Link::Api, &[], check_health(shop)).await;
    chain.look_each(Link::Cors, &[Link::Api], check_cors(shop)).await;
    chain.look_each(Link::Cookies, &[], async { check_cookies(shop) }).await;
}

fn address(shop: &Shop) -> Look<&Url> {
    shop.api_url.as_ref().ok_or_else(|| Finding::skipped("needs the API's address: give it by --api-url"))
}

async fn check_health(shop: &Shop) -> Look {
    let url = address(shop)?.join("/api/health").map_err(|error| Finding::skipped(error.to_string()))?;
    match shop.request(Method::GET, url.clone()).send().await {
        Ok(answer) if answer.status() == StatusCode::OK => Ok(Finding::ok(format!("{url} answers"))),
        Ok(answer) => {
            let says = format!("{url} answers {}", answer.status());
            Ok(Finding::broken(says, "look into the log of the catalog function"))
        }
        Err(error) => {
            let says = format!("{url} does not answer: {}", causes(&error.without_url()));
            Ok(Finding::broken(says, "look whether the stack is deployed, and whether its domain name leads to it"))
        }
    }
}

/// Whether pages of each origin may call the API: asks as their browsers would before the first request.
async fn check_cors(shop: &Shop) -> Look<Vec<Finding>> {
    let (api, origins) = (address(shop)?, origins(&shop.settings)?);
    let mut findings = Vec::new();
    for origin in &origins {
        findings.push(if is_own_page(shop, origin, api) {
            Finding::ok(format!("pages of {} are the API's own", written(origin)))
        } else {
            preflight(shop, api, &written(origin)).await
        });
    }
    Ok(findings)
}

/// What pages send to the API beyond what they may send anywhere.
const HEADERS: [&str; 4] = ["authorization", "browser-key", "content-type", "idempotency-key"];

async fn preflight(shop: &Shop, api: &Url, origin: &str) -> Finding {
    let url = api.join("/api/session").unwrap_or_else(|_| api.clone());
    let request = shop.request(Method::OPTIONS, url).header(header::ORIGIN, origin);
    let request = request
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
        .header(header::ACCESS_CONTROL_REQUEST_HEADERS, HEADERS.join(","));
    let advice = "add the origin to StorefrontOrigins exactly as browsers write it, and deploy";
    let answer = match request.send().await {
        Ok(answer) => answer,
        Err(error) => return Finding::broken(causes(&error.without_url()), advice),
    };
    let header = |name| answer.headers().get(name).and_then(|value| value.to_str().ok());
    let allows = header(header::ACCESS_CONTROL_ALLOW_ORIGIN) == Some(origin)
        && header(header::ACCESS_CONTROL_ALLOW_CREDENTIALS) == Some("true");
    if !answer.status().is_success() || !allows {
        return Finding::broken(format!("the API does not let pages of {origin} call it"), advice);
    }
    let allowed = header(header::ACCESS_CONTROL_ALLOW_HEADERS).unwrap_or_default().to_ascii_lowercase();
    match HEADERS.iter().find(|name| !allowed.split(',').any(|allowed| allowed.trim() == **name)) {
        Some(name) => Finding::broken(format!("the API does not let pages of {origin} send {name}"), "deploy again"),
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
            (true, _) => Finding::ok(format!("on {page} they are first-party: every browser keeps them")),
            (false, true) => {
                Finding::ok(format!("{page} is another site: it asks for \"transport\": \"bearer\", which is allowed"))
            }
            (false, false) => {
                let says =
                    format!("{page} is another site than the API: Safari keeps no cookies there, others soon will not");
                Finding::broken(
                    says,
                    "give the API a DomainName on the storefront's site, or set AllowBearer to true and let the page ask for \"transport\": \"bearer\"",
                )
            }
        }
    };
    Ok(origins.iter().map(finding).collect())
}

/// Whether the API itself serves the pages. The shop on this machine does, under each name of the machine.
fn is_own_page(shop: &Shop, origin: &Url, api: &Url) -> bool {
    let is_here = |url: &Url| matches!(url.host_str(), Some("localhost" | "127.0.0.1"));
    let is_local = shop.is_local() && is_here(origin) && is_here(api) && origin.port() == api.port();
    is_local || origin.origin() == api.origin()
}

fn written(origin: &Url) -> String {
    origin.origin().ascii_serialization()
}

/// Labels under which others register names of their own, as in `co.uk`: short of the whole list of public suffixes, which changes weekly.
const SHARED: &[&str] = &["ac", "co", "com", "edu", "gov", "net", "ne", "or", "org"];

/// Whether a page and the API are one site to a browser: the same scheme, and the same name up to what can be registered. Ports do not matter.
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
    // API Gateway's own names are public suffixes.
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
