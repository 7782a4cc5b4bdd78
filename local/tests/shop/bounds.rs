//! Each bound of `openapi.json` is enforced: the last value inside is taken, the first one outside is refused, and its field is named.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Browser, open_shop_with};

/// The field that a refusal blames; nothing for another answer.
fn blamed(answer: &Answer) -> Option<&str> {
    answer.body["errors"][0]["field"].as_str()
}

#[tokio::test]
async fn a_page_has_a_number_and_one_to_a_hundred_items() {
    let shop = open_shop_with([]).await;
    let browser = Browser::at(&shop);
    browser.buy(&shop, demo::SKY_SAMPLER, "new@recordings-mail.net").await;
    browser.sign_in(&shop, "new@recordings-mail.net").await;
    for (list, largest) in [
        ("/api/products", "100"),
        ("/api/customer/downloadable-products", "2147483647"),
        ("/api/customer/orders", "100"),
        ("/api/customer/downloads", "100"),
    ] {
        let above = (largest.parse::<u64>().unwrap() + 1).to_string();
        for (limit, taken) in [("1", true), (largest, true), ("0", false), (&above, false), ("1.5", false), ("", false)]
        {
            let answer = browser.get(&format!("{list}?limit={limit}")).await;
            let expected = if taken { (200, None) } else { (400, Some("limit")) };
            assert_eq!((answer.status, blamed(&answer)), expected, "{list}?limit={limit}");
        }
    }
    for list in ["/api/products", "/api/customer/downloadable-products", "/api/customer/orders"] {
        for (page, taken) in [("1", true), ("2147483647", true), ("0", false), ("2147483648", false), ("-1", false)] {
            let answer = browser.get(&format!("{list}?page={page}")).await;
            let expected = if taken { (200, None) } else { (400, Some("page")) };
            assert_eq!((answer.status, blamed(&answer)), expected, "{list}?page={page}");
        }
    }
    let key = "0123456789abcdef0123456789abcdef";
    for (from, taken) in [
        (format!("1764288000123-{key}"), true),
        (format!("176428800012-{key}"), false),
        (format!("1764288000123-{}", &key[1..]), false),
        (format!("1764288000123-{}", key.to_uppercase()), false),
        (String::new(), false),
    ] {
        let answer = browser.get(&format!("/api/customer/downloads?from={from}")).await;
        let expected = if taken { (200, None) } else { (400, Some("from")) };
        assert_eq!((answer.status, blamed(&answer)), expected, "{from}");
    }
}

#[tokio::test]
async fn a_checkout_is_begun_within_bounds() {
    let origin = "https://shop.example";
    let shop = open_shop_with([("STOREFRONT_ORIGINS", origin), ("CHECKOUT_METADATA_KEYS", "note")]).await;
    let browser = Browser::at(&shop);
    let address = |length: usize| json!(format!("{origin}/{}", "a".repeat(length - origin.len() - 1)));
    let letters = |count: usize| json!("ä".repeat(count));
    let note = |note: Value| json!({ "note": note });
    for (field, value, refusal) in [
        ("successUrl", address(2083), None),
        ("successUrl", address(2084), Some((422, "successUrl"))),
        ("returnUrl", address(2083), None),
        ("returnUrl", address(2084), Some((422, "returnUrl"))),
        ("successUrl", json!("/thanks"), Some((422, "successUrl"))),
        ("successUrl", json!("//evil.test"), Some((422, "successUrl"))),
        ("successUrl", json!("https://shop.example@evil.test"), Some((422, "successUrl"))),
        ("successUrl", json!("https://ada@shop.example"), Some((422, "successUrl"))),
        ("locale", json!("pt"), None),
        ("locale", json!("xx"), None),
        ("customerName", letters(256), None),
        ("customerName", letters(257), Some((422, "customerName"))),
        ("amount", json!(0), None),
        ("amount", json!(99_999_999.0), None),
        ("amount", json!(100_000_000), Some((400, "amount"))),
        ("amount", json!(-1), Some((400, "amount"))),
        ("amount", json!(0.5), Some((400, "amount"))),
        ("currency", json!("usd"), None),
        ("currency", Value::Null, None),
        ("currency", json!("eur"), Some((422, "currency"))),
        ("currency", json!("xyz"), Some((422, "currency"))),
        ("currency", json!("EUR"), Some((422, "currency"))),
        ("currency", json!("eu"), Some((422, "currency"))),
        ("currency", json!("euro"), Some((422, "currency"))),
        ("currency", json!("eur\n"), Some((422, "currency"))),
        ("currency", json!("ēur"), Some((422, "currency"))),
        ("currency", json!(""), Some((422, "currency"))),
        ("currency", json!(5), Some((400, "currency"))),
        ("metadata", note(letters(500)), None),
        ("metadata", note(letters(501)), Some((422, "metadata.note"))),
        ("metadata", note(json!("x")), None),
        ("metadata", note(json!("")), Some((422, "metadata.note"))),
        ("metadata", note(json!(1.5)), None),
        ("metadata", note(json!(true)), None),
        ("metadata", note(Value::Null), Some((400, "metadata.note"))),
        ("metadata", note(json!([])), Some((400, "metadata.note"))),
    ] {
        let mut wanted = json!({ "products": [demo::SKY_SAMPLER] });
        wanted[field] = value;
        let answer = browser.post_with("/api/checkout", &wanted, &[("origin", origin)]).await;
        let expected = refusal.map_or((201, None), |(status, field)| (status, Some(field)));
        assert_eq!((answer.status, blamed(&answer)), expected, "{:.80}", wanted.to_string());
    }
}

#[tokio::test]
async fn a_checkout_is_changed_within_bounds() {
    let shop = open_shop_with([]).await;
    let browser = Browser::at(&shop);
    let checkout = format!("/api/checkout/{}", browser.begin(demo::FOREST_PACK).await);
    let letters = |count: usize| json!("ä".repeat(count));
    for (field, value, refusal) in [
        ("customerName", letters(256), None),
        ("customerName", letters(257), Some("customerName")),
        ("discountCode", json!(""), Some("discountCode")),
        ("customerBillingAddress", json!({ "country": "DE" }), None),
        ("customerBillingAddress", json!({ "country": "de" }), Some("customerBillingAddress.country")),
        ("customerBillingAddress", json!({ "country": "DEU" }), Some("customerBillingAddress.country")),
    ] {
        let changed = json!({ field: value }).to_string();
        let headers = [("content-type", "application/json")];
        let answer = browser.send(Method::PATCH, &checkout, Some(changed), &headers).await;
        let expected = refusal.map_or((200, None), |field| (422, Some(field)));
        assert_eq!((answer.status, blamed(&answer)), expected, "{field}: {}", answer.body);
    }
}

#[tokio::test]
async fn a_method_that_a_path_does_not_have_is_refused_and_head_is_get_without_a_body() {
    let shop = open_shop_with([]).await;
    let browser = Browser::at(&shop);
    let call = async |method: Method, path: &str| browser.send(method, path, None, &[]).await;
    for (path, allowed) in
        [("/api/products", "GET,HEAD"), ("/api/checkout", "POST"), ("/api/session", "POST,GET,HEAD,DELETE")]
    {
        for method in [Method::PUT, Method::TRACE, Method::OPTIONS] {
            let answer = call(method.clone(), path).await;
            assert_eq!(answer.refusal(), (405, "method_not_allowed"), "{method} {path}");
            assert_eq!(answer.header("allow"), Some(allowed), "{method} {path}");
        }
    }
    let head = call(Method::HEAD, "/api/products").await;
    assert_eq!((head.status, &head.body), (200, &Value::Null));
    assert_eq!(head.header("etag"), browser.get("/api/products").await.header("etag"));
    assert_eq!(call(Method::HEAD, "/api/session").await.status, 200);
    for path in ["/api/nothing", "/api/products/", "/api/checkout/"] {
        assert_eq!(browser.get(path).await.refusal(), (404, "not_found"), "{path}");
    }
}
