//! A purchase from the checkout to the bytes of the file, over HTTP.

#[allow(unreachable_pub, reason = "shared by several test programs")]
mod support;

use serde_json::json;
use support::{call, confirm, example, get, portal, post, standin};

#[tokio::test]
async fn a_free_product_is_bought_and_downloaded() {
    let standin = standin().await;
    let url = "http://shop.example/thanks?checkout_id={CHECKOUT_ID}";
    let wanted = json!({"products": [example::SAMPLER], "success_url": url});
    let checkout = post(&standin, "/v1/checkouts/", &wanted).await;
    assert_eq!((checkout.status, checkout.text_at("/status")), (201, "open"));
    let id = checkout.text_at("/id").to_owned();
    assert_eq!(checkout.text_at("/success_url"), format!("http://shop.example/thanks?checkout_id={id}"));

    let confirmed = confirm(&standin, &checkout.json, &json!({"customer_email": "new@recordings-mail.net"})).await;
    assert_eq!((confirmed.status, confirmed.text_at("/status")), (200, "confirmed"));
    let token = confirmed.text_at("/customer_session_token").to_owned();
    assert!(token.starts_with("polar_cst_"));
    assert_eq!(get(&standin, &format!("/v1/checkouts/{id}")).await.text_at("/status"), "confirmed");

    assert!(standin.settle_step().await, "the order");
    assert_eq!(get(&standin, &format!("/v1/checkouts/{id}")).await.text_at("/status"), "succeeded");
    let order = get(&standin, &format!("/v1/orders/?checkout_id={id}")).await;
    assert_eq!(order.text_at("/items/0/status"), "paid");
    assert_eq!(portal(&standin, "downloadables/", &token).await.json["items"], json!([]), "right after the success");

    assert!(standin.settle_step().await, "the grants");
    assert!(!standin.settle_step().await, "nothing is left");
    let list = portal(&standin, "downloadables/", &token).await;
    let hop = call("GET", list.text_at("/items/0/file/download/url"), "", None).await;
    assert_eq!(hop.status, 302);
    let file = call("GET", &hop.header("location"), "", None).await;
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"sample-chapter.txt\"");
    assert!(file.text().starts_with("Chapter 1."));
    assert_eq!(list.json["items"][0]["file"]["size"], file.bytes.len());
}
