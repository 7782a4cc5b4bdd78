//! What somebody can do with a copy of every table: nothing.

use std::collections::BTreeSet;

use crate::support::{Browser, code_in_mail, open_shop_with, polar};
use aws_sdk_dynamodb::types::AttributeValue;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use polar_storefront::LocalShop;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use store::TABLES;

const IDEMPOTENCY_KEY: &str = "9f1c1f9e-6d2b-4a57-9a2e-0f3b5b6c7d8e";

/// Every value of every row, as it stands there.
async fn dump(shop: &LocalShop) -> BTreeSet<Vec<u8>> {
    let mut values = BTreeSet::new();
    for table in TABLES {
        let rows = shop.dynamodb.client().scan().table_name(table.name).send().await.expect("a table");
        assert!(rows.count() > 0, "nothing in the table {}", table.name);
        let attributes = rows.items.unwrap_or_default().into_iter().flatten();
        values.extend(attributes.flat_map(|(_, value)| parts_of(value)));
    }
    values
}

fn parts_of(value: AttributeValue) -> Vec<Vec<u8>> {
    match value {
        AttributeValue::S(text) | AttributeValue::N(text) => vec![text.into_bytes()],
        AttributeValue::B(bytes) => vec![bytes.into_inner()],
        AttributeValue::Bool(_) => Vec::new(),
        AttributeValue::L(values) => values.into_iter().flat_map(parts_of).collect(),
        AttributeValue::M(values) => {
            values.into_iter().flat_map(|(key, value)| [vec![key.into_bytes()], parts_of(value)].concat()).collect()
        }
        other => panic!("no test knows what is in {other:?}"),
    }
}

/// A buyer with everything that can stand in a table: a checkout by name, a claimed one, a download, an account, a code on its way.
struct Buyer {
    browser: Browser,
    checkout: Value,
    code: String,
}

async fn busy_buyer(shop: &LocalShop) -> Buyer {
    let browser = Browser::at(shop);
    browser.buy(shop, demo::SKY_SAMPLER, demo::ADA_EMAIL).await;
    let download = browser.post("/api/customer/download", &json!({ "productId": demo::SKY_SAMPLER })).await;
    assert_eq!(download.status, 200, "{download:?}");
    browser.sign_in(shop, demo::ADA_EMAIL).await;
    // Needs Polar's customer token, which is then kept with the session.
    browser.library().await;
    let named = [("idempotency-key", IDEMPOTENCY_KEY)];
    let checkout = browser.post_with("/api/checkout", &wanted(), &named).await;
    assert_eq!(checkout.status, 201, "{checkout:?}");
    assert_eq!(browser.post("/api/login", &json!({ "email": demo::ADA_EMAIL })).await.status, 202);
    let code = code_in_mail(shop, 1).await;
    Buyer { browser, checkout: checkout.body, code }
}

fn wanted() -> Value {
    json!({ "products": [demo::BRUSH_PACK] })
}

#[tokio::test]
async fn a_copy_of_all_tables_has_no_live_secret_in_it() {
    let shop = open_shop_with([]).await;
    let Buyer { browser, checkout, code } = busy_buyer(&shop).await;
    let (session, key) = (browser.cookie("__Host-session").unwrap(), browser.cookie("__Host-browser").unwrap());
    let (_, client_secret) = checkout["url"].as_str().unwrap().rsplit_once('/').expect("a secret in the address");
    let raw = |secret: &str| URL_SAFE_NO_PAD.decode(secret).expect("base64url");

    let secrets = [
        ("the session's token", session.clone().into_bytes()),
        ("its random bits", raw(&session)[16..].to_vec()),
        ("the browser's key", key.clone().into_bytes()),
        ("its random bits", raw(&key)),
        ("the code", code.clone().into_bytes()),
        ("the code without the dash", code.replace('-', "").into_bytes()),
        ("the idempotency key", IDEMPOTENCY_KEY.into()),
        ("the checkout's secret", client_secret.into()),
        ("a customer's token of Polar's", b"polar_mst_".to_vec()),
        ("a customer's token of Polar's", b"polar_cst_".to_vec()),
        ("the address", demo::ADA_EMAIL.into()),
    ];
    let values = dump(&shop).await;
    for (what, secret) in secrets {
        let holds = |value: &Vec<u8>| value.windows(secret.len()).any(|part| part == secret);
        assert!(!values.iter().any(holds), "{what} is in a table");
    }
}

/// A stranger without a browser, who may send anything.
struct Stranger {
    http: reqwest::Client,
    shop: String,
}

impl Stranger {
    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.shop)).header("origin", &self.shop)
    }

    async fn send(&self, request: RequestBuilder, body: Option<Value>) -> (u16, Value) {
        let request = match body {
            Some(body) => request.header("content-type", "application/json").body(body.to_string()),
            None => request,
        };
        let answer = request.send().await.expect("the shop answers");
        let status = answer.status().as_u16();
        (status, serde_json::from_slice(&answer.bytes().await.expect("a body")).unwrap_or_default())
    }

    /// Everything that the shop could take for a credential, and a way to see whether it did.
    async fn use_everywhere(&self, value: &str, buyer: &Buyer) {
        let session = |name: &str, text: String| self.request(Method::GET, "/api/session").header(name, text);
        for request in
            [session("cookie", format!("__Host-session={value}")), session("authorization", format!("Bearer {value}"))]
        {
            assert_eq!(self.send(request, None).await, (200, json!({ "active": false })), "as a session");
        }

        let id = buyer.checkout["checkoutId"].as_str().unwrap();
        let status = self.request(Method::GET, &format!("/api/checkout/{id}")).header("browser-key", value);
        assert!([401, 404].contains(&self.send(status, None).await.0), "as a browser's key");
        let typed = json!({ "code": buyer.code, "browserKey": value });
        let verify = self.request(Method::POST, "/api/login/verify");
        assert!(
            [401, 403].contains(&self.send(verify, Some(typed)).await.0),
            "as a browser's key, with the right code"
        );

        let named = self.request(Method::POST, "/api/checkout").header("idempotency-key", value);
        let (_, answer) = self.send(named, Some(wanted())).await;
        assert_ne!(answer["checkoutId"], buyer.checkout["checkoutId"], "as an idempotency key");
    }
}

#[tokio::test]
async fn a_copy_of_all_tables_opens_nothing() {
    let shop = open_shop_with([("ALLOW_BEARER", "true")]).await;
    let buyer = busy_buyer(&shop).await;
    // Not signed in, as the one who copies the tables is.
    let stranger = Stranger { http: startup::http_client(), shop: shop.url.clone() };
    let values = dump(&shop).await;
    let is_short =
        |text: &String| !text.is_empty() && text.len() <= 255 && text.bytes().all(|byte| byte.is_ascii_graphic());
    let spellings = values.iter().flat_map(|value| {
        let text = String::from_utf8_lossy(value).into_owned();
        // A row's name is a kind and a hash, which may be tried alone.
        let parts: Vec<_> = text.split('#').map(str::to_owned).collect();
        parts.into_iter().chain([text, URL_SAFE_NO_PAD.encode(value)])
    });
    let spellings: BTreeSet<_> = spellings.filter(is_short).collect();
    assert!(spellings.len() > 40, "{spellings:?}");

    for value in &spellings {
        stranger.use_everywhere(value, &buyer).await;
        // The right browser, and whatever the row says instead of the code.
        if store::LoginCode::parse(value).is_some() {
            assert_eq!(buyer.browser.type_code(value).await.refusal(), (403, "login_code_invalid"));
        }
    }
    polar(&shop).settle().await;
    assert_eq!(buyer.browser.type_code(&buyer.code).await.status, 201, "the secrets themselves still work");
}
