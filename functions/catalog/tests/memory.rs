//! What a warm instance remembers.

use std::path::Path;

use testbed::{Event, World};

const CATALOG: &str = env!("CARGO_BIN_EXE_catalog");

#[tokio::test]
async fn a_second_page_view_asks_nothing_of_polar() {
    let world = World::start().await.unwrap();
    let catalog = world.run("catalog", Path::new(CATALOG)).await.unwrap();
    catalog.call(Event::get("/api/products")).await.unwrap();
    world.polar.clear_requests();

    let answer = catalog.call(Event::get("/api/products?page=2&limit=3")).await.unwrap();

    assert_eq!(answer.status, 200);
    assert_eq!(world.polar.requests().len(), 0);
}

#[tokio::test]
async fn who_has_the_list_already_is_not_sent_it_again() {
    let world = World::start().await.unwrap();
    let catalog = world.run("catalog", Path::new(CATALOG)).await.unwrap();
    let list = catalog.call(Event::get("/api/products")).await.unwrap();

    let again = Event::get("/api/products").header("if-none-match", &list.headers["etag"]);
    let again = catalog.call(again).await.unwrap();

    assert_eq!((again.status, again.body.is_null()), (304, true));
    assert_eq!(again.headers["etag"], list.headers["etag"]);
}

#[tokio::test]
async fn a_long_list_is_compressed_for_who_accepts_it_and_stays_the_same_list() {
    let world = World::start().await.unwrap();
    let catalog = world.run("catalog", Path::new(CATALOG)).await.unwrap();
    let list = async |accepted: &str| {
        catalog.call(Event::get("/api/products").header("accept-encoding", accepted)).await.unwrap()
    };
    let (plain, small) = (list("identity").await, list("gzip, deflate, br").await);

    assert_eq!((plain.headers.get("content-encoding"), small.headers["content-encoding"].as_str()), (None, "gzip"));
    assert_eq!(plain.body, small.body);
    for answer in [&plain, &small] {
        assert_eq!(answer.headers["vary"], "accept-encoding");
        assert_eq!(answer.headers["etag"], plain.headers["etag"]);
    }
    let again = Event::get("/api/products").header("if-none-match", &small.headers["etag"]);
    assert_eq!(catalog.call(again.header("accept-encoding", "identity")).await.unwrap().status, 304);

    let short = Event::get("/api/products?limit=1&query=nothing").header("accept-encoding", "gzip");
    assert_eq!(catalog.call(short).await.unwrap().headers.get("content-encoding"), None);
}
