//! Faults between one buyer and the file.

use std::{num::NonZeroU32, time::Duration};

use jiff::Timestamp;
use polar_standin::{Fault as Trouble, PastPurchase, Purchase};
use serde_json::json;
use store::{Downloads, FileOfPurchase, Quota, Taken};
use uuid::Uuid;

use crate::{
    faults::{Fault, NONE, check},
    world::{World, demo_shop},
};

async fn use_up_the_typeface(world: &World) {
    let purchase = Purchase { product_id: demo::TYPEFACE, email: demo::ADA_EMAIL.to_owned(), checkout_id: None };
    let bought = world.polar.buy(&purchase).expect("a purchase");
    let file = FileOfPurchase { purchase_id: bought.order_id, file_id: demo::TYPEFACE_ARCHIVE };
    let quota = Quota { limit: NonZeroU32::new(1), grace: Duration::ZERO };
    let downloads = Downloads::new(world.shop.dynamodb.client(), "downloads");
    let taken = downloads.take(demo::ADA, file, quota, Timestamp::now()).await.expect("an answer");
    assert!(matches!(taken, Taken::Counted(_)));
}

fn answer(world: &World, route: &str, status: u16, body: &serde_json::Value) {
    world.polar.fault(Trouble::on(route).body(status, "application/json", body.to_string()));
}

const FAULTS: &[Fault] = &[
    Fault {
        what: "a mistyped address",
        buyer: "adda@recordings-mail.net",
        link: "customer",
        says: "no such customer",
        ..NONE
    },
    Fault { what: "a deleted customer", buyer: "0e000009-0000-4000-8000-000000000009", link: "customer", ..NONE },
    Fault { what: "an unknown product", product: Uuid::from_u128(9), link: "product", says: "no such product", ..NONE },
    Fault {
        what: "the benefit was taken off the product",
        introduce: |world| {
            Box::pin(async {
                assert!(world.polar.remove_benefit(demo::ARCHIVED_PACK, demo::LEFTOVER_FILES));
            })
        },
        product: demo::ARCHIVED_PACK,
        link: "product",
        says: "has no benefit with a download",
        ..NONE
    },
    Fault {
        what: "the customer has not bought it",
        product: demo::SKY_SAMPLER,
        link: "grant",
        says: "does not grant the customer",
        ..NONE
    },
    Fault {
        what: "Polar makes no customer session",
        introduce: |world| {
            Box::pin(async {
                let fault = json!({ "type": "value_error", "loc": ["body", "customer_id"], "msg": "Customer does not exist.", "input": "" });
                let refusal = json!({ "error": "PolarRequestValidationError", "detail": [fault] });
                answer(world, "POST /v1/customer-sessions/", 422, &refusal);
            })
        },
        link: "customer-session",
        says: "creates no session",
        ..NONE
    },
    Fault {
        what: "Polar lists no files",
        introduce: |world| {
            Box::pin(async {
                let nothing = json!({ "items": [], "pagination": { "total_count": 0, "max_page": 0 } });
                answer(world, "GET /v1/customer-portal/downloadables/", 200, &nothing);
            })
        },
        link: "downloadables",
        says: "does not list the file",
        ..NONE
    },
    Fault {
        what: "the downloads are used up",
        introduce: |world| Box::pin(use_up_the_typeface(world)),
        product: demo::TYPEFACE,
        link: "quota",
        says: "all 1 downloads of \"Facet Sans.zip\" are used up",
        ..NONE
    },
    Fault {
        what: "the access period is over",
        goods: || {
            let purchase = PastPurchase::new(demo::ADA, "Ada Lovelace", demo::ADA_EMAIL, demo::LIGHTING_COURSE, 40);
            demo_shop().with_purchase(purchase)
        },
        product: demo::LIGHTING_COURSE,
        link: "quota",
        says: "the access period of \"Lighting workbook.pdf\" ended",
        ..NONE
    },
    Fault {
        what: "a link leads nowhere",
        introduce: |world| {
            Box::pin(async {
                let refusal = json!({ "error": "ResourceNotFound", "detail": "Not found" });
                answer(world, "GET /v1/customer-portal/downloadables/{token}", 404, &refusal);
            })
        },
        link: "download",
        says: "no file behind its link",
        ..NONE
    },
];

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_names_the_link_that_keeps_a_buyer_from_the_file() {
    check(FAULTS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_at_a_buyer_counts_no_download() {
    let world = World::start().await;
    let product = demo::FOREST_PACK.to_string();

    world.ask(&["doctor", "--customer", demo::ADA_EMAIL, "--product", &product]).await;

    let counters = Downloads::new(world.shop.dynamodb.client(), "downloads").list_counters(demo::ADA).await;
    assert!(counters.expect("an answer").is_empty());
}
