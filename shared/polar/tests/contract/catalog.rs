//! Products, benefits, files, checkout links.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Json, Router, extract::Request};
use polar::{
    AmountType, BenefitType, Client, Error, Limits, ListBenefits, ListCheckoutLinks, ListGrants, ListGrantsOfBenefit,
    ListProducts, PriceSource, Visibility,
};
use serde_json::{Value, json};
use tokio::sync::Barrier;

use crate::{
    polar::{Answer, Polar, TOKEN, client, serve},
    recording::Recording,
};

#[tokio::test]
async fn a_product_is_found_with_its_price_and_files() {
    let recording = Recording::read("140-product-get");
    let polar = Polar::recorded(&recording).await;

    let product = polar.client.products().find(recording.last_segment().parse().unwrap()).await.unwrap().unwrap();

    polar.assert_sent_as(&recording);
    assert_eq!(product.name, "Free Album");
    assert_eq!(product.description.as_deref(), Some("A *free* album. **Markdown** here."));
    assert_eq!(product.created_at.to_string(), "2026-11-21T11:02:20.817066Z");
    assert!(product.is_on_sale() && !product.is_recurring);
    assert_eq!(product.metadata.get("rank"), Some(&json!(1)));
    let price = &product.prices[0];
    assert_eq!((&price.source, &price.amount_type), (&PriceSource::Catalog, &AmountType::Fixed));
    assert_eq!((price.price_currency.as_str(), price.price_amount), ("usd", Some(0)));
    assert!(price.is_offered());
    let benefit = &product.benefits[0];
    assert_eq!((&benefit.kind, benefit.description.as_str()), (&BenefitType::Downloadables, "Album files"));
    let files: Vec<_> = benefit.files().iter().map(ToString::to_string).collect();
    assert_eq!(files, ["2d09a6ab-7c8d-45a6-91f6-5393c2e43f21", "fec1c026-6103-4585-b848-12782f9a73f3"]);
}

#[tokio::test]
async fn a_picture_of_a_product_has_a_public_address() {
    let recording = Recording::read("163-product-get-with-media");
    let polar = Polar::recorded(&recording).await;

    let product = polar.client.products().find(recording.last_segment().parse().unwrap()).await.unwrap().unwrap();

    let picture = &product.medias[0];
    assert_eq!((picture.name.as_str(), picture.mime_type.as_str(), picture.size), ("cover.png", "image/png", 75));
    assert!(picture.public_url.ends_with("/cover.png"));
}

#[tokio::test]
async fn an_archived_product_is_found_but_not_on_sale() {
    let recording = Recording::read("142-product-get-archived");
    let polar = Polar::recorded(&recording).await;

    let product = polar.client.products().find(recording.last_segment().parse().unwrap()).await.unwrap().unwrap();

    assert!(product.is_archived && !product.is_on_sale());
}

#[tokio::test]
async fn an_unknown_product_is_not_found() {
    for name in ["143-product-get-404", "146-product-get-other-org"] {
        let recording = Recording::read(name);
        let polar = Polar::recorded(&recording).await;

        let found = polar.client.products().find(recording.last_segment().parse().unwrap()).await.unwrap();

        polar.assert_sent_as(&recording);
        assert_eq!(found, None, "{name}");
    }
}

#[tokio::test]
async fn each_filter_of_products_is_sent_as_polar_wants_it() {
    let id = |name: &str| Recording::read(name).query()[0].1.clone();
    let ids = Recording::read("121-products-list-id-repeated").query();
    let ids = ids.iter().map(|(_, id)| id.parse().unwrap()).collect();
    let metadata = |value: &str| [("section".to_owned(), value.to_owned())].into();
    let all = ListProducts::default;
    let table = [
        ("100-products-list", all()),
        ("103-products-list-page2-limit2", ListProducts { page: Some(2), limit: Some(2), ..all() }),
        ("106-products-list-limit-101", ListProducts { limit: Some(101), ..all() }),
        ("111-products-list-is-archived-false", ListProducts { is_archived: Some(false), ..all() }),
        ("117-products-list-query", ListProducts { query: Some("free".into()), ..all() }),
        ("118-products-list-is-recurring-true", ListProducts { is_recurring: Some(true), ..all() }),
        (
            "120-products-list-benefit-id",
            ListProducts { benefit_ids: vec![id("120-products-list-benefit-id").parse().unwrap()], ..all() },
        ),
        ("121-products-list-id-repeated", ListProducts { ids, ..all() }),
        ("123-products-list-metadata-deep-object", ListProducts { metadata: metadata("music"), ..all() }),
        ("124-products-list-metadata-encoded", ListProducts { metadata: metadata("docs"), ..all() }),
        (
            "126-products-list-sorting-two",
            ListProducts { sorting: vec!["-price_amount".into(), "name".into()], ..all() },
        ),
        ("128-products-list-visibility", ListProducts { visibility: vec![Visibility::Public], ..all() }),
    ];
    for (name, list) in table {
        let recording = Recording::read(name);
        let polar = Polar::recorded(&recording).await;

        let page = polar.client.products().list(&list).await.unwrap();

        polar.assert_sent_as(&recording);
        let names: Vec<_> = page.items.iter().map(|product| json!(product.name)).collect();
        let expected: Vec<_> =
            recording.received()["items"].as_array().unwrap().iter().map(|item| item["name"].clone()).collect();
        assert_eq!(names, expected, "{name}");
        assert_eq!(json!(page.pagination.total_count), recording.received()["pagination"]["total_count"], "{name}");
    }
}

#[tokio::test]
async fn a_whole_list_is_walked_to_its_last_page_and_has_each_item_once() {
    let mut first = Recording::read("102-products-list-page1-limit2").received().clone();
    let mut second = Recording::read("103-products-list-page2-limit2").received().clone();
    // An item that moved to the second page while the list was read.
    second["items"].as_array_mut().unwrap().insert(0, first["items"][1].clone());
    first["pagination"]["max_page"] = json!(2);
    second["pagination"]["max_page"] = json!(2);
    for page in [&mut first, &mut second] {
        page["pagination"]["total_count"] = json!(4);
    }
    let polar = Polar::answering([Answer::json(&first), Answer::json(&second)]).await;

    let list = ListProducts { page: Some(7), limit: Some(1), is_archived: Some(false), ..ListProducts::default() };
    let products = polar.client.products().list_all(&list).await.unwrap();

    assert_eq!(products.len(), 4);
    let pages: Vec<_> = polar.requests().into_iter().map(|sent| sent.query).collect();
    let query = |page: &str| {
        [("is_archived", "false"), ("limit", "100"), ("page", page)].map(|(name, value)| (name.into(), value.into()))
    };
    assert_eq!(pages, [query("1"), query("2")]);
}

#[tokio::test]
async fn a_list_that_shrinks_while_it_is_read_ends() {
    let mut first = Recording::read("102-products-list-page1-limit2").received().clone();
    first["pagination"] = json!({"max_page": 3, "total_count": 2});
    let mut empty = Recording::read("104-products-list-page-beyond").received().clone();
    empty["pagination"] = first["pagination"].clone();
    let polar = Polar::answering([Answer::json(&first), Answer::json(&empty), Answer::json(&empty)]).await;

    let products = polar.client.products().list_all(&ListProducts::default()).await.unwrap();

    assert_eq!(products.len(), 2);
}

#[tokio::test]
async fn the_pages_after_the_first_are_asked_for_at_once() {
    let mut page = Recording::read("102-products-list-page1-limit2").received().clone();
    page["pagination"] = json!({"max_page": 4, "total_count": 2});
    // Nobody gets the second, third or fourth page before all three are asked for.
    let others = Arc::new(Barrier::new(3));
    let answer = async move |request: Request| {
        if !request.uri().query().unwrap_or_default().split('&').any(|pair| pair == "page=1") {
            others.wait().await;
        }
        Json(page)
    };
    let address = serve(Router::new().fallback(answer)).await;
    let client = client(address.port(), TOKEN, Limits::default());

    assert_eq!(client.products().list_all(&ListProducts::default()).await.unwrap().len(), 2);
}

/// The pages of one read of a list, each with this total.
fn pages<const N: usize>(total: u64, items: [&[&Value]; N]) -> [Answer; N] {
    items.map(|items| Answer::json(&json!({"items": items, "pagination": {"max_page": 2, "total_count": total}})))
}

#[tokio::test]
async fn a_list_whose_pages_shift_while_it_is_read_is_read_again() {
    let first = Recording::read("102-products-list-page1-limit2").received().clone();
    let second = Recording::read("103-products-list-page2-limit2").received().clone();
    let [a, b, c] = [&first["items"][0], &first["items"][1], &second["items"][0]];
    // When the first item is deleted after the first page was read, the third moves onto that page.
    let [before, _] = pages(3, [&[a, b], &[c]]);
    let [again, after] = pages(2, [&[b, c], &[]]);
    let polar = Polar::answering([before, after.clone(), again, after]).await;

    let products = polar.client.products().list_all(&ListProducts::default()).await.unwrap();

    let ids: Vec<_> = products.iter().map(|product| json!(product.id)).collect();
    assert_eq!(ids, [b["id"].clone(), c["id"].clone()]);
    assert_eq!(polar.requests().len(), 4);
}

#[tokio::test]
async fn a_list_that_has_fewer_items_than_it_says_in_three_reads_is_an_error() {
    let first = Recording::read("102-products-list-page1-limit2").received().clone();
    let [page, empty] = pages(3, [&[&first["items"][0]], &[]]);
    let polar = Polar::answering([page, empty].into_iter().cycle().take(8)).await;

    let error = polar.client.products().list_all(&ListProducts::default()).await.unwrap_err();

    assert!(matches!(&error, Error::Unexpected { path, .. } if path == "pagination.total_count"), "{error:?}");
    assert_eq!(polar.requests().len(), 6);
}

/// A list that says it has four thousand million pages: the first with an item, the others with this number of items.
async fn absurd_list(items: usize) -> (Client, Arc<AtomicUsize>) {
    let mut page = Recording::read("102-products-list-page1-limit2").received().clone();
    page["items"].as_array_mut().unwrap().truncate(1);
    page["pagination"] = json!({"max_page": u32::MAX, "total_count": 1});
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let answer = async move |request: Request| {
        counted.fetch_add(1, Ordering::Relaxed);
        let mut page = page;
        if !request.uri().query().unwrap_or_default().split('&').any(|pair| pair == "page=1") {
            page["items"].as_array_mut().unwrap().truncate(items);
        }
        Json(page)
    };
    let address = serve(Router::new().fallback(answer)).await;
    (client(address.port(), TOKEN, Limits::default()), asked)
}

#[tokio::test]
async fn a_list_ends_at_an_empty_page_however_many_it_says_there_are() {
    let (client, asked) = absurd_list(0).await;

    assert_eq!(client.products().list_all(&ListProducts::default()).await.unwrap().len(), 1);
    assert!(asked.load(Ordering::Relaxed) <= 11, "{asked:?}");
}

#[tokio::test]
async fn a_list_without_end_is_an_error_after_a_thousand_pages() {
    let (client, asked) = absurd_list(1).await;

    let error = client.products().list_all(&ListProducts::default()).await.unwrap_err();

    assert!(matches!(&error, Error::Unexpected { path, .. } if path == "pagination.max_page"), "{error:?}");
    assert_eq!(asked.load(Ordering::Relaxed), 1000);
}

#[tokio::test]
async fn files_are_listed_by_their_ids() {
    let recording = Recording::read("612-files-list-ids");
    let polar = Polar::recorded(&recording).await;
    let ids: Vec<_> = recording.query().iter().map(|(_, id)| id.parse().unwrap()).collect();

    let page = polar.client.files().list(&ids).await.unwrap();

    let mut query = recording.query();
    query.push(("limit".into(), "100".into()));
    assert_eq!(polar.request().query, query);
    assert_eq!(page.items.iter().map(|file| file.id).collect::<Vec<_>>(), ids);
    assert_eq!(json!(page.items[0].name), recording.received()["items"][0]["name"]);
    assert!(page.items[0].is_uploaded && page.items[0].flagged_malicious_at.is_none());
}

#[tokio::test]
async fn a_file_name_keeps_its_letters() {
    let polar = Polar::recorded(&Recording::read("611-files-list")).await;

    let files = polar.client.files().list_all(&[]).await.unwrap();

    assert!(files.iter().any(|file| file.name == "Snö & Sol (deluxe).zip" && file.size == 1280));
}

#[tokio::test]
async fn benefits_are_listed_and_found() {
    let table = [
        ("600-benefits-list", ListBenefits::default()),
        (
            "602-benefits-list-type",
            ListBenefits { types: vec![BenefitType::Downloadables], limit: Some(1), ..ListBenefits::default() },
        ),
        ("604-benefits-list-query", ListBenefits { query: Some("manual".into()), ..ListBenefits::default() }),
    ];
    for (name, list) in table {
        let recording = Recording::read(name);
        let polar = Polar::recorded(&recording).await;

        let page = polar.client.benefits().list(&list).await.unwrap();

        polar.assert_sent_as(&recording);
        assert_eq!(json!(page.items[0].id), recording.received()["items"][0]["id"], "{name}");
    }
}

#[tokio::test]
async fn a_benefit_is_found_until_it_is_deleted() {
    for (name, exists) in [("606-benefit-get", true), ("652-benefit-get-deleted", false)] {
        let recording = Recording::read(name);
        let polar = Polar::recorded(&recording).await;

        let found = polar.client.benefits().find(recording.last_segment().parse().unwrap()).await.unwrap();

        polar.assert_sent_as(&recording);
        assert_eq!(found.is_some(), exists, "{name}");
    }
}

#[tokio::test]
async fn the_holders_of_a_benefit_are_listed() {
    let recording = Recording::read("610-benefit-grants-filter");
    let polar = Polar::recorded(&recording).await;
    let benefit = recording.path().split('/').nth(3).unwrap().parse().unwrap();
    let query = recording.query();
    let customer = query.iter().find(|(name, _)| name == "customer_id").unwrap().1.parse().unwrap();

    let list = ListGrantsOfBenefit { is_granted: Some(true), customer_ids: vec![customer], ..Default::default() };
    let page = polar.client.benefits().grants(benefit, &list).await.unwrap().unwrap();

    polar.assert_sent_as(&recording);
    assert!(page.items.iter().all(|grant| grant.customer_id == customer && grant.is_granted));
    assert_eq!(page.items[0].files(), page.items[0].benefit.files());
}

#[tokio::test]
async fn grants_of_a_customer_are_listed() {
    // There is no recording of this route; its items are those of a benefit's grants.
    let grants = Recording::read("609-benefit-grants");
    let polar = Polar::answering([(&grants).into()]).await;
    let customer = "313d1804-0782-4070-9556-1c2c8ee875fc".parse().unwrap();

    let list = ListGrants { customer_ids: vec![customer], is_granted: Some(true), ..ListGrants::default() };
    let page = polar.client.benefit_grants().list(&list).await.unwrap();

    assert_eq!(polar.request().path, "/v1/benefit-grants/");
    let query = [("customer_id", "313d1804-0782-4070-9556-1c2c8ee875fc"), ("is_granted", "true")];
    assert_eq!(polar.request().query, query.map(|(name, value)| (name.into(), value.into())));
    assert!(!page.items.is_empty());
}

#[tokio::test]
async fn checkout_links_are_listed_and_found() {
    let recording = Recording::read("302-checkout-links-list-product-id");
    let polar = Polar::recorded(&recording).await;
    let product = recording.query()[0].1.parse().unwrap();
    let list = ListCheckoutLinks { product_ids: vec![product], ..ListCheckoutLinks::default() };

    let page = polar.client.checkout_links().list(&list).await.unwrap();

    polar.assert_sent_as(&recording);
    assert_eq!(page.items[0].label.as_deref(), Some("Main link"));

    let recording = Recording::read("304-checkout-link-get");
    let polar = Polar::recorded(&recording).await;

    let link = polar.client.checkout_links().find(recording.last_segment().parse().unwrap()).await.unwrap().unwrap();

    polar.assert_sent_as(&recording);
    assert_eq!(json!(link.url), recording.received()["url"]);
    assert_eq!(link.products.len(), 2);
    assert_eq!(link.products[0].benefits[0].files(), [], "the public form of a benefit names no files");
}
