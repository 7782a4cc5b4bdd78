//! A shop from a seed: what is in it, and what its products give.

#[allow(unreachable_pub, reason = "shared by several test programs")]
mod support;

use polar_standin::Purchase;
use serde_json::{Value, json};
use support::{call, confirm, example, get, portal, post, standin};
use uuid::Uuid;

#[tokio::test]
async fn products_have_what_the_seed_says() {
    let standin = standin().await;
    let list = get(&standin, "/v1/products/?limit=100").await;
    assert_eq!(list.json["pagination"]["total_count"], 13);
    let product = get(&standin, &format!("/v1/products/{}", example::PLANNER)).await;
    assert_eq!(product.text_at("/description"), "A **planner** for writers.");
    assert_eq!(product.json["metadata"], json!({"section": "templates"}));
    let prices = product.json["prices"].as_array().cloned().unwrap_or_default();
    let prices: Vec<_> = prices.iter().map(|price| (&price["price_currency"], &price["price_amount"])).collect();
    assert_eq!(prices, [(&json!("usd"), &json!(2_400)), (&json!("eur"), &json!(2_200))]);

    let book = get(&standin, &format!("/v1/products/{}", example::BOOK)).await;
    let cover = call("GET", book.text_at("/medias/0/public_url"), "", None).await;
    assert_eq!((cover.status, cover.header("content-type")), (200, "image/svg+xml".into()));
    assert_eq!(cover.header("access-control-allow-origin"), "*");
    assert!(cover.text().starts_with("<svg "));
}

#[tokio::test]
async fn every_file_has_the_bytes_that_its_record_names() {
    let standin = standin().await;
    let files = get(&standin, "/v1/files/?limit=100").await;
    let files = files.json["items"].as_array().cloned().unwrap_or_default();
    let downloads = files.iter().filter(|file| file["service"] == "downloadable");
    for file in downloads {
        let link = get(&standin, &format!("/v1/files/{}/download", file["id"].as_str().unwrap_or_default())).await;
        let got = call("GET", link.text_at("/download/url"), "", None).await;
        assert_eq!(file["size"], got.bytes.len(), "{}", file["name"]);
        let digest = ring::digest::digest(&ring::digest::SHA256, &got.bytes);
        let hex = digest.as_ref().iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        assert_eq!(file["checksum_sha256_hex"], hex, "{}", file["name"]);
    }
}

#[tokio::test]
async fn names_beyond_ascii_reach_the_browser() {
    let standin = standin().await;
    let session = post(&standin, "/v1/customer-sessions/", &json!({"customer_id": example::ADA})).await;
    let path = format!("downloadables/?benefit_id={}&limit=100", example::BOOK_FILES);
    let list = portal(&standin, &path, session.text_at("/token")).await;
    let rows = list.json["items"].as_array().cloned().unwrap_or_default();
    let names: Vec<&str> = rows.iter().filter_map(|row| row["file"]["name"].as_str()).collect();
    assert_eq!(names.len(), 3, "{names:?}");
    assert!(!names.contains(&"first-edition.txt"), "an archived file is nobody's");
    for (name, expected) in [
        ("第一章.txt", "attachment; filename=\".txt\"; filename*=UTF-8''%E7%AC%AC%E4%B8%80%E7%AB%A0.txt"),
        ("two words.txt", "attachment; filename=\"two words.txt\""),
    ] {
        let row = rows.iter().find(|row| row["file"]["name"] == name).expect("the file");
        let hop = call("GET", row["file"]["download"]["url"].as_str().unwrap_or_default(), "", None).await;
        assert_eq!(call("GET", &hop.header("location"), "", None).await.header("content-disposition"), expected);
    }
}

#[tokio::test]
async fn ada_and_grace_bought_before() {
    let standin = standin().await;
    for (customer, email, expected) in [
        (example::ADA, example::ADA_EMAIL, [example::BOOK, example::GUIDE]),
        (example::GRACE, example::GRACE_EMAIL, [example::CLUB, example::EDITOR]),
    ] {
        let found = get(&standin, &format!("/v1/customers/?email={email}")).await;
        assert_eq!(found.json["items"][0]["id"], json!(customer));
        let orders = get(&standin, &format!("/v1/orders/?customer_id={customer}")).await;
        let products = orders.json["items"].as_array().cloned().unwrap_or_default();
        let products: Vec<Value> = products.iter().map(|order| order["product_id"].clone()).collect();
        assert_eq!(products, expected.map(|id| json!(id)));
    }
}

#[tokio::test]
async fn a_known_address_gets_the_order_but_no_token() {
    let standin = standin().await;
    let checkout = post(&standin, "/v1/checkouts/", &json!({"products": [example::SAMPLER]})).await;
    let confirmed = confirm(&standin, &checkout.json, &json!({"customer_email": "ADA@recordings-mail.net"})).await;
    assert_eq!(
        (&confirmed.json["customer_id"], &confirmed.json["customer_session_token"]),
        (&json!(example::ADA), &Value::Null)
    );
    let preset = json!({"products": [example::SAMPLER], "customer_id": example::ADA});
    let checkout = post(&standin, "/v1/checkouts/", &preset).await;
    let confirmed = confirm(&standin, &checkout.json, &json!({})).await;
    assert!(confirmed.text_at("/customer_session_token").starts_with("polar_cst_"));
}

#[tokio::test]
async fn a_declined_card_leaves_the_checkout_open() {
    let standin = standin().await;
    let checkout = post(&standin, "/v1/checkouts/", &json!({"products": [example::BOOK]})).await;
    let paying = |card: &str| {
        json!({"customer_email": "card@recordings-mail.net", "customer_billing_address": {"country": "FR"},
            "confirmation_token_id": format!("ctoken_1_{card}")})
    };
    let declined = confirm(&standin, &checkout.json, &paying("declined")).await;
    assert_eq!((declined.status, declined.text_at("/error")), (400, "PaymentError"));
    assert!(declined.text_at("/detail").starts_with("The payment failed: "));
    let path = format!("/v1/checkouts/{}", checkout.text_at("/id"));
    assert_eq!(get(&standin, &path).await.text_at("/status"), "open");
    assert_eq!(confirm(&standin, &checkout.json, &paying("ok")).await.text_at("/status"), "confirmed");
}

#[tokio::test]
async fn a_custom_price_has_limits() {
    let standin = standin().await;
    let begin = async |amount: i64| {
        post(&standin, "/v1/checkouts/", &json!({"products": [example::DONATION], "amount": amount})).await
    };
    assert_eq!(begin(1234).await.json["total_amount"], 1234);
    assert_eq!(begin(0).await.json["is_payment_required"], false);
    for amount in [-1, 50_001] {
        assert_eq!(begin(amount).await.status, 422, "{amount}");
    }
}

#[tokio::test]
async fn hidden_products_cannot_all_be_bought() {
    let standin = standin().await;
    for (product, expected) in [(example::OLD_EDITION, 422), (example::DRAFT, 422), (example::COMMISSION, 201)] {
        assert_eq!(post(&standin, "/v1/checkouts/", &json!({"products": [product]})).await.status, expected);
    }
}

#[tokio::test]
async fn grants_are_found_by_the_checkout_that_they_come_from() {
    let standin = standin().await;
    let email = "mix@recordings-mail.net".to_owned();
    let buy =
        |product_id| standin.buy(&Purchase { product_id, email: email.clone(), checkout_id: Some(Uuid::new_v4()) });
    let course = buy(example::COURSE).expect("a purchase");
    let letter = buy(example::LETTER).expect("a purchase");
    assert!(letter.subscription_id.is_some());
    let session = post(&standin, "/v1/customer-sessions/", &json!({"customer_id": course.customer_id})).await;
    let count = async |filter: String| {
        let list = portal(&standin, &format!("benefit-grants/?{filter}"), session.text_at("/token")).await;
        list.json["pagination"]["total_count"].clone()
    };
    for (filter, expected) in [
        (String::new(), 3),
        (format!("checkout_id={}", course.checkout_id), 2),
        (format!("checkout_id={}", letter.checkout_id), 1),
        (format!("order_id={}", course.order_id), 2),
        (format!("type=custom&checkout_id={}", course.checkout_id), 1),
        (format!("benefit_id={}&benefit_id={}", example::COURSE_ACCESS, example::LETTER_FILES), 2),
        (format!("checkout_id={}", Uuid::new_v4()), 0),
    ] {
        assert_eq!(count(filter.clone()).await, expected, "{filter}");
    }
    assert_eq!(buy(example::COURSE).expect("a purchase").grant_ids.len(), 2);
}

#[tokio::test]
async fn a_licence_key_is_validated_and_activated_until_its_limit() {
    let standin = standin().await;
    let session = post(&standin, "/v1/customer-sessions/", &json!({"customer_id": example::GRACE})).await;
    let keys = portal(&standin, "license-keys/", session.text_at("/token")).await;
    let key = json!({"key": keys.json["items"][0]["key"], "organization_id": example::ORGANIZATION, "label": "laptop"});
    let valid = post(&standin, "/v1/license-keys/validate", &key).await;
    assert_eq!((valid.status, valid.text_at("/status"), &valid.json["activation"]), (200, "granted", &Value::Null));
    let wrong = json!({"key": "EDITOR-NOPE", "organization_id": example::ORGANIZATION});
    assert_eq!(post(&standin, "/v1/license-keys/validate", &wrong).await.status, 404);
    let mut last = Value::Null;
    for expected in [200, 200, 200, 403] {
        let answer = post(&standin, "/v1/license-keys/activate", &key).await;
        assert_eq!(answer.status, expected);
        if expected == 200 {
            last = answer.json["id"].clone();
        }
    }
    let mut end = key.clone();
    end["activation_id"] = last;
    assert_eq!(post(&standin, "/v1/license-keys/deactivate", &end).await.status, 204);
    assert_eq!(post(&standin, "/v1/license-keys/activate", &key).await.status, 200);
}

#[tokio::test]
async fn an_invoice_is_made_after_the_answer() {
    let standin = standin().await;
    let session = post(&standin, "/v1/customer-sessions/", &json!({"customer_id": example::ADA})).await;
    let token = session.text_at("/token");
    let orders = portal(&standin, "orders/", token).await;
    let path = format!("orders/{}/invoice", orders.text_at("/items/0/id"));
    assert_eq!(portal(&standin, &path, token).await.text_at("/error"), "InvoiceDoesNotExist");
    let url = format!("{}/customer-portal/{path}", standin.api_url());
    assert_eq!(call("POST", &url, token, Some(&json!({}))).await.status, 202);
    standin.settle().await;
    assert_eq!(portal(&standin, &path, token).await.status, 200);
}
