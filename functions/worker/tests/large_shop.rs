//! A shop with 5,000 products.

use dynamodb::Embedded;
use jiff::Timestamp;
use mail::Mailer;
use polar_standin::{Options, Pace, Product, Shop, Standin};
use products::Products;
use queue::Job;
use startup::{Clients, Settings};
use uuid::Uuid;
use worker::Worker;

const PRODUCTS: usize = 5_000;

#[tokio::test]
async fn five_thousand_products_are_published_whole_with_one_call_per_hundred() {
    let shop = (0..PRODUCTS).fold(Shop::empty(), |shop, number| {
        shop.with_product(
            Product::new(Uuid::from_u128(number as u128 + 1), &format!("Product {number:04}")).priced(900),
        )
    });
    let polar = Standin::start(Options { shop, pace: Pace::Manual, ..Options::default() }).await.expect("a stand-in");
    let dynamodb = Embedded::in_memory().await.expect("an emulator");
    let settings: Settings = [
        ("POLAR_API_URL", polar.api_url()),
        ("POLAR_ACCESS_TOKEN", polar.access_token().to_owned()),
        ("AWS_ENDPOINT_URL_DYNAMODB", dynamodb.url().to_owned()),
        ("AWS_REGION", "us-east-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "test".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
        ("CATALOG_TABLE", "catalog".to_owned()),
        ("SESSIONS_TABLE", "sessions".to_owned()),
        ("DOWNLOADS_TABLE", "downloads".to_owned()),
        ("LOGINS_TABLE", "logins".to_owned()),
        ("CHECKOUTS_TABLE", "checkouts".to_owned()),
        ("MAIL_FROM", "shop@shop.example".to_owned()),
        ("STOREFRONT_ORIGINS", "https://shop.example".to_owned()),
    ]
    .into_iter()
    .collect();
    let clients = Clients::from_settings(&settings).expect("clients");
    let mailer = Mailer::from_settings(&settings, &clients).expect("a mailer");
    let worker = Worker::from_settings(&settings, &clients, mailer).expect("a worker");

    worker.work(&Job::Reconcile, Timestamp::now()).await.expect("a refresh");
    let pages = polar.requests().iter().filter(|request| request.path == "/v1/products/").count();
    assert_eq!(pages, PRODUCTS / 100);

    polar.clear_requests();
    let products = Products::from_settings(&settings, &clients).expect("products");
    assert_eq!(products.listing().await.expect("a listing").on_sale().len(), PRODUCTS);
    assert_eq!(polar.requests().len(), 0, "readers do not ask Polar");
}
