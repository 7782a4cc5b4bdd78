//! The main job over HTTP: buy, claim, see the library, download.

use std::{collections::BTreeSet, time::Duration};

use crate::support::{Browser, CARD_THAT_IS_DECLINED, CARD_THAT_PAYS, open_shop, open_shop_with, polar};
use polar_standin::Fault;
use ring::digest;
use serde_json::{Value, json};
use store::Proof;

fn sha256(bytes: &[u8]) -> String {
    digest::digest(&digest::SHA256, bytes)
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<Vec<_>>()
        .concat()
}

#[tokio::test]
async fn a_free_purchase_ends_in_the_file_that_the_library_names() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    browser.buy(&shop, demo::SKY_SAMPLER, "new@recordings-mail.net").await;

    let library = browser.library().await;
    let [row] = library.as_slice() else { panic!("one row: {library:?}") };
    assert_eq!(
        (&row["status"], &row["downloadBought"], &row["remainingDownloads"]),
        (&json!("available"), &json!(5), &json!(5))
    );

    let link = browser.post("/api/customer/download", &json!({ "productId": demo::SKY_SAMPLER })).await;
    assert_eq!((link.status, &link.body["remainingDownloads"]), (200, &json!(4)));
    let file = browser.fetch(link.body["downloadUrl"].as_str().unwrap()).await;
    assert_eq!(Value::from(sha256(&file)), row["checksumSha256"]);
    assert_eq!(Value::from(file.len()), row["size"]);
}

#[tokio::test]
async fn a_paid_purchase_ends_in_files_with_any_name() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    let checkout = browser.begin(demo::FOREST_PACK).await;
    assert_eq!(browser.pay(&checkout, "new@recordings-mail.net", CARD_THAT_PAYS).await, 200);
    polar(&shop).settle().await;
    assert_eq!(browser.claim(&checkout).await.status, 201);

    let library = browser.library().await;
    let names: BTreeSet<&str> = library.iter().map(|row| row["fileName"].as_str().unwrap()).collect();
    assert!(names.contains("写真.zip") && names.contains("Übersicht – Größen.pdf"), "{names:?}");
    for row in &library {
        let file_id = row["fileId"].as_str().unwrap();
        let path = format!("/api/customer/download/{file_id}");
        let link = browser.get_with(&path, &[("accept", "application/json")]).await;
        let file = browser.fetch(link.body["downloadUrl"].as_str().unwrap()).await;
        assert_eq!(Value::from(sha256(&file)), row["checksumSha256"], "{row}");
    }
}

#[tokio::test]
async fn a_declined_card_leaves_the_checkout_open_for_another_one() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    let checkout = browser.begin(demo::RETOPO_TOOLKIT).await;

    assert_eq!(browser.pay(&checkout, "new@recordings-mail.net", CARD_THAT_IS_DECLINED).await, 400);
    polar(&shop).settle().await;
    let status = browser.get(&format!("/api/checkout/{checkout}")).await;
    assert_eq!(status.body["status"], "open");
    assert!(status.body["url"].is_string(), "the buyer can go back and pay");
    assert_eq!(browser.claim(&checkout).await.status, 202);

    assert_eq!(browser.pay(&checkout, "new@recordings-mail.net", CARD_THAT_PAYS).await, 200);
    polar(&shop).settle().await;
    assert_eq!(browser.claim_when_told(&checkout).await.status, 201);
}

#[tokio::test]
async fn a_claim_waits_for_the_payment_and_a_download_for_the_grant() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    let checkout = browser.begin(demo::SKY_SAMPLER).await;
    let wanted = json!({ "productId": demo::SKY_SAMPLER });

    let unpaid = browser.claim(&checkout).await;
    assert_eq!((unpaid.status, unpaid.header("retry-after")), (202, Some("1")));
    browser.pay(&checkout, "new@recordings-mail.net", None).await;
    let confirmed = browser.claim(&checkout).await;
    assert_eq!((confirmed.status, &confirmed.body["status"]), (202, &json!("pending")), "confirmed is not paid");

    assert!(polar(&shop).settle_step().await);
    assert_eq!(browser.claim_when_told(&checkout).await.status, 201);
    assert_eq!(browser.library().await[0]["status"], "pending");
    let early = browser.post("/api/customer/download", &wanted).await;
    assert_eq!((early.refusal(), early.header("retry-after")), ((409, "download_pending"), Some("1")));

    polar(&shop).settle().await;
    assert_eq!(browser.library().await[0]["status"], "available");
    assert_eq!(
        browser.post("/api/customer/download", &wanted).await.body["remainingDownloads"],
        4,
        "the early one was free"
    );
}

#[tokio::test]
async fn a_product_with_several_files_asks_which_one() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    let checkout = browser.begin(demo::FOREST_PACK).await;
    browser.pay(&checkout, "new@recordings-mail.net", CARD_THAT_PAYS).await;
    polar(&shop).settle().await;
    browser.claim(&checkout).await;

    let refused = browser.post("/api/customer/download", &json!({ "productId": demo::FOREST_PACK })).await;
    assert_eq!(refused.refusal(), (422, "file_required"));
    let choices = refused.body["files"].as_array().expect("the choices");
    assert_eq!(choices.len(), browser.library().await.len());

    let wanted = json!({ "productId": demo::FOREST_PACK, "fileId": choices[0]["fileId"] });
    let link = browser.post("/api/customer/download", &wanted).await;
    assert_eq!((link.status, &link.body["fileName"]), (200, &choices[0]["fileName"]));
}

#[tokio::test]
async fn a_file_elsewhere_is_counted_and_linked_like_one_at_polar() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    let checkout = browser.begin(demo::LIGHTING_COURSE).await;
    browser.pay(&checkout, "new@recordings-mail.net", CARD_THAT_PAYS).await;
    polar(&shop).settle().await;
    browser.claim(&checkout).await;

    let library = browser.library().await;
    let videos = library.iter().find(|row| row["type"] == "url").expect("the videos");
    let workbook = library.iter().find(|row| row["type"] == "file").expect("the workbook");
    assert!(workbook["accessExpiresAt"].is_string(), "30 days");
    let link = browser.post("/api/customer/download", &json!({ "fileId": videos["fileId"] })).await;
    assert!(link.body["downloadUrl"].as_str().unwrap().starts_with("https://"));
    assert_eq!(link.body["expiresAt"], Value::Null);
}

#[tokio::test]
async fn a_subscription_is_one_purchase() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    browser.buy(&shop, demo::WORKSHOP_LETTER, "new@recordings-mail.net").await;

    let library = browser.library().await;
    assert_eq!((library.len(), &library[0]["status"]), (1, &json!("available")));
    let link = browser.post("/api/customer/download", &json!({ "productId": demo::WORKSHOP_LETTER })).await;
    assert_eq!(link.status, 200);
}

#[tokio::test]
async fn a_failure_of_polar_costs_no_download() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    browser.buy(&shop, demo::SKY_SAMPLER, "new@recordings-mail.net").await;
    let downloadables = || Fault::on("GET /v1/customer-portal/downloadables/");
    let wanted = json!({ "productId": demo::SKY_SAMPLER });

    for (case, fault, refusal) in [
        ("down", downloadables().status(503), (503, "polar_unavailable")),
        ("broken", downloadables().status(500), (503, "polar_unavailable")),
        ("gone in the middle", downloadables().drop_connection(), (503, "polar_unavailable")),
        ("limited", downloadables().rate_limited(std::time::Duration::from_mins(1)), (503, "polar_unavailable")),
        ("a page of something else", downloadables().body(200, "text/html", "<h1>Hi</h1>"), (503, "polar_unavailable")),
        ("nonsense", downloadables().body(200, "application/json", "{\"items\": 7}"), (502, "polar_unexpected")),
    ] {
        polar(&shop).fault(fault);
        let refused = browser.post("/api/customer/download", &wanted).await;
        assert_eq!(refused.refusal(), refusal, "{case}: {:?}", refused.body);
        assert_eq!(refused.header("retry-after").is_some(), refusal.0 != 502, "{case}");
        polar(&shop).clear_faults();
    }

    assert_eq!(browser.library().await[0]["downloadUsed"], 0);
    assert_eq!(browser.post("/api/customer/download", &wanted).await.body["remainingDownloads"], 4);
}

#[tokio::test]
async fn a_polar_that_never_answers_costs_no_download() {
    let shop = open_shop_with([("POLAR_TIME_LIMIT_MILLISECONDS", "2000")]).await;
    let browser = Browser::at(&shop);
    browser.buy(&shop, demo::SKY_SAMPLER, "new@recordings-mail.net").await;

    polar(&shop).fault(Fault::on("GET /v1/customer-portal/downloadables/").hang());
    let refused = browser.post("/api/customer/download", &json!({ "productId": demo::SKY_SAMPLER })).await;
    assert_eq!(refused.refusal(), (504, "polar_timeout"), "{:?}", refused.body);
    polar(&shop).clear_faults();
    assert_eq!(browser.library().await[0]["downloadUsed"], 0);
}

#[tokio::test]
async fn what_polar_takes_back_is_refused_at_once() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    let checkout = browser.begin(demo::RETOPO_TOOLKIT).await;
    browser.pay(&checkout, "new@recordings-mail.net", CARD_THAT_PAYS).await;
    polar(&shop).settle().await;
    browser.claim(&checkout).await;
    let row = browser.library().await.remove(0);
    let order_id = row["orderId"].as_str().unwrap().parse().expect("an id");

    assert!(polar(&shop).refund(order_id, true));
    let refused = browser.post("/api/customer/download", &json!({ "fileId": row["fileId"] })).await;
    assert_eq!(refused.refusal(), (403, "not_entitled"));
    assert_eq!(browser.library().await[0]["status"], "expired");
}

#[tokio::test]
async fn what_polar_tells_by_webhook_reaches_the_buyers_history() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    let checkout = browser.begin(demo::TYPEFACE).await;
    browser.pay(&checkout, "new@recordings-mail.net", CARD_THAT_PAYS).await;
    polar(&shop).settle().await;
    browser.claim(&checkout).await;
    let row = browser.library().await.remove(0);
    assert_eq!(browser.post("/api/customer/download", &json!({ "fileId": row["fileId"] })).await.status, 200);

    assert!(polar(&shop).refund(row["orderId"].as_str().unwrap().parse().unwrap(), true));
    assert!(polar(&shop).deliver().await > 0, "the shop is an endpoint of Polar's");

    let account = Browser::signed_in(&shop, row["customerId"].as_str().unwrap().parse().unwrap(), Proof::Mailbox).await;
    let told = async {
        loop {
            let history = account.get("/api/customer/downloads").await;
            let results = history.body["items"].as_array().expect("items").iter().map(|item| item["result"].clone());
            let results: BTreeSet<String> = results.filter_map(|result| Some(result.as_str()?.to_owned())).collect();
            if results.len() == 3 {
                break results;
            }
        }
    };
    // A limit for the case that it never comes true.
    let told = tokio::time::timeout(Duration::from_mins(1), told).await.expect("the worker does its work");
    assert_eq!(told, ["access_revoked", "issued", "order_refunded"].map(str::to_owned).into());
    assert_eq!(account.get("/dead-letters").await.body, json!([]));
}
