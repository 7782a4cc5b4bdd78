//! The page of a checkout.

#[allow(unreachable_pub, reason = "shared by several test programs")]
mod support;

use std::time::Duration;

use polar_standin::{Benefit, Product, Shop, Standin};
use serde_json::{Value, json};
use support::{Answer, call, confirm, example, post, selling, standin};
use uuid::Uuid;

#[tokio::test]
async fn an_open_checkout_shows_what_is_bought_and_says_what_it_is() {
    let standin = standin().await;
    let checkout = post(&standin, "/v1/checkouts/", &json!({"products": [example::BOOK]})).await;
    let page = call("GET", checkout.text_at("/url"), "", None).await;
    assert_eq!(page.status, 200);
    for part in ["The Book", "$19.00", "Example Books", "takes no money", "4000 0000 0000 0002", "cover.svg"] {
        assert!(page.text().contains(part), "{part}");
    }
    assert!(!page.text().contains("{{"));
    // Only its own server and the picture of the product.
    let text = page.text();
    let foreign = text.split("http").skip(1).filter(|rest| !rest.starts_with("://127.0.0.1"));
    assert_eq!(foreign.filter(|rest| rest.starts_with("s://") || rest.starts_with("://")).count(), 0);
}

#[tokio::test]
async fn a_finished_checkout_leads_on_without_a_token() {
    let standin = standin().await;
    let wanted = json!({"products": [example::SAMPLER], "success_url": "http://shop.example/?c={CHECKOUT_ID}"});
    let checkout = post(&standin, "/v1/checkouts/", &wanted).await;
    confirm(&standin, &checkout.json, &json!({"customer_email": "page@recordings-mail.net"})).await;
    let waiting = call("GET", checkout.text_at("/url"), "", None).await;
    assert!(waiting.text().contains(r#""status":"confirmed""#));
    standin.settle().await;
    let done = call("GET", checkout.text_at("/url"), "", None).await;
    let expected = format!("http://shop.example/?c={}", checkout.text_at("/id"));
    assert_eq!((done.status, done.header("location")), (303, expected));
}

#[tokio::test]
async fn a_checkout_without_a_success_url_ends_on_its_own_page() {
    let standin = standin().await;
    let checkout = post(&standin, "/v1/checkouts/", &json!({"products": [example::SAMPLER]})).await;
    confirm(&standin, &checkout.json, &json!({"customer_email": "page@recordings-mail.net"})).await;
    let waiting = call("GET", checkout.text_at("/success_url"), "", None).await;
    assert!(waiting.text().contains("http-equiv=\"refresh\""));
    standin.settle().await;
    assert!(call("GET", checkout.text_at("/success_url"), "", None).await.text().contains("Thank you!"));
}

#[tokio::test]
async fn an_expired_and_an_unknown_checkout_say_so() {
    let standin = standin().await;
    let checkout = post(&standin, "/v1/checkouts/", &json!({"products": [example::SAMPLER]})).await;
    standin.advance(Duration::from_hours(24));
    assert_eq!(call("GET", checkout.text_at("/url"), "", None).await.status, 410);
    assert_eq!(call("GET", &format!("{}/checkout/polar_c_nope", standin.url()), "", None).await.status, 404);
}

/// A checkout of a page at `origin`, and the address of its frame.
async fn embedded(standin: &Standin, origin: Value) -> (Answer, String) {
    let wanted = json!({"products": [example::SAMPLER], "embed_origin": origin, "return_url": "http://shop.example/"});
    let checkout = post(standin, "/v1/checkouts/", &wanted).await;
    let url = format!("{}?embed=true&embed_origin=http%3A%2F%2Fevil.example", checkout.text_at("/url"));
    (checkout, url)
}

#[tokio::test]
async fn an_embedded_checkout_shows_itself_to_its_origin_and_speaks_to_no_other() {
    let standin = standin().await;
    let (_, url) = embedded(&standin, json!("http://shop.example:8080")).await;
    let page = call("GET", &url, "", None).await;
    assert_eq!(page.status, 200);
    assert_eq!(page.header("content-security-policy"), "frame-ancestors http://shop.example:8080");
    let text = page.text();
    for part in [
        r#"<script id="embed-origin" type="application/json">"http://shop.example:8080"</script>"#,
        r#"id="close""#,
        r#"type: "POLAR_CHECKOUT" }, origin)"#,
        r#"tellParent("loaded")"#,
        r#"tellParent("close")"#,
        r#"tellParent?.("confirmed")"#,
        r#"tellParent("success", { successURL: url.href, redirect: !checkout.ends_here })"#,
    ] {
        assert!(text.contains(part), "{part}");
    }
    assert!(!text.contains("evil.example"), "the query says nothing about who is told");
    assert!(!text.contains("Back to the shop"), "a link would lead on within the frame");
    assert!(!text.contains("{{"));
}

#[tokio::test]
async fn no_page_frames_a_checkout_that_is_not_embedded() {
    let standin = standin().await;
    let (checkout, _) = embedded(&standin, json!("http://shop.example")).await;
    let (_, without_origin) = embedded(&standin, Value::Null).await;
    let (_, any_origin) = embedded(&standin, json!("*")).await;
    let (_, any_host) = embedded(&standin, json!("http://*.example")).await;
    let (_, more_rules) = embedded(&standin, json!("http://shop.example;script-src")).await;
    for url in [
        checkout.text_at("/url"),
        &format!("{}?embed=1", checkout.text_at("/url")),
        &without_origin,
        &any_origin,
        &any_host,
        &more_rules,
        &format!("{}/checkout/polar_c_nope?embed=true", standin.url()),
    ] {
        let page = call("GET", url, "", None).await;
        assert_eq!(page.header("content-security-policy"), "frame-ancestors 'none'", "{url}");
        assert!(!page.text().contains(r#"id="close""#), "{url}");
    }
}

#[tokio::test]
async fn an_embedded_checkout_without_a_success_url_ends_in_its_frame() {
    let standin = standin().await;
    let (checkout, url) = embedded(&standin, json!("http://shop.example")).await;
    assert!(call("GET", &url, "", None).await.text().contains(r#""ends_here":true"#));
    confirm(&standin, &checkout.json, &json!({"customer_email": "page@recordings-mail.net"})).await;
    standin.settle().await;

    let done = call("GET", &url, "", None).await;
    let end = format!("/checkout/{}/confirmation?embed=true", checkout.text_at("/client_secret"));
    assert_eq!((done.status, done.header("location")), (303, end.clone()));
    let end = call("GET", &format!("{}{end}", standin.url()), "", None).await;
    assert_eq!(end.header("content-security-policy"), "frame-ancestors http://shop.example");
    assert!(end.text().contains("Thank you!") && end.text().contains(r#"id="close""#));
}

/// Browsers keep cookies and storage from a frame of another site, or give it others.
#[tokio::test]
async fn the_page_needs_neither_cookies_nor_storage() {
    let standin = standin().await;
    let (checkout, url) = embedded(&standin, json!("http://shop.example")).await;
    let page = call("GET", &url, "", None).await;
    let confirmed = confirm(&standin, &checkout.json, &json!({"customer_email": "page@recordings-mail.net"})).await;
    let api = format!("{}/checkouts/client/{}", standin.api_url(), checkout.text_at("/client_secret"));
    for answer in [&page, &confirmed, &call("GET", &api, "", None).await] {
        assert_eq!((answer.status, answer.header("set-cookie")), (200, String::new()));
    }
    let text = page.text();
    for store in ["cookie", "localStorage", "sessionStorage", "indexedDB", "caches", "serviceWorker"] {
        assert!(!text.contains(store), "{store}");
    }
}

#[tokio::test]
async fn names_cannot_break_out_of_the_page() {
    let (product, benefit) = (Uuid::new_v4(), Uuid::new_v4());
    let nasty = "</script><script>alert(1)</script>";
    let shop = Shop::empty()
        .with_benefit(Benefit::custom(benefit, nasty, "a note"))
        .with_product(Product::new(product, nasty).priced(0).gives(benefit));
    let standin = selling(shop).await;
    let wanted = json!({"products": [product], "customer_name": nasty, "return_url": "http://x.example/\"><script>"});
    let checkout = post(&standin, "/v1/checkouts/", &wanted).await;
    let page = call("GET", checkout.text_at("/url"), "", None).await;
    assert!(!page.text().contains("<script>alert"));
    assert!(!page.text().contains("\"><script>"));
}
