//! What the demo shop shows to everybody, and what its two customers bought before.

use bytes::Bytes;
use http::{Request, Response, header};
use http_body_util::{BodyExt, Empty};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use polar_standin::{Options, Standin};
use serde_json::{Value, json};

async fn standin() -> Standin {
    let shop = demo::shop().expect("the demo shop");
    Standin::start(Options { shop, ..Options::default() }).await.expect("a free port")
}

async fn fetch(request: Request<Empty<Bytes>>) -> Response<Bytes> {
    let answer = Client::builder(TokioExecutor::new()).build_http().request(request).await.expect("an answer");
    let (head, body) = answer.into_parts();
    Response::from_parts(head, body.collect().await.expect("a body").to_bytes())
}

/// The items of a list of the API.
async fn list(standin: &Standin, path: &str) -> Vec<Value> {
    let token = format!("Bearer {}", standin.access_token());
    let request = Request::get(format!("{}{path}", standin.api_url())).header(header::AUTHORIZATION, token);
    let answer = fetch(request.body(Empty::new()).expect("a request")).await;
    let answer: Value = serde_json::from_slice(answer.body()).expect("JSON");
    answer["items"].as_array().cloned().expect("items")
}

#[tokio::test]
async fn ten_products_are_shown_each_with_a_text_a_price_and_a_cover() {
    let standin = standin().await;
    let products = list(&standin, "/products/?is_archived=false&visibility=public&limit=100").await;
    assert_eq!(products.len(), 10);
    for product in &products {
        let name = &product["name"];
        assert!(product["description"].as_str().is_some_and(|text| text.contains("**")), "{name}");
        let prices = product["prices"].as_array().cloned().unwrap_or_default();
        let currencies: Vec<&str> = prices.iter().filter_map(|price| price["price_currency"].as_str()).collect();
        let has_two = [json!(demo::STUDIO_PLANNER), json!(demo::LIGHTING_COURSE)].contains(&product["id"]);
        assert_eq!(currencies, if has_two { vec!["usd", "eur"] } else { vec!["usd"] }, "{name}");

        let cover = product["medias"][0]["public_url"].as_str().unwrap_or_default();
        let cover = fetch(Request::get(cover).body(Empty::new()).expect("a request")).await;
        assert_eq!(cover.headers()[header::CONTENT_TYPE], "image/svg+xml", "{name}");
        let cover = String::from_utf8_lossy(cover.body()).into_owned();
        assert!(cover.starts_with("<svg ") && cover.ends_with("</svg>"), "{name}");
    }
    let hidden = [demo::ARCHIVED_PACK, demo::PRIVATE_COMMISSION, demo::DRAFT_KIT].map(|id| json!(id));
    assert!(products.iter().all(|product| !hidden.contains(&product["id"])));
    assert_eq!(list(&standin, "/products/?limit=100").await.len(), 13);
}

#[tokio::test]
async fn ada_and_grace_bought_before() {
    let standin = standin().await;
    for (customer, email, expected) in [
        (demo::ADA, demo::ADA_EMAIL, [demo::FOREST_PACK, demo::POLYGON_PRIMER]),
        (demo::GRACE, demo::GRACE_EMAIL, [demo::ASSET_CLUB, demo::RETOPO_TOOLKIT]),
    ] {
        assert_eq!(list(&standin, &format!("/customers/?email={email}")).await[0]["id"], json!(customer));
        let orders = list(&standin, &format!("/orders/?customer_id={customer}")).await;
        let products: Vec<Value> = orders.iter().map(|order| order["product_id"].clone()).collect();
        assert_eq!(products, expected.map(|id| json!(id)));
    }
}

/// Event files, `openapi.json` and tests name what is in the shop.
#[tokio::test]
async fn the_ids_are_those_of_the_seed() {
    let standin = standin().await;
    let products = list(&standin, "/products/?limit=100").await;
    let sampler = products.iter().find(|product| product["id"] == json!(demo::SKY_SAMPLER)).expect("the sampler");
    assert_eq!(sampler["organization_id"], json!(demo::ORGANIZATION));
    assert_eq!(sampler["benefits"][0]["id"], json!(demo::SKY_FILES));
    assert_eq!(sampler["benefits"][0]["metadata"], json!({"download_limit": 5}));
    let files = list(&standin, "/files/?limit=100").await;
    let archive = files.iter().find(|file| file["id"] == json!(demo::SKY_ARCHIVE)).expect("the archive");
    assert_eq!((&archive["name"], &archive["version"]), (&json!("golden-hour-skies.zip"), &json!("1.2")));
    let links = list(&standin, "/checkout-links/").await;
    assert_eq!(links[0]["id"], json!(demo::BUNDLE_LINK));
}
