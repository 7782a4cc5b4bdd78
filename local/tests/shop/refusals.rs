//! Every refusal is a problem document with a stable code, words for a person, and the request's id.

use crate::support::{Browser, open_shop, polar};
use polar_standin::Fault;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn bad_requests_are_told_apart() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    let json = [("content-type", "application/json")];
    let large = json!({ "products": [], "customerName": "x".repeat(1_000_000) }).to_string();
    let text = |body: &str| Some(body.to_owned());

    for (case, method, path, body, headers, refusal) in [
        (
            "unknown product",
            Method::GET,
            "/api/products/00000000-0000-4000-8000-000000000000",
            None,
            &[][..],
            (404, "not_found"),
        ),
        ("no id at all", Method::GET, "/api/products/blue-hat", None, &[], (404, "not_found")),
        ("bad parameter", Method::GET, "/api/products?page=0", None, &[], (400, "invalid_request")),
        ("unknown route", Method::GET, "/api/nothing", None, &[], (404, "not_found")),
        ("wrong method", Method::PUT, "/api/checkout", None, &[], (405, "method_not_allowed")),
        ("malformed JSON", Method::POST, "/api/checkout", text("{\"products\": ["), &json, (400, "invalid_request")),
        ("more than JSON", Method::POST, "/api/checkout", text("{} {}"), &json, (400, "invalid_request")),
        ("another type", Method::POST, "/api/session", text("{\"checkoutId\": 7}"), &json, (400, "invalid_request")),
        ("empty body", Method::POST, "/api/checkout", text(""), &json, (400, "invalid_request")),
        ("no content type", Method::POST, "/api/checkout", text("{}"), &[], (415, "unsupported_media_type")),
        (
            "a form",
            Method::POST,
            "/api/checkout",
            text("products=1"),
            &[("content-type", "application/x-www-form-urlencoded")],
            (415, "unsupported_media_type"),
        ),
        ("1 MB", Method::POST, "/api/checkout", text(&large), &json, (413, "payload_too_large")),
        ("no product", Method::POST, "/api/checkout", text("{\"products\": []}"), &json, (422, "rejected")),
        ("no session", Method::GET, "/api/customer/downloadable-products", None, &[], (401, "unauthenticated")),
        ("no session", Method::POST, "/api/customer/download", text("{}"), &json, (401, "unauthenticated")),
        ("no session", Method::DELETE, "/api/session", None, &[], (401, "unauthenticated")),
    ] {
        let refused = browser.send(method, path, body, headers).await;
        assert_eq!(refused.refusal(), refusal, "{case}: {:?}", refused.body);
        assert_eq!(refused.header("content-type"), Some("application/problem+json"), "{case}");
        assert_eq!(refused.header("cache-control"), Some("no-store"), "{case}");
        for member in ["type", "title", "detail", "requestId"] {
            assert!(refused.body[member].as_str().is_some_and(|text| !text.is_empty()), "{case}: {member}");
        }
    }
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let shop = open_shop().await;
    let refused = Browser::at(&shop).send(Method::PATCH, "/api/session", None, &[]).await;
    let allowed = refused.header("allow").expect("Allow");
    assert!(["GET", "POST", "DELETE"].iter().all(|method| allowed.contains(method)), "{allowed}");
}

#[tokio::test]
async fn what_is_not_for_sale_is_neither_shown_nor_sold() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    let catalog = browser.get("/api/products?limit=100").await;
    let shown: Vec<_> = catalog.body["items"].as_array().unwrap().iter().map(|product| product["id"].clone()).collect();
    assert!(shown.len() >= 8, "{shown:?}");

    for product in [demo::ARCHIVED_PACK, demo::PRIVATE_COMMISSION, demo::DRAFT_KIT] {
        assert!(!shown.contains(&json!(product)));
        assert_eq!(browser.get(&format!("/api/products/{product}")).await.refusal(), (404, "not_found"));
        let refused = browser.post("/api/checkout", &json!({ "products": [demo::SKY_SAMPLER, product] })).await;
        assert_eq!(refused.refusal(), (422, "rejected"));
        assert_eq!(refused.body["errors"][0]["field"], "products[1]");
    }
}

#[tokio::test]
async fn a_product_is_shown_without_the_merchants_notes() {
    let shop = open_shop().await;
    let product = Browser::at(&shop).get(&format!("/api/products/{}", demo::FOREST_PACK)).await;
    assert!(product.body["files"].as_array().is_some_and(|files| files.len() > 2), "{:?}", product.body);
    let text = product.body.to_string();
    for secret in ["metadata", "properties", "organization"] {
        assert!(!text.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn an_unchanged_catalog_is_not_sent_again() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    let first = browser.get("/api/products").await;
    let etag = first.header("etag").expect("an ETag").to_owned();
    assert!(first.header("cache-control").is_some_and(|value| value.contains("stale-while-revalidate")));

    let second = browser.get_with("/api/products", &[("if-none-match", &etag)]).await;
    assert_eq!((second.status, second.header("etag")), (304, Some(etag.as_str())));
    let other = browser.get_with("/api/products?limit=1", &[("if-none-match", &etag)]).await;
    assert_eq!(other.status, 200);
}

#[tokio::test]
async fn the_catalog_takes_one_call_to_polar_for_many_visitors() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    futures_util::future::join_all((0..20).map(|_| browser.get("/api/products"))).await;

    let lists = polar(&shop).requests().into_iter().filter(|request| request.path == "/v1/products/").count();
    assert_eq!(lists, 1);
}

#[tokio::test]
async fn what_polar_refuses_of_a_checkout_names_our_field() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    let wanted = json!({ "products": [demo::SKY_SAMPLER], "customerEmail": "someone@example.com" });
    let refused = browser.post("/api/checkout", &wanted).await;
    assert_eq!(refused.refusal(), (422, "rejected"), "{:?}", refused.body);
    assert_eq!(refused.body["errors"][0]["field"], "customerEmail");
}

#[tokio::test]
async fn a_shop_whose_token_is_refused_says_so_to_nobody_but_its_owner() {
    let shop = open_shop().await;
    let refusal = "{\"error\":\"invalid_token\",\"error_description\":\"x\"}";
    polar(&shop).fault(Fault::on("POST /v1/checkouts/").body(401, "application/json", refusal));
    let wanted = json!({ "products": [demo::SKY_SAMPLER] });
    let refused = Browser::at(&shop).post("/api/checkout", &wanted).await;
    assert_eq!(refused.refusal(), (502, "polar_unexpected"));
    assert!(!refused.body.to_string().contains("token"), "{:?}", refused.body);
}

#[tokio::test]
async fn the_shop_still_shows_what_it_sells_while_polar_is_down() {
    let shop = open_shop().await;
    polar(&shop).fault(Fault::on("* /v1/*").status(503));

    let browser = Browser::at(&shop);
    let catalog = browser.get("/api/products").await;
    assert_eq!((catalog.status, catalog.body["pagination"]["totalCount"].as_u64()), (200, Some(10)));
    assert!(catalog.header("age").is_some_and(|age| age.parse::<u64>().is_ok()), "{catalog:?}");
    assert_eq!(browser.get(&format!("/api/products/{}", demo::FOREST_PACK)).await.status, 200);
    assert_eq!(browser.get(&format!("/api/checkout-links/{}", demo::BUNDLE_LINK)).await.status, 200);
    assert_eq!(browser.get("/api/session").await.body, json!({ "active": false }));
}

#[tokio::test]
async fn a_checkout_link_is_shown_without_its_secret() {
    let shop = open_shop().await;
    let link = Browser::at(&shop).get(&format!("/api/checkout-links/{}", demo::BUNDLE_LINK)).await;
    assert!(link.body["products"].as_array().is_some_and(|products| !products.is_empty()), "{link:?}");
    for secret in ["client_secret", "clientSecret", "metadata"] {
        assert!(!link.body.to_string().contains(secret), "{secret}");
    }
}

/// What every answer tells a browser, as OWASP ASVS 5.0 (3.4) wants it.
const SECURITY_HEADERS: [(&str, &str); 4] = [
    ("strict-transport-security", "max-age=31536000; includeSubDomains"),
    ("content-security-policy", "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
];

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    browser.buy(&shop, demo::SKY_SAMPLER, "new@recordings-mail.net").await;
    let link = format!("/api/customer/download/{}", demo::SKY_ARCHIVE);
    let login = json!({ "email": "new@recordings-mail.net" });
    let answers = [
        (200, browser.get("/api/products").await),
        (200, browser.get("/api/session").await),
        (200, browser.get("/api/customer/downloadable-products").await),
        (202, browser.post("/api/login", &login).await),
        (302, browser.get(&link).await),
        (400, browser.get("/api/products?page=0").await),
        (404, browser.get("/api/nothing").await),
        (405, browser.delete("/api/products").await),
        (204, browser.delete("/api/session").await),
        (401, browser.get("/api/customer/downloadable-products").await),
    ];
    for (status, answer) in answers {
        assert_eq!(answer.status, status, "{answer:?}");
        for (name, value) in SECURITY_HEADERS {
            assert_eq!(answer.header(name), Some(value), "{name} of {status}");
        }
        let is_public = answer.header("cache-control").is_some_and(|control| control.starts_with("public"));
        assert!(is_public || answer.header("cache-control") == Some("no-store"), "{status}");
    }
}
