//! Pages on other origins: what their browsers let them do.

use std::fs;

use polar_storefront::LocalShop;
use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, Browser, open_shop_with};

const PAGE: &str = "https://shop.example";
const FOREIGN_PAGES: [&str; 4] =
    ["https://evil.example", "http://shop.example", "https://shop.example.evil.example", "null"];

async fn open_shop() -> LocalShop {
    open_shop_with([("STOREFRONT_ORIGINS", "https://www.shop.example,https://shop.example"), ("ALLOW_BEARER", "true")])
        .await
}

/// Asks as a browser does before it lets a page send a request that is not simple.
async fn preflight(shop: &LocalShop, origin: &str) -> Answer {
    let asks = [
        ("origin", origin),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "authorization,browser-key,content-type,idempotency-key"),
    ];
    Browser::at(shop).send(Method::OPTIONS, "/api/checkout", None, &asks).await
}

fn list(answer: &Answer, header: &str) -> String {
    answer.header(header).unwrap_or_default().replace(',', ", ")
}

#[tokio::test]
async fn a_page_of_ours_may_send_with_credentials_and_read_the_answer() {
    let shop = open_shop().await;
    let allowed = preflight(&shop, PAGE).await;
    assert_eq!(allowed.status, 204);
    assert_eq!(allowed.header("access-control-allow-origin"), Some(PAGE));
    assert_eq!(allowed.header("access-control-allow-credentials"), Some("true"));

    let body = json!({ "checkoutId": "c0c00000-0000-4000-8000-000000000001" }).to_string();
    let headers = [("origin", PAGE), ("content-type", "application/json")];
    let answer = Browser::at(&shop).send(Method::POST, "/api/session", Some(body), &headers).await;
    assert_eq!(answer.refusal(), (401, "unauthenticated"), "refusals can be read too");
    assert_eq!(answer.header("access-control-allow-origin"), Some(PAGE));
    assert_eq!(answer.header("access-control-allow-credentials"), Some("true"));
    assert_eq!(answer.header("access-control-expose-headers"), Some("retry-after"));
}

#[tokio::test]
async fn a_foreign_page_is_allowed_nothing_and_reads_nothing() {
    let shop = open_shop().await;
    for page in FOREIGN_PAGES {
        assert_eq!(preflight(&shop, page).await.header("access-control-allow-origin"), None, "{page}");
        let answer = Browser::at(&shop).get_with("/api/session", &[("origin", page)]).await;
        assert_eq!(answer.header("access-control-allow-origin"), None, "{page}");
    }
}

#[tokio::test]
async fn pages_are_allowed_what_the_template_allows_them() {
    let template = fs::read_to_string(testbed::workspace().join("template.yaml")).expect("template.yaml");
    let (_, configuration) = template.split_once("CorsConfiguration:\n").expect("a configuration");
    let configured = |line: String| {
        let found =
            configuration.lines().take_while(|found| found.starts_with("        ")).any(|found| found.trim() == line);
        assert!(found, "template.yaml does not say {line}");
    };
    let shop = open_shop().await;
    let allowed = preflight(&shop, PAGE).await;
    configured(format!("AllowMethods: [{}]", list(&allowed, "access-control-allow-methods")));
    configured(format!("AllowHeaders: [{}]", list(&allowed, "access-control-allow-headers")));
    configured(format!("MaxAge: {}", list(&allowed, "access-control-max-age")));
    configured("AllowCredentials: true".to_owned());
    let answer = Browser::at(&shop).get_with("/api/session", &[("origin", PAGE)]).await;
    configured(format!("ExposeHeaders: [{}]", list(&answer, "access-control-expose-headers")));
}

#[tokio::test]
async fn an_origin_is_compared_byte_by_byte() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    let upper = shop.url.to_uppercase();
    let blob = format!("blob:{}/x", shop.url);
    for origin in [upper.as_str(), &blob, &format!("{}/", shop.url)] {
        let answer = browser.get_with("/api/health", &[("origin", origin)]).await;
        assert_eq!(answer.header("access-control-allow-origin"), None, "{origin}");
    }
}
