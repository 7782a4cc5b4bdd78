//! The scripts for pages, as the function serves them.

use std::path::Path;

use testbed::{Event, World};

const CATALOG: &str = env!("CARGO_BIN_EXE_catalog");

const MODULES: [&str; 7] = [
    "/api/client.js",
    "/api/elements.js",
    "/api/elements/account.js",
    "/api/elements/de.js",
    "/api/elements/diagnose.js",
    "/api/elements/overlay.js",
    "/api/elements/sign-in.js",
];

#[tokio::test]
async fn any_page_gets_a_module_in_the_smallest_form_and_once() {
    let world = World::start().await.unwrap();
    let catalog = world.run("catalog", Path::new(CATALOG)).await.unwrap();
    for path in MODULES {
        let get = async |accepted: &str| {
            let event =
                Event::get(path).header("accept-encoding", accepted).header("origin", "https://elsewhere.example");
            catalog.call(event).await.unwrap()
        };
        let (plain, small) = (get("identity").await, get("gzip, deflate, br, zstd").await);

        assert_eq!((plain.status, small.status), (200, 200), "{path}");
        assert_eq!(plain.body, small.body, "{path}");
        assert_eq!(small.headers["content-encoding"], "br", "{path}");
        for answer in [&plain, &small] {
            assert_eq!(answer.headers["content-type"], "text/javascript; charset=utf-8", "{path}");
            assert_eq!(answer.headers["access-control-allow-origin"], "*", "{path}");
            assert_eq!(answer.headers["vary"], "accept-encoding", "{path}");
            assert_eq!(answer.headers["cache-control"], "public, max-age=300, stale-while-revalidate=86400", "{path}");
            assert_eq!(answer.headers["etag"], plain.headers["etag"], "{path}");
        }
        let again = catalog.call(Event::get(path).header("if-none-match", &plain.headers["etag"])).await.unwrap();
        assert_eq!((again.status, again.body.is_null()), (304, true), "{path}");
    }
    let unknown = catalog.call(Event::get("/api/elements/fr.js")).await.unwrap();
    assert_eq!(unknown.status, 404);
}
