//! The page with the mails that nobody gets.

use polar_storefront::LocalShop;
use serde_json::json;

use crate::support::{Browser, open_shop, open_shop_with, options};

/// The page and its security policy.
async fn outbox(shop: &LocalShop) -> (String, String) {
    let answer = startup::http_client().get(format!("{}/outbox", shop.url)).send().await.expect("the shop answers");
    assert_eq!(answer.status(), 200);
    let policy = answer.headers()["content-security-policy"].to_str().expect("text").to_owned();
    (answer.text().await.expect("text"), policy)
}

#[tokio::test]
async fn the_outbox_shows_what_was_mailed_the_newest_first() {
    let shop = open_shop().await;
    assert!(outbox(&shop).await.0.contains("Nothing yet"));
    Browser::at(&shop).post("/api/login", &json!({ "email": "nobody@recordings-mail.net" })).await;
    let first = Browser::at(&shop).ask_for_code(&shop, demo::ADA_EMAIL).await;
    let second = Browser::at(&shop).ask_for_code(&shop, demo::GRACE_EMAIL).await;

    let (page, _) = outbox(&shop).await;
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text} is not on the page"));
    assert!(at(demo::GRACE_EMAIL) < at(demo::ADA_EMAIL) && at(&second) < at(&first));
    assert!(page.contains("Your sign-in code for Meshwork Goods"));
    assert!(page.contains("Meshwork Goods &#60;shop@localhost&#62;"));
    assert!(!page.contains("nobody@recordings-mail.net"));
    assert!(shop.greeting(&options([])).contains(&format!("{}/outbox", shop.url)));
}

#[tokio::test]
async fn a_mail_on_the_page_is_only_looked_at() {
    let shop = open_shop_with([("MAIL_FROM", "Nuts & 'Bolts' <shop@shop.example>")]).await;
    Browser::at(&shop).ask_for_code(&shop, demo::ADA_EMAIL).await;

    let (page, policy) = outbox(&shop).await;
    assert!(page.contains("Nuts &#38; &#39;Bolts&#39;"), "{page}");
    assert!(
        page.contains("sandbox=\"allow-popups allow-popups-to-escape-sandbox\"") && page.contains("srcdoc=\"&#60;")
    );
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("script"), "{policy}");
}
