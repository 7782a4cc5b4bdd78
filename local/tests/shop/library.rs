//! The library: whose it is, what is in it, and how it follows what happens at Polar.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use polar_standin::{Benefit, File, Pace, Product, Shop, Standin};
use serde_json::{Value, json};
use store::Proof;
use uuid::Uuid;

use crate::support::{Browser, bought, open_shop, open_shop_at, polar};

const NEW: &str = "new@recordings-mail.net";
const OTHER: &str = "other@recordings-mail.net";

/// One column of the library, row by row.
async fn column(browser: &Browser, name: &str) -> Vec<Value> {
    browser.library().await.iter().map(|row| row[name].clone()).collect()
}

fn only(status: &str) -> BTreeSet<String> {
    BTreeSet::from([status.to_owned()])
}

#[tokio::test]
async fn customers_see_their_own_purchases_only() {
    let shop = open_shop().await;
    let mine = bought(polar(&shop), demo::SKY_SAMPLER, NEW);
    let theirs = bought(polar(&shop), demo::POLYGON_PRIMER, OTHER);
    let [me, them] = [&mine, &theirs].map(|purchase| Browser::signed_in(&shop, purchase.customer_id, Proof::Mailbox));
    let (me, them) = (me.await, them.await);

    assert_eq!(column(&me, "orderId").await, [json!(mine.order_id)]);
    assert_eq!(column(&them, "orderId").await, [json!(theirs.order_id)]);
    assert_eq!(column(&me, "customerId").await, [json!(mine.customer_id)]);

    let row = them.library().await.remove(0);
    let foreign = format!("/api/customer/downloadable-products/{}", row["id"].as_str().unwrap());
    assert_eq!(them.get(&foreign).await.status, 200);
    assert_eq!(me.get(&foreign).await.refusal(), (404, "not_found"), "a foreign row");
    for wanted in
        [json!({ "fileId": row["fileId"] }), json!({ "productId": row["productId"], "orderId": row["orderId"] })]
    {
        let refused = me.post("/api/customer/download", &wanted).await;
        assert_eq!(refused.refusal(), (403, "not_entitled"), "{wanted}");
    }
    assert_eq!(column(&them, "downloadUsed").await, [json!(0)]);
}

#[tokio::test]
async fn sessions_of_two_orders_of_one_customer_see_one_order_each() {
    let shop = open_shop().await;
    let orders = [demo::SKY_SAMPLER, demo::POLYGON_PRIMER].map(|product| bought(polar(&shop), product, NEW));
    let [first, second] = orders.each_ref().map(|order| {
        let scope = Proof::Checkout(order.checkout_id);
        Browser::signed_in(&shop, order.customer_id, scope)
    });
    let (first, second) = (first.await, second.await);

    assert_eq!(column(&first, "orderId").await, [json!(orders[0].order_id)]);
    assert_eq!(column(&second, "orderId").await, [json!(orders[1].order_id)]);

    let row = second.library().await.remove(0);
    let path = format!("/api/customer/downloadable-products/{}", row["id"].as_str().unwrap());
    assert_eq!(first.get(&path).await.refusal(), (404, "not_found"));
    for wanted in [json!({ "fileId": row["fileId"] }), json!({ "productId": row["productId"] })] {
        let refused = first.post("/api/customer/download", &wanted).await;
        assert_eq!(refused.refusal(), (403, "order_scope"), "{wanted}");
    }
    assert_eq!(column(&second, "downloadUsed").await, [json!(0)]);
}

#[tokio::test]
async fn the_same_product_bought_twice_is_two_rows_with_a_counter_each() {
    let shop = open_shop().await;
    let orders = [(); 2].map(|()| bought(polar(&shop), demo::TYPEFACE, NEW));
    let browser = Browser::signed_in(&shop, orders[0].customer_id, Proof::Mailbox).await;

    let wanted = json!({ "productId": demo::TYPEFACE, "orderId": orders[1].order_id });
    assert_eq!(browser.post("/api/customer/download", &wanted).await.status, 200);

    let used = browser.library().await.into_iter().map(|row| (row["orderId"].clone(), row["downloadUsed"].clone()));
    let used: Vec<_> = used.collect();
    assert_eq!(used.len(), 2);
    assert!(
        used.contains(&(json!(orders[0].order_id), json!(0))) && used.contains(&(json!(orders[1].order_id), json!(1)))
    );
}

#[tokio::test]
async fn a_benefit_of_two_products_is_a_row_for_each_of_them() {
    let shop = open_shop().await;
    let pack = bought(polar(&shop), demo::FOREST_PACK, NEW);
    let club = bought(polar(&shop), demo::ASSET_CLUB, NEW);
    let browser = Browser::signed_in(&shop, pack.customer_id, Proof::Mailbox).await;

    let library = browser.library().await;
    let files = |order: Uuid| {
        let rows = library.iter().filter(|row| row["orderId"] == json!(order));
        rows.map(|row| row["fileId"].to_string()).collect::<BTreeSet<_>>()
    };
    assert!(!files(pack.order_id).is_empty());
    assert!(files(club.order_id).is_superset(&files(pack.order_id)), "{library:#?}");
}

#[tokio::test]
async fn files_come_and_go_with_the_benefit() {
    let shop = open_shop().await;
    let order = bought(polar(&shop), demo::SKY_SAMPLER, NEW);
    let browser = Browser::signed_in(&shop, order.customer_id, Proof::Mailbox).await;
    let names = async || column(&browser, "fileName").await;
    assert_eq!(names().await, ["golden-hour-skies.zip"]);

    let added = File::downloadable(Uuid::from_u128(5), "blue hour 夜.zip", "application/zip", &b"later"[..]);
    assert!(polar(&shop).add_file(demo::SKY_FILES, added));
    assert_eq!(names().await, ["golden-hour-skies.zip", "blue hour 夜.zip"], "those who bought before have it too");
    assert!(polar(&shop).archive_file(demo::SKY_FILES, demo::SKY_ARCHIVE));
    assert_eq!(names().await, ["blue hour 夜.zip"], "an archived file is gone for everybody");
    let refused = browser.post("/api/customer/download", &json!({ "fileId": demo::SKY_ARCHIVE })).await;
    assert_eq!(refused.refusal(), (403, "not_entitled"));
    assert!(polar(&shop).restore_file(demo::SKY_FILES, demo::SKY_ARCHIVE));
    assert_eq!(names().await.len(), 2);
}

#[tokio::test]
async fn a_benefit_that_was_removed_takes_its_files_away() {
    let shop = open_shop().await;
    assert!(polar(&shop).remove_benefit(demo::POLYGON_PRIMER, demo::PRIMER_FILES));
    // Ada has bought the primer before; see the demo shop.
    let browser = Browser::signed_in(&shop, demo::ADA, Proof::Mailbox).await;

    let library = browser.library().await;
    let primer = library.iter().filter(|row| row["productId"] == json!(demo::POLYGON_PRIMER));
    assert!(primer.into_iter().all(|row| row["status"] == "expired"), "{library:#?}");
    let refused = browser.post("/api/customer/download", &json!({ "productId": demo::POLYGON_PRIMER })).await;
    assert_eq!(refused.refusal(), (403, "not_entitled"));
}

#[tokio::test]
async fn a_library_without_files_is_an_empty_list() {
    let thanks = Product::new(Uuid::from_u128(1), "A word of thanks").priced(0);
    let polar = start_polar(Shop::empty().with_product(thanks)).await;
    let shop = open_shop_at(&polar).await;
    let order = bought(&polar, Uuid::from_u128(1), NEW);

    for scope in [Proof::Mailbox, Proof::Checkout(order.checkout_id)] {
        let browser = Browser::signed_in(&shop, order.customer_id, scope).await;
        let library = browser.get("/api/customer/downloadable-products").await;
        assert_eq!(library.body, json!({ "items": [], "pagination": { "totalCount": 0, "maxPage": 0 } }), "{scope:?}");
    }
}

/// A Polar that sells something else than the demo shop's products.
async fn start_polar(shop: Shop) -> Standin {
    let options = polar_standin::Options { shop, pace: Pace::Manual, ..polar_standin::Options::default() };
    Standin::start(options).await.expect("a Polar")
}

#[tokio::test]
async fn a_refund_takes_away_what_it_revokes_and_nothing_else() {
    let shop = open_shop().await;
    let orders = [(); 3].map(|()| bought(polar(&shop), demo::TYPEFACE, NEW));
    let [partly, kept, revoked] = orders.each_ref().map(|order| order.order_id);
    polar(&shop).partial_refund(partly, 500).expect("a refund");
    assert!(polar(&shop).refund(kept, false) && polar(&shop).refund(revoked, true));
    let browser = Browser::signed_in(&shop, orders[0].customer_id, Proof::Mailbox).await;

    let library = browser.library().await;
    for (order, order_status, status, canceled, remaining) in [
        (partly, "partially_refunded", "available", 0, 1),
        (kept, "refunded", "available", 0, 1),
        (revoked, "refunded", "expired", 1, 0),
    ] {
        let row = library.iter().find(|row| row["orderId"] == json!(order)).expect("a row");
        let said = [&row["order"]["status"], &row["status"], &row["downloadCanceled"], &row["remainingDownloads"]];
        assert_eq!(said, [&json!(order_status), &json!(status), &json!(canceled), &json!(remaining)]);
        let wanted = json!({ "fileId": row["fileId"], "orderId": order });
        let download = browser.post("/api/customer/download", &wanted).await;
        assert_eq!(download.status, if status == "available" { 200 } else { 403 }, "{order_status}");
    }
}

/// Ada bought the forest a month ago; see the demo shop.
#[tokio::test]
async fn a_dispute_that_is_closed_takes_the_files_and_leaves_the_order_paid() {
    let shop = open_shop().await;
    let browser = Browser::signed_in(&shop, demo::ADA, Proof::Mailbox).await;
    let of_forest = |library: Vec<Value>| {
        library.into_iter().filter(|row| row["productId"] == json!(demo::FOREST_PACK)).collect::<Vec<_>>()
    };
    let before = of_forest(browser.library().await);
    let order_id = before[0]["orderId"].as_str().unwrap().parse().unwrap();
    assert!(polar(&shop).close_dispute(order_id));

    let after = of_forest(browser.library().await);
    assert_eq!(after.len(), before.len());
    for row in after {
        assert_eq!((&row["status"], &row["order"]["status"]), (&json!("expired"), &json!("paid")));
        let refused = browser.post("/api/customer/download", &json!({ "fileId": row["fileId"] })).await;
        assert_eq!(refused.refusal(), (403, "not_entitled"));
    }
}

/// Grace has subscribed to the asset club for a while; see the demo shop.
async fn subscriber(shop: &polar_storefront::LocalShop) -> (Browser, Uuid) {
    let account = Browser::signed_in(shop, demo::GRACE, Proof::Mailbox).await;
    let orders = account.get("/api/customer/orders").await;
    let subscription =
        orders.body["items"].as_array().unwrap().iter().find_map(|order| order["subscriptionId"].as_str());
    (account, subscription.expect("a subscription").parse().unwrap())
}

async fn status_of_the_club(account: &Browser) -> BTreeSet<String> {
    let library = account.library().await;
    let club = library.iter().filter(|row| row["productId"] == json!(demo::ASSET_CLUB));
    club.map(|row| row["status"].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn a_subscription_that_is_cancelled_gives_its_files_until_the_period_ends() {
    let shop = open_shop().await;
    let (account, subscription) = subscriber(&shop).await;

    assert!(polar(&shop).cancel_subscription(subscription, true));
    assert_eq!(status_of_the_club(&account).await, only("available"));
    polar(&shop).advance(Duration::from_hours(31 * 24));
    assert_eq!(status_of_the_club(&account).await, only("expired"));
}

#[tokio::test]
async fn a_subscription_that_is_past_due_gives_nothing_until_it_is_paid() {
    let shop = open_shop().await;
    let (account, subscription) = subscriber(&shop).await;

    assert!(polar(&shop).subscription_past_due(subscription));
    assert_eq!(status_of_the_club(&account).await, only("expired"));
    assert!(polar(&shop).subscription_paid(subscription));
    assert_eq!(status_of_the_club(&account).await, only("available"));
    assert!(polar(&shop).cancel_subscription(subscription, false));
    assert_eq!(status_of_the_club(&account).await, only("expired"));
}

/// Polar grants within seconds, so what is paid and not granted is pending for a while, unless Polar says that it was revoked.
#[tokio::test]
async fn what_is_revoked_just_after_its_purchase_is_not_waited_for() {
    let shop = open_shop().await;
    let club = bought(polar(&shop), demo::ASSET_CLUB, NEW);
    let font = bought(polar(&shop), demo::TYPEFACE, NEW);
    let browser = Browser::signed_in(&shop, club.customer_id, Proof::Mailbox).await;
    assert_eq!(status_of_the_club(&browser).await, only("available"));

    assert!(polar(&shop).cancel_subscription(club.subscription_id.expect("a subscription"), false));
    assert_eq!(status_of_the_club(&browser).await, only("expired"));
    assert!(polar(&shop).remove_benefit(demo::TYPEFACE, demo::TYPEFACE_FILES));
    let library = browser.library().await;
    let row = library.iter().find(|row| row["orderId"] == json!(font.order_id)).expect("a row");
    assert_eq!(row["status"], "expired");
    let refused = browser.post("/api/customer/download", &json!({ "fileId": row["fileId"] })).await;
    assert_eq!(refused.refusal(), (403, "not_entitled"));
}

#[tokio::test]
async fn the_library_is_filtered_sorted_and_paged() {
    let shop = open_shop().await;
    let products = [demo::TYPEFACE, demo::SKY_SAMPLER, demo::POLYGON_PRIMER];
    let orders = products.map(|product| bought(polar(&shop), product, NEW));
    assert!(polar(&shop).refund(orders[0].order_id, true));
    let browser = Browser::signed_in(&shop, orders[0].customer_id, Proof::Mailbox).await;
    let names = async |query: &str| {
        let library = browser.get(&format!("/api/customer/downloadable-products?{query}")).await;
        let rows = library.body["items"].as_array().expect("items").iter();
        let names: Vec<_> = rows.map(|row| row["productName"].as_str().unwrap().to_owned()).collect();
        (names, library.body["pagination"]["totalCount"].clone(), library.body["pagination"]["maxPage"].clone())
    };
    let (font, sky, primer) = ("Facet Sans", "Golden Hour Sampler", "The Polygon Primer");

    for (query, wanted, total, pages) in [
        ("", &[primer, sky, font][..], 3, 1),
        ("sorting=created_at", &[font, sky, primer], 3, 1),
        ("sorting=product_name", &[font, sky, primer], 3, 1),
        ("status=available", &[primer, sky], 2, 1),
        ("status=expired", &[font], 1, 1),
        ("status=pending", &[], 0, 0),
        ("limit=2", &[primer, sky], 3, 2),
        ("limit=2&page=2", &[font], 3, 2),
        ("limit=2&page=3", &[], 3, 2),
        ("status=available&limit=1&page=2", &[sky], 2, 2),
    ] {
        let wanted = wanted.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(names(query).await, (wanted, json!(total), json!(pages)), "{query}");
    }
    for query in ["status=open", "page=0", "limit=0", "sorting=price"] {
        let refused = browser.get(&format!("/api/customer/downloadable-products?{query}")).await;
        assert_eq!(refused.refusal(), (400, "invalid_request"), "{query}");
    }
}

const PRODUCTS: u128 = 300;
const FILES: usize = 1_000;

/// Three hundred products with three or four files each.
fn large_shop() -> Shop {
    (1..=PRODUCTS).fold(Shop::empty(), |shop, number| {
        let id = |kind: u128, part: u128| Uuid::from_u128((kind << 96) | (number << 8) | part);
        let files: Vec<_> = (0..if number % 3 == 0 { 4 } else { 3 }).map(|part| id(3, part)).collect();
        let benefit = Benefit::downloadables(id(2, 0), &format!("Files {number}"), &files);
        let product = Product::new(id(1, 0), &format!("Product {number}")).priced(0).gives(id(2, 0));
        let named = |file: &Uuid| File::downloadable(*file, &format!("{file}.txt"), "text/plain", &b"text"[..]);
        files.iter().map(named).fold(shop.with_product(product).with_benefit(benefit), Shop::with_file)
    })
}

#[tokio::test]
async fn a_library_of_a_thousand_files_over_three_hundred_orders_lists_whole_and_in_one_go() {
    let polar = start_polar(large_shop()).await;
    let shop = open_shop_at(&polar).await;
    let ids = (1..=PRODUCTS).map(|number| Uuid::from_u128((1 << 96) | (number << 8)));
    let customers: BTreeSet<_> = ids.map(|product| bought(&polar, product, NEW).customer_id).collect();
    let customer = customers.into_iter().next().expect("a customer");
    let browser = Browser::signed_in(&shop, customer, Proof::Mailbox).await;
    polar.clear_requests();

    let library = browser.library().await;

    let files: BTreeSet<_> = library.iter().map(|row| row["id"].to_string()).collect();
    assert_eq!((library.len(), files.len()), (FILES, FILES), "every file, and each once");
    assert!(library.iter().all(|row| row["status"] == "available"));
    let calls = calls(&polar);
    println!("{} calls of Polar for {FILES} files over {PRODUCTS} orders: {calls:#?}", calls.values().sum::<usize>());
    let pages =
        [("customer-portal/orders", 5), ("customer-portal/benefit-grants", 4), ("customer-portal/downloadables", 10)];
    let listed = pages.map(|(list, pages)| (format!("GET /v1/{list}/"), pages));
    assert!(listed.iter().all(|(line, pages)| calls[line] == *pages), "pages of a hundred");
    assert_eq!(calls.values().sum::<usize>(), 19 + 1, "and one for the customer's token, which is kept");

    polar.clear_requests();
    assert_eq!(browser.library().await.len(), FILES);
    assert_eq!(self::calls(&polar), listed.into(), "the next time only what can have changed");
}

/// How often Polar was asked for what.
fn calls(polar: &Standin) -> BTreeMap<String, usize> {
    polar.requests().iter().fold(BTreeMap::new(), |mut calls, request| {
        *calls.entry(request.line()).or_default() += 1;
        calls
    })
}
