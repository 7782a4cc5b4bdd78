//! The page of a checkout.

#[allow(unreachable_pub, reason = "shared by several test programs")]
mod support;

use std::time::Duration;

use polar_standin::{Benefit, Product, Shop, demo};
use serde_json::json;
use support::{call, confirm, demo as standin, post, selling};
use uuid::Uuid;

#[tokio::test]
async fn an_open_checkout_shows_what_is_bought_and_says_what_it_is() {
    let standin = standin().await;
    let checkout = post(&standin, "/v1/checkouts/", &json!({"products": [demo::FOREST_PACK]})).await;
    let page = call("GET", checkout.text_at("/url"), "", None).await;
    assert_eq!(page.status, 200);
    for part in ["Low-Poly Forest", "$19.00", demo::SHOP_NAME, "takes no money", "4000 0000 0000 0002", "cover.svg"] {
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
    let wanted = json!({"products": [demo::SKY_SAMPLER], "success_url": "http://shop.example/?c={CHECKOUT_ID}"});
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
    let checkout = post(&standin, "/v1/checkouts/", &json!({"products": [demo::SKY_SAMPLER]})).await;
    confirm(&standin, &checkout.json, &json!({"customer_email": "page@recordings-mail.net"})).await;
    let waiting = call("GET", checkout.text_at("/success_url"), "", None).await;
    assert!(waiting.text().contains("http-equiv=\"refresh\""));
    standin.settle().await;
    assert!(call("GET", checkout.text_at("/success_url"), "", None).await.text().contains("Thank you!"));
}

#[tokio::test]
async fn an_expired_and_an_unknown_checkout_say_so() {
    let standin = standin().await;
    let checkout = post(&standin, "/v1/checkouts/", &json!({"products": [demo::SKY_SAMPLER]})).await;
    standin.advance(Duration::from_hours(24));
    assert_eq!(call("GET", checkout.text_at("/url"), "", None).await.status, 410);
    assert_eq!(call("GET", &format!("{}/checkout/polar_c_nope", standin.url()), "", None).await.status, 404);
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
