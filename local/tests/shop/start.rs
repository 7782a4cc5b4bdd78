//! Starting, stopping and starting again.

use std::fs;

use crate::support::{Browser, open_shop, options};
use polar_storefront::{LocalShop, Options};

async fn failure(options: &Options) -> String {
    match LocalShop::start(options).await {
        Ok(_) => panic!("the shop started"),
        Err(error) => format!("{error:#}"),
    }
}

#[tokio::test]
async fn a_restart_loses_no_session_and_no_purchase() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = Options { data: folder.path().join("data"), ..options([]) };
    let shop = LocalShop::start(&options).await.expect("the shop starts");
    let browser = Browser::at(&shop);
    browser.buy(&shop, demo::SKY_SAMPLER, "new@recordings-mail.net").await;
    let (before, session) = (browser.library().await, browser.cookie("__Host-session").expect("a session"));
    drop(shop);

    let shop = LocalShop::start(&options).await.expect("the shop starts again");
    let browser = Browser::at(&shop);
    browser.set_cookie("__Host-session", &session);
    assert_eq!(browser.library().await, before);
}

#[tokio::test]
async fn a_running_shop_tells_where_it_is_until_it_stops_and_tells_no_secret_of_the_environment() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("running.json");
    let settings = [("POLAR_WEBHOOK_SECRET", "whsec_of_the_real_polar")];
    let shop = LocalShop::start(&Options { data: folder.path().to_owned(), ..options(settings) }).await;
    let shop = shop.expect("the shop starts");

    let running = fs::read_to_string(&file).expect("the file");
    assert!(running.contains(&shop.url) && running.contains(shop.dynamodb.url()), "{running}");
    assert!(!running.contains("whsec_"), "{running}");

    drop(shop);
    assert!(!file.exists());
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let shop = open_shop().await;
    let port = shop.url.rsplit_once(':').and_then(|(_, port)| port.parse().ok()).expect("a port");
    let failure = failure(&Options { port, memory: true, ..options([]) }).await;
    assert!(failure.contains(&format!("port {port} is already in use")) && failure.contains("--port"), "{failure}");
}

#[tokio::test]
async fn a_data_file_that_is_none_is_reported_and_left_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    for file in ["dynamodb.db", "polar.json"] {
        let data = folder.path().join(file.replace('.', "-"));
        fs::create_dir_all(&data).unwrap();
        fs::write(data.join(file), "this is no data file\n".repeat(100)).unwrap();

        let failure = failure(&Options { data: data.clone(), ..options([]) }).await;
        assert!(failure.contains(file), "{failure}");
        assert!(fs::read_to_string(data.join(file)).unwrap().starts_with("this is no data file"), "{file}");
    }
}

#[tokio::test]
async fn a_bad_setting_is_named() {
    for (name, value) in [
        ("DOWNLOAD_LIMIT", "many"),
        ("DOWNLOAD_LIMIT", "0"),
        ("CLAIM_WINDOW_SECONDS", "-1"),
        ("ALLOW_BEARER", "yes"),
        ("STOREFRONT_ORIGINS", "shop.example"),
        ("CHECKOUT_DISCOUNT_IDS", "SUMMER"),
        ("MAIL_FROM", "Meshwork Goods"),
        ("SIGN_IN_URL", "shop.example/sign-in"),
    ] {
        let failure = failure(&Options { memory: true, ..options([(name, value)]) }).await;
        assert!(failure.contains(name) && !failure.contains('\n'), "{failure}");
    }
    let with_token = [("POLAR_ACCESS_TOKEN", "polar_oat_x"), ("POLAR_SERVER", "staging")];
    let failure = failure(&Options { memory: true, ..options(with_token) }).await;
    assert!(failure.contains("POLAR_SERVER"), "{failure}");
}

#[tokio::test]
async fn the_ready_file_has_the_addresses_once_everything_answers() {
    let folder = tempfile::tempdir().expect("a folder");
    let ready_file = folder.path().join("ready.json");
    let shop =
        LocalShop::start(&Options { memory: true, ready_file: Some(ready_file.clone()), ..options([]) }).await.unwrap();

    let addresses: serde_json::Value = serde_json::from_slice(&fs::read(ready_file).unwrap()).expect("JSON");
    assert_eq!(addresses["shop"], shop.url);
    assert_eq!(addresses["polar"], shop.polar_url());
    assert_eq!(addresses["dynamodb"], shop.dynamodb.url());
    assert_eq!(Browser::at(&shop).get("/api/health").await.body["status"], "ok");
}

#[tokio::test]
async fn the_page_is_served_with_a_policy_that_allows_only_itself() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    for path in ["/", "/style.css", "/storefront.js", "/library.html"] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(
            answer.header("content-security-policy").is_some_and(|policy| policy.starts_with("default-src 'self'")),
            "{path}"
        );
    }
    for path in ["/nothing", "/tests/package.json"] {
        assert_eq!(browser.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn a_page_whose_host_name_leads_to_this_machine_reads_nothing() {
    let shop = open_shop().await;
    let browser = Browser::at(&shop);
    for (host, status) in [
        ("evil.example", 421),
        ("evil.example:3000", 421),
        ("localhost.evil.example:3000", 421),
        ("127.0.0.1.nip.io", 421),
        ("", 421),
        ("localhost:3000", 200),
        ("127.0.0.1:3000", 200),
        ("[::1]:3000", 200),
    ] {
        for path in ["/outbox", "/api/health", "/dead-letters", "/"] {
            assert_eq!(browser.get_raw(path, host).await, status, "{path} as {host:?}");
        }
    }
}
