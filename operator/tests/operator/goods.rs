//! Faults in settings, token and products.

use std::time::Duration;

use polar_standin::{Benefit, Fault as Trouble, Product, Shop};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    faults::{Fault, NONE, check},
    world::{ACCESS_TOKEN_PARAMETER, World, demo_shop},
};

const SCOPES: [&str; 9] = [
    "products:read",
    "checkouts:write",
    "customers:read",
    "customer_sessions:write",
    "orders:read",
    "benefits:read",
    "files:read",
    "checkout_links:read",
    "webhooks:read",
];

/// The shop's token without one of the scopes.
fn lack(world: &World, scope: &str) {
    let scopes: Vec<_> = SCOPES.into_iter().filter(|held| *held != scope).collect();
    world.put_parameter(ACCESS_TOKEN_PARAMETER, &world.polar.token_with_scopes(&scopes));
}

/// What Polar says of the files, with something else about the book.
async fn alter_book(world: &World, field: &str, value: Value) {
    let mut files = world.at_polar(Method::GET, "/files/?limit=100", None).await;
    let items = files["items"].as_array_mut().expect("files");
    let book = items.iter_mut().find(|file| file["id"] == demo::PRIMER_PDF.to_string()).expect("the book");
    book[field] = value;
    world.polar.fault(Trouble::on("GET /v1/files/").body(200, "application/json", files.to_string()));
}

const KIT: Uuid = Uuid::from_u128(77);

fn demo_and(benefit: Option<Benefit>) -> Shop {
    let kit = Product::new(KIT, "Broken Kit").priced(100);
    match benefit {
        Some(benefit) => demo_shop().with_product(kit.gives(KIT)).with_benefit(benefit),
        None => demo_shop().with_product(kit),
    }
}

const FAULTS: &[Fault] = &[
    Fault {
        what: "a setting is missing",
        introduce: |world| Box::pin(async { world.set("DOWNLOADS_TABLE", "") }),
        link: "settings",
        says: "DOWNLOADS_TABLE is missing",
        ..NONE
    },
    Fault {
        what: "a setting is malformed",
        introduce: |world| Box::pin(async { world.set("POLAR_SERVER", "prod") }),
        link: "settings",
        says: "POLAR_SERVER is not valid",
        ..NONE
    },
    Fault {
        what: "an origin has a path",
        introduce: |world| Box::pin(async { world.set("STOREFRONT_ORIGINS", "https://shop.example/store") }),
        link: "settings",
        says: "STOREFRONT_ORIGINS is not valid",
        ..NONE
    },
    Fault {
        what: "nobody put the access token into the parameter store",
        introduce: |world| Box::pin(async { drop(world.aws.account().parameters.remove(ACCESS_TOKEN_PARAMETER)) }),
        link: "access-token",
        says: "ParameterNotFound",
        ..NONE
    },
    Fault {
        what: "Polar is down",
        introduce: |world| Box::pin(async { world.polar.fault(Trouble::on("* /v1/*").drop_connection()) }),
        link: "polar",
        says: "Polar is unavailable",
        ..NONE
    },
    Fault {
        what: "Polar's rate limit is reached",
        introduce: |world| {
            Box::pin(async { world.polar.fault(Trouble::on("* /v1/*").rate_limited(Duration::from_mins(1))) })
        },
        link: "polar",
        says: "rate limit",
        ..NONE
    },
    Fault {
        what: "Polar has dropped the version",
        introduce: |world| {
            Box::pin(async {
                let answer = json!({ "detail": "Not Found" }).to_string();
                world.polar.fault(Trouble::on("* /v1/*").body(404, "application/json", answer));
            })
        },
        link: "api-version",
        says: "does not serve version 2026-10",
        ..NONE
    },
    Fault {
        what: "the access token was revoked",
        introduce: |world| Box::pin(async { world.put_parameter(ACCESS_TOKEN_PARAMETER, "polar_oat_revoked") }),
        link: "token",
        says: "does not accept the access token",
        ..NONE
    },
    Fault {
        what: "the access token lacks a scope",
        introduce: |world| Box::pin(async { lack(world, "orders:read") }),
        link: "scopes",
        says: "lacks orders:read",
        ..NONE
    },
    Fault {
        what: "the access token lacks the first scope that is asked for",
        introduce: |world| Box::pin(async { lack(world, "products:read") }),
        link: "scopes",
        says: "lacks products:read",
        ..NONE
    },
    Fault {
        what: "the access token lacks a scope for writing",
        introduce: |world| Box::pin(async { lack(world, "checkouts:write") }),
        link: "scopes",
        says: "lacks checkouts:write",
        ..NONE
    },
    Fault {
        what: "the access token lacks a scope that the shop can do without",
        introduce: |world| Box::pin(async { lack(world, "files:read") }),
        link: "scopes",
        state: "warning",
        says: "without files:read",
        ..NONE
    },
    Fault {
        what: "the shop was deployed for the other server",
        introduce: |world| Box::pin(async { world.set("POLAR_SERVER", "production") }),
        link: "server",
        says: "POLAR_SERVER says production, but the sandbox answers",
        ..NONE
    },
    Fault {
        what: "every product is archived",
        introduce: |world| {
            Box::pin(async {
                let products = world.at_polar(Method::GET, "/products/?limit=100", None).await;
                for product in products["items"].as_array().expect("products") {
                    world.polar.archive_product(product["id"].as_str().and_then(|id| id.parse().ok()).expect("an id"));
                }
            })
        },
        link: "organization",
        says: "sells nothing",
        ..NONE
    },
    Fault {
        what: "a product gives nothing",
        goods: || demo_and(None),
        link: "benefits",
        state: "warning",
        says: "\"Broken Kit\" has no benefit with a download",
        ..NONE
    },
    Fault {
        what: "the address of a file elsewhere is not https",
        goods: || {
            demo_and(Some(Benefit::custom(KIT, "Films", "").with_metadata("download_url", "http://films.example")))
        },
        link: "benefits",
        says: "\"Films\" of \"Broken Kit\" is not an https address",
        ..NONE
    },
    Fault {
        what: "the only file of a product is archived",
        introduce: |world| {
            Box::pin(async {
                assert!(world.polar.archive_file(demo::PRIMER_FILES, demo::PRIMER_PDF));
            })
        },
        link: "files",
        says: "\"The Polygon Primer\" has no file",
        ..NONE
    },
    Fault {
        what: "a file was found harmful",
        introduce: |world| Box::pin(alter_book(world, "flagged_malicious_at", json!("2026-11-01T00:00:00Z"))),
        link: "files",
        says: "as malicious",
        ..NONE
    },
    Fault {
        what: "the upload of a file broke off",
        introduce: |world| Box::pin(alter_book(world, "is_uploaded", json!(false))),
        link: "files",
        says: "was not finished",
        ..NONE
    },
    Fault {
        what: "a file was deleted",
        introduce: |world| Box::pin(alter_book(world, "id", json!(KIT))),
        link: "files",
        says: "no longer exists",
        ..NONE
    },
    Fault {
        what: "a limit is no number",
        goods: || {
            let benefit = Benefit::downloadables(KIT, "Kit", &[demo::PRIMER_PDF]);
            demo_and(Some(benefit.with_metadata("download_limit", "five")))
        },
        link: "terms",
        says: "download_limit of the benefit \"Kit\" of \"Broken Kit\"",
        ..NONE
    },
];

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_names_the_link_of_settings_token_or_products_that_is_broken() {
    check(FAULTS).await;
}
