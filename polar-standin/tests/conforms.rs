//! The stand-in, held to recordings of the real server: the same requests, the same answers.

#[allow(unreachable_pub, reason = "shared by several test programs")]
mod support;

use std::time::Duration;

use polar_standin::{Benefit, CheckoutLink, Discount, Fault, File, Interval, Product, Purchase, Shop, WebhookEndpoint};
use serde_json::{Value, json};
use support::receiver::Receiver;
use support::recording::Recording;
use support::replay::Replay;
use support::{selling, send};
use uuid::Uuid;

const ORGANIZATION: &str = "a3bd941f-1bf2-40f6-835e-aec6d3ac4e1e";
const ALBUM: &str = "a60255b5-916d-4ecc-8527-145d27382176";
const MANUAL: &str = "8ca03d07-8bad-4514-9b61-4d622836f3b4";
const POSTER: &str = "9beeb71e-5c9d-415b-a591-1638fcd14ff0";
const PAY_WHAT_YOU_WANT: &str = "10f7199e-2f87-4ccf-9e52-3a21a42c69c8";
const ARCHIVED: &str = "2eda0881-a7b9-4e2f-bac2-87e20c7eead8";
const MEMBERSHIP: &str = "0022595f-15f2-4a5a-a5d7-e8a6c2234919";
const ALBUM_FILES: &str = "9c4a185c-9e57-4488-a02e-b881c6ea7fad";
const MANUAL_PDF: &str = "13a00407-5a61-410c-b63b-03da0ff33181";
const TRACK: &str = "2d09a6ab-7c8d-45a6-91f6-5393c2e43f21";
const DELUXE: &str = "fec1c026-6103-4585-b848-12782f9a73f3";
const PDF: &str = "ad4d5995-fa0a-4437-a7b3-69798ac551e4";
const COVER: &str = "f81b10d3-3e5e-48e4-8d80-f0e0db05e154";
const POSTER_FILES: &str = "6c86b6b5-28c1-4562-b850-5581f7077810";
const LINK: &str = "396ff5e6-81bd-4cb2-a50b-300006a06992";
const DISCOUNT: &str = "6c2dfe30-2f93-428a-a90e-2584a02f46f4";
const READ_ONLY_TOKEN: &str = "polar_oat_j77ss8efkaCQOdNP5MxvOFhm3GtSR3mwVd54P1pRfSs";

const FIXED: [&str; 16] = [
    ORGANIZATION,
    ALBUM,
    MANUAL,
    POSTER,
    PAY_WHAT_YOU_WANT,
    ARCHIVED,
    MEMBERSHIP,
    ALBUM_FILES,
    MANUAL_PDF,
    TRACK,
    DELUXE,
    PDF,
    COVER,
    POSTER_FILES,
    LINK,
    DISCOUNT,
];

fn id(text: &str) -> Uuid {
    text.parse().expect("a uuid")
}

/// The shop that was recorded.
fn recorded_shop() -> Shop {
    let at = |seconds: i64| jiff::Timestamp::from_second(1_795_000_000 + seconds).expect("a time");
    let product = |text, name| Product::new(id(text), name);
    Shop::named(id(ORGANIZATION), "Recording Shop", "rec-shop")
        .with_file(File::downloadable(id(TRACK), "album-track-01.txt", "text/plain", Recording::number("5s0").bytes()))
        .with_file(File::downloadable(
            id(DELUXE),
            "Snö & Sol (deluxe).zip",
            "application/zip",
            Recording::number("533").bytes(),
        ))
        .with_file(File::downloadable(id(PDF), "manual.pdf", "application/pdf", Recording::number("521").bytes()))
        .with_benefit(Benefit::downloadables(id(ALBUM_FILES), "Album files", &[id(TRACK), id(DELUXE)]))
        .with_benefit(Benefit::downloadables(id(MANUAL_PDF), "Manual PDF", &[id(PDF)]).created(at(1)))
        .with_product(
            product(ALBUM, "Free Album")
                .described("A *free* album. **Markdown** here.")
                .priced(0)
                .gives(id(ALBUM_FILES))
                .with_metadata("rank", 1)
                .with_metadata("section", "music")
                .created(at(1)),
        )
        .with_product(
            product(MANUAL, "Free Manual")
                .priced(0)
                .gives(id(MANUAL_PDF))
                .with_metadata("section", "docs")
                .created(at(2)),
        )
        .with_product(
            product(POSTER, "Paid Poster")
                .described("A paid one")
                .priced(1500)
                .with_metadata("section", "music")
                .created(at(3)),
        )
        .with_product(
            product(PAY_WHAT_YOU_WANT, "Pay What You Want").pay_what_you_want(0, None, Some(500)).created(at(4)),
        )
        .with_product(product(ARCHIVED, "Old Archived Thing").priced(0).archived().created(at(5)))
        .with_product(product(MEMBERSHIP, "Free Membership").priced(0).recurring(Interval::Month).created(at(6)))
}

async fn replay() -> Replay {
    replay_of(recorded_shop()).await
}

async fn replay_of(shop: Shop) -> Replay {
    let standin = selling(shop).await;
    let read_only = standin.token_with_scopes(&["products:read"]);
    let mut replay = Replay::new(standin, &FIXED);
    replay.alias(READ_ONLY_TOKEN, &read_only);
    replay
}

#[tokio::test]
async fn products_are_listed_as_recorded() {
    let mut replay = replay().await;
    replay
        .play(&[
            "100", "101", "102", "103", "104", "105", "106", "107", "108", "109", "110", "111", "112", "113", "114",
            "115", "116", "117", "118", "119", "120", "121", "122", "123", "124", "125", "126", "127", "128", "129",
            "130", "131",
        ])
        .await;
    replay.finish();
}

#[tokio::test]
async fn a_product_is_found_as_recorded() {
    let mut replay = replay().await;
    replay.play(&["140", "141", "142", "143", "144", "145", "146", "147"]).await;
    replay.finish();
}

#[tokio::test]
async fn tokens_are_refused_as_recorded() {
    let mut replay = replay().await;
    replay.play(&["150", "151", "152", "153", "154", "155", "156", "157", "158"]).await;
    replay.play(&["240", "241", "242", "243", "252", "457", "458"]).await;
    replay.finish();
}

#[tokio::test]
async fn a_bad_checkout_is_refused_as_recorded() {
    let mut replay = replay().await;
    replay
        .play(&[
            "206", "209", "210", "211", "212", "213", "214", "215", "216", "217", "220", "221", "222", "223", "224",
            "225", "226", "227", "228", "229", "230", "234", "235", "236", "735", "736", "737",
        ])
        .await;
    replay.finish();
}

/// One conversation, from the first checkout to what the buyer has in the end.
#[tokio::test]
async fn a_purchase_goes_as_recorded() {
    let mut replay = replay().await;
    replay.play(&["200", "201", "202", "203", "204", "205", "207", "208", "231", "232", "233"]).await;
    replay.play(&["250", "251", "253", "254", "255", "260", "261", "262", "263", "264", "265"]).await;
    replay.play(&["270", "271", "272", "273", "274", "275", "276", "277", "278", "279"]).await;
    replay.play(&["280", "281", "282", "283", "284", "285", "286a"]).await;
    replay.standin.settle().await;
    replay.play(&["286b", "287", "288", "289", "290", "291", "292", "293a"]).await;
    replay.standin.settle().await;
    replay.play(&["293b", "294", "295", "296a"]).await;
    replay.standin.settle().await;
    replay.play(&["296b", "297", "298"]).await;
    replay.standin.settle().await;
    let secret = "polar_c_UTr2d0hnjrKmvq159pQKomsfpqazrkqWXwMtj3njxFA";
    replay
        .begun_unrecorded(secret, json!({"products": [ALBUM], "customer_email": "owner+buyer@recordings-mail.net"}))
        .await;
    replay.play(&["299", "299a"]).await;
    replay.standin.settle().await;
    replay.play(&["299b"]).await;

    replay
        .play(&["400", "401", "402", "403", "404", "405", "406", "407", "410", "411", "412", "413", "414", "415"])
        .await;
    replay.play(&["416", "417", "418", "424"]).await;
    replay.play(&["450", "451", "452", "453", "454", "455", "456", "459", "460", "462"]).await;

    replay.play(&["500", "501", "502", "503", "504", "505", "506", "507", "508", "509", "510", "511"]).await;
    replay.play(&["512", "513", "514", "515", "517", "518"]).await;
    replay.play(&["540", "541", "542", "543", "544", "545", "546", "547", "548", "549"]).await;
    replay.play(&["550", "551", "552", "553", "554", "555", "556", "557", "558"]).await;
    replay.play(&["600", "601", "602", "603", "604", "605", "606", "607", "609", "610", "611", "612", "613"]).await;
    replay.play(&["620", "621", "622", "623", "624", "625", "626", "627"]).await;
    replay.finish();
}

#[tokio::test]
async fn a_download_goes_as_recorded() {
    let mut replay = bought_twice().await;
    replay.play(&["500", "520", "526", "527", "528", "529", "530", "531", "532", "535"]).await;
    replay.standin.advance(Duration::from_secs(3601));
    let expired = Recording::number("534");
    let list = Recording::number("500").json();
    let link = list["items"][0]["file"]["download"]["url"].as_str().expect("a link").to_owned();
    let answer = send("GET", &replay.here(&link), &[], None).await.expect("an answer");
    assert_eq!((answer.status, &answer.json), (expired.status(), &expired.json()));
    // The session of the same hour is over as well.
    replay.play(&["517"]).await;
    replay.finish();
}

/// The buyer of recording 500: the album once, the manual twice.
async fn bought_twice() -> Replay {
    let mut replay = replay().await;
    replay.play(&["200", "270", "277", "285"]).await;
    replay.standin.settle().await;
    replay.play(&["294", "295"]).await;
    replay.standin.settle().await;
    replay.play(&["297", "298"]).await;
    replay.standin.settle().await;
    replay.play(&["450"]).await;
    replay
}

/// The store is another program than Polar: its status, bytes and the headers that browsers read have to be right.
#[tokio::test]
async fn the_file_store_answers_as_recorded() {
    let mut replay = bought_twice().await;
    replay.play(&["500", "520", "532"]).await;
    for number in ["521", "522", "523", "524", "533"] {
        let recording = Recording::number(number);
        let answer = replay.send(&recording).await;
        assert_eq!(answer.status, recording.status(), "{number}");
        assert_eq!(Some(answer.header("content-type")), recording.response_header("content-type"), "{number}");
        for name in ["content-disposition", "content-range", "accept-ranges"] {
            if let Some(expected) = recording.response_header(name) {
                assert_eq!(answer.header(name), expected, "{number} {name}");
            }
        }
        if answer.status < 400 {
            assert_eq!(answer.bytes, recording.bytes(), "{number}");
            assert!(answer.header("etag").starts_with('"'), "{number}");
        }
    }
    let signed = replay.here(Recording::number("520").response_header("location").as_deref().expect("a location"));
    for (number, method, url) in [
        ("5s4", "HEAD", signed.clone()),
        ("5s6", "GET", format!("{}x", &signed[..signed.len() - 1])),
        ("5s9", "GET", signed.replace("application%2Fpdf", "text%2Fhtml")),
    ] {
        let recording = Recording::number(number);
        let answer = send(method, &url, &[], None).await.expect("an answer");
        assert_eq!(answer.status, recording.status(), "{number}");
        assert_eq!(answer.text().trim(), String::from_utf8_lossy(&recording.bytes()).trim(), "{number}");
    }
    replay.standin.advance(Duration::from_secs(3601));
    let expired = send("GET", &signed, &[], None).await.expect("an answer");
    let recording = Recording::number("5s7");
    assert_eq!(
        (expired.status, expired.text()),
        (recording.status(), String::from_utf8_lossy(&recording.bytes()).into_owned())
    );
    replay.finish();
}

#[tokio::test]
async fn a_checkout_expires_as_recorded() {
    let mut replay = replay().await;
    replay.play(&["207"]).await;
    replay.standin.advance(Duration::from_mins(24 * 60 + 1));
    replay.play(&["2a0", "2a1", "2a2", "2a3", "2a4"]).await;
    replay.finish();
}

#[tokio::test]
async fn the_organizations_token_is_tolerated_where_buyers_need_none() {
    let mut replay = replay().await;
    let secret = Recording::number("2b0").url().rsplit('/').next().expect("a secret").to_owned();
    let buyer = "org.token@recordings-mail.net";
    replay.begun_unrecorded(&secret, json!({"products": [ALBUM], "customer_email": buyer})).await;
    replay.play(&["2b0", "2b1"]).await;
    replay.finish();
}

/// Who the customer becomes, and whether the buyer gets a token.
#[tokio::test]
async fn customers_are_found_as_recorded() {
    let mut replay = replay().await;
    let secret = |number: &str| {
        let url = Recording::number(number).url().to_owned();
        url.rsplit('/').nth(1).expect("a secret").to_owned()
    };
    let fay = json!({"products": [ALBUM], "external_customer_id": "user-fail-1", "customer_name": "Fay",
        "customer_email": "fay@recordings-mail.net"});
    replay.begun_unrecorded("secret-of-fay", fay).await;
    let confirmed =
        support::confirm(&replay.standin, &json!({"client_secret": replay.here("secret-of-fay")}), &json!({})).await;
    replay.alias("a7d954bc-e50f-4da2-a83f-b250be69d879", confirmed.text_at("/customer_id"));
    replay.standin.settle().await;

    let by_email = json!({"products": [ALBUM], "customer_email": "fay@recordings-mail.net"});
    replay.begun_unrecorded(&secret("2c0"), by_email).await;
    replay.play(&["2c0"]).await;
    replay.standin.settle().await;
    let new_id = json!({"products": [ALBUM], "customer_email": "fay@recordings-mail.net", "external_customer_id": "user-fay-new"});
    let checkout = support::post(&replay.standin, "/v1/checkouts/", &new_id).await;
    replay.alias(&secret("2c1"), checkout.text_at("/client_secret"));
    replay.play(&["2c1"]).await;
    replay.standin.settle().await;
    replay.play(&["2c1b", "2c2", "2c3", "408", "2c4", "2c5"]).await;
    replay.standin.settle().await;

    let taken =
        json!({"products": [ALBUM], "customer_email": "one@recordings-mail.net", "external_customer_id": "taken"});
    replay.begun_unrecorded(&secret("2c6"), taken).await;
    let other =
        json!({"products": [ALBUM], "customer_email": "two@recordings-mail.net", "external_customer_id": "taken"});
    replay.begun_unrecorded("secret-of-another", other).await;
    support::confirm(&replay.standin, &json!({"client_secret": replay.here("secret-of-another")}), &json!({})).await;
    replay.play(&["2c6"]).await;

    let gone = replay.standin.buy(&polar_standin::Purchase {
        product_id: id(ALBUM),
        email: "gone@recordings-mail.net".to_owned(),
        checkout_id: None,
    });
    let gone = gone.expect("a purchase").customer_id;
    replay.begun_unrecorded(&secret("2c7"), json!({"products": [ALBUM], "customer_id": gone})).await;
    assert!(replay.standin.delete_customer(gone));
    replay.play(&["2c7"]).await;

    replay
        .begun_unrecorded(&secret("2c8"), json!({"products": [ALBUM], "customer_email": "par@recordings-mail.net"}))
        .await;
    let checkouts = support::get(&replay.standin, "/v1/checkouts/?limit=1").await;
    let locked = id(checkouts.text_at("/items/0/id"));
    replay.standin.lock_checkout(locked);
    replay.play(&["2c8"]).await;

    replay.play(&["2ca", "2cb"]).await;
    replay.standin.settle().await;
    replay.play(&["2cc", "2cd"]).await;
    replay.finish();
}

#[tokio::test]
async fn a_subscription_goes_as_recorded() {
    let mut replay = replay().await;
    replay.play(&["2d0", "2d1"]).await;
    replay.standin.settle().await;
    replay.play(&["2d2", "2d3"]).await;
    let again = "polar_c_aCZpA7wlkOXTEXQzgSmU5j7WJ0dCmp7QDjYRJ1u40xn";
    replay
        .begun_unrecorded(again, json!({"products": [MEMBERSHIP], "customer_email": "mem@recordings-mail.net"}))
        .await;
    replay.play(&["2d4", "2d5"]).await;
    replay.finish();
}

#[tokio::test]
async fn a_discount_goes_as_recorded() {
    let discount = Discount::percentage(id(DISCOUNT), "All of it", "FREEPOSTER", 10_000);
    let mut replay = replay_of(poster_shop().with_discount(discount)).await;
    replay.play(&["2e1", "2e2", "2e3", "2e4", "2e5"]).await;
    replay.standin.settle().await;
    replay.play(&["2e6", "2e7"]).await;
    replay.finish();
}

#[tokio::test]
async fn a_paid_purchase_and_its_refund_go_as_recorded() {
    let mut replay = replay_of(poster_shop()).await;
    replay.play(&["950", "951", "952"]).await;
    replay.standin.settle().await;
    replay.play(&["953", "954"]).await;
    let customer = json!({"external_customer_id": "user-paula-2"});
    let session = support::post(&replay.standin, "/v1/customer-sessions/", &customer).await;
    replay.alias("polar_mst_tU8i9sTU1mKTqxl89QrU1XtONqiRvTk0A3j283NwVtE", session.text_at("/token"));
    replay.play(&["955", "956", "957", "958", "959", "960", "961", "962", "963", "964", "965"]).await;
    replay.finish();
}

#[tokio::test]
async fn a_free_order_cannot_be_refunded_as_recorded() {
    let mut replay = bought_twice().await;
    replay.play(&["623", "628", "629"]).await;
    replay.finish();
}

#[tokio::test]
async fn changes_of_benefits_reach_their_buyers_as_recorded() {
    let mut replay = bought_twice().await;
    replay.play(&["500"]).await;
    assert!(replay.standin.archive_file(id(ALBUM_FILES), id(DELUXE)));
    replay.play(&["641"]).await;
    assert!(replay.standin.restore_file(id(ALBUM_FILES), id(DELUXE)));
    replay.play(&["643"]).await;
    assert!(replay.standin.remove_benefit(id(MANUAL), id(MANUAL_PDF)));
    replay.play(&["645"]).await;
    assert!(replay.standin.add_benefit(id(MANUAL), id(MANUAL_PDF)));
    replay.play(&["647"]).await;
    replay.finish();
}

#[tokio::test]
async fn webhook_routes_answer_as_recorded() {
    let mut replay = replay().await;
    let url = "http://127.0.0.1:28100/hook";
    let endpoint = WebhookEndpoint::new(url, "whsec_IHPM9WjSVaDVEMZaPyNehxLOvWkwORsTtWxB60KVgEf");
    replay.standin.add_webhook_endpoint(endpoint).expect("an endpoint");
    replay.play(&["000j", "000k", "000l", "000m", "885"]).await;
    replay.alias("67e2d918-ea90-46fb-a2b8-94c35b51420e", &replay.here("e91592c8-7c9f-4cad-8551-7db2dd61bd90"));
    replay.play(&["896"]).await;
    let bought = Purchase { product_id: id(ALBUM), email: "jane@recordings-mail.net".to_owned(), checkout_id: None };
    replay.standin.buy(&bought).expect("a purchase");
    let told = replay.standin.take_deliveries();
    replay.alias("77cb51e6-a985-444d-868b-04c010ac9f7f", &told[0].id.to_string());
    replay.play(&["880", "881"]).await;
    assert_eq!(replay.standin.pending_deliveries().len(), 1);
    replay.finish();
}

/// The rows of the deliveries, apart from what was delivered.
#[tokio::test]
async fn webhook_deliveries_are_listed_as_recorded() {
    let standin = selling(recorded_shop()).await;
    let receiver = Receiver::start().await;
    receiver.answer(500);
    let endpoint = WebhookEndpoint::new(&receiver.url, "whsec_secret").only(&["order.paid", "order.created"]);
    standin.add_webhook_endpoint(endpoint).expect("an endpoint");
    standin
        .buy(&Purchase { product_id: id(ALBUM), email: "a@recordings-mail.net".to_owned(), checkout_id: None })
        .expect("a purchase");
    standin.deliver().await;
    let recording = Recording::number("884");
    let path = recording.url().split("28000").nth(1).expect("a path").to_owned();
    let listed = support::get(&standin, &path).await;
    assert_eq!(listed.status, recording.status());
    assert_eq!(listed.json["items"].as_array().map(Vec::len), Some(1), "{}", listed.json);
    let (mut here, mut recorded) = (listed.json["items"][0].clone(), recording.json()["items"][0].clone());
    for row in [&mut here, &mut recorded] {
        for place in ["/id", "/created_at", "/response", "/webhook_event/id", "/webhook_event/created_at"] {
            assert!(row.pointer(place).is_some_and(Value::is_string), "{place} in {row}");
            row.pointer_mut(place).map(Value::take);
        }
        for place in ["/webhook_event/modified_at", "/webhook_event/payload"] {
            assert!(row.pointer(place).is_some_and(Value::is_string), "{place} in {row}");
            row.pointer_mut(place).map(Value::take);
        }
    }
    assert_eq!(here, recorded);
}

/// By the time of the paid recordings the poster had a file.
fn poster_shop() -> Shop {
    let list = Recording::number("955").json();
    let facts = &list["items"][0]["file"];
    let text = |key: &str| facts[key].as_str().unwrap_or_default().to_owned();
    let file_id = id(&text("id"));
    Shop::named(id(ORGANIZATION), "Recording Shop", "rec-shop")
        .with_file(File::downloadable(file_id, &text("name"), &text("mime_type"), Recording::number("5s0").bytes()))
        .with_benefit(Benefit::downloadables(id(POSTER_FILES), "Poster file", &[file_id]))
        .with_product(
            Product::new(id(POSTER), "Paid Poster")
                .described("A paid one")
                .priced(1500)
                .gives(id(POSTER_FILES))
                .with_metadata("section", "music"),
        )
}

#[tokio::test]
async fn links_answer_as_recorded() {
    let link = CheckoutLink::new(id(LINK), "Main link", &[id(ALBUM), id(MANUAL)])
        .leading_to("http://127.0.0.1:23000/thanks?checkout_id={CHECKOUT_ID}")
        .with_metadata("from", "link");
    let mut replay = replay_of(recorded_shop().with_link(link)).await;
    let success_url = "http://127.0.0.1:23000/thanks?checkout_id={CHECKOUT_ID}";
    replay.alias(success_url, success_url);
    replay.play(&["300", "301", "302", "303", "304", "305", "306", "310", "311", "312", "313", "314"]).await;
    replay.finish();
}

#[tokio::test]
async fn covers_are_shown_as_recorded() {
    let picture = Recording::number("164").bytes();
    let shop = Shop::named(id(ORGANIZATION), "Recording Shop", "rec-shop")
        .with_file(File::cover(id(COVER), "cover.png", "image/png", picture.clone()))
        .with_file(File::downloadable(id(TRACK), "album-track-01.txt", "text/plain", "x"))
        .with_file(File::downloadable(id(DELUXE), "Snö & Sol (deluxe).zip", "application/zip", "y"))
        .with_benefit(Benefit::downloadables(id(ALBUM_FILES), "Album files", &[id(TRACK), id(DELUXE)]))
        .with_product(
            Product::new(id(ALBUM), "Free Album")
                .described("A *free* album. **Markdown** here.")
                .priced(0)
                .gives(id(ALBUM_FILES))
                .with_cover(id(COVER))
                .with_metadata("rank", 1)
                .with_metadata("section", "music"),
        );
    let mut replay = replay_of(shop).await;
    replay.play(&["163", "165"]).await;
    let shown = replay.send(&Recording::number("164")).await;
    assert_eq!((shown.status, shown.header("content-type"), shown.bytes), (200, "image/png".to_owned(), picture));
    replay.finish();
}

#[tokio::test]
async fn odd_requests_are_answered_as_recorded() {
    let mut replay = replay().await;
    let secret = "polar_c_QMg1yM5ON3ipEQ1Sk7fxcGeQ08uXE09tUKDe61BBAAE";
    replay.begun_unrecorded(secret, json!({"products": [ALBUM]})).await;
    replay.play(&["704", "705", "706", "707", "708", "709", "710", "711", "712", "713", "738"]).await;
    replay.play(&["720", "721", "722", "725", "732", "733"]).await;
    replay.finish();
}

#[tokio::test]
async fn slashes_lead_where_they_were_recorded_to_lead() {
    let mut replay = replay().await;
    let secret = "polar_c_QMg1yM5ON3ipEQ1Sk7fxcGeQ08uXE09tUKDe61BBAAE";
    replay.begun_unrecorded(secret, json!({"products": [ALBUM]})).await;
    let matrix = Recording::number("700").rows();
    // Not part of the stand-in: the login by code; and a link whose visit makes a checkout.
    let is_ours =
        |path: &str| !["customer-session/request", "authenticate", "redirect"].iter().any(|part| path.contains(part));
    let mut compared = 0;
    for row in matrix.iter().filter(|row| is_ours(row["path_without_slash"].as_str().unwrap_or_default())) {
        let path = replay.here(row["path_without_slash"].as_str().unwrap_or_default());
        for (path, status, location) in [
            (path.clone(), &row["status_without_slash"], &row["location_without"]),
            (format!("{}/", path.trim_end_matches('/')), &row["status_with_slash"], &row["location_with"]),
        ] {
            if status == &json!(307) {
                let method = row["method"].as_str().unwrap_or_default();
                let url = format!("{}{path}", replay.standin.url());
                let answer = send(method, &url, &[], Some(b"")).await.expect("an answer");
                assert_eq!(answer.status, 307, "{method} {path}");
                assert_eq!(answer.header("location"), replay.here(location.as_str().unwrap_or_default()), "{path}");
                assert!(answer.bytes.is_empty());
                compared += 1;
            }
        }
    }
    assert!(compared > 20, "{compared}");
}

#[tokio::test]
async fn a_rate_limit_looks_as_recorded() {
    let replay = replay().await;
    replay.standin.fault(Fault::on("GET /v1/products/").times(1).rate_limited(Duration::from_mins(1)));
    let recording = Recording::number("757");
    let answer = replay.send(&recording).await;
    assert_eq!((answer.status, answer.bytes.len(), answer.json.clone()), (recording.status(), 0, Value::Null));
    for name in ["retry-after", "content-type", "polar-version", "cache-control", "x-polar-sandbox"] {
        assert_eq!(answer.header(name), recording.response_header(name).unwrap_or_default(), "{name}");
    }
    assert_eq!(replay.send(&Recording::number("710")).await.status, 200, "once only");
}

#[tokio::test]
async fn a_deleted_customer_is_gone_as_recorded() {
    let mut replay = bought_twice().await;
    replay.play(&["500", "623", "624"]).await;
    let link =
        Recording::number("500").json()["items"][0]["file"]["download"]["url"].as_str().map(|url| replay.here(url));
    let customer = replay.here("313d1804-0782-4070-9556-1c2c8ee875fc");
    assert!(replay.standin.delete_customer(id(&customer)));
    replay.play(&["671", "672", "674", "676", "677", "678", "679", "680", "682", "683"]).await;
    let followed = send("GET", &link.expect("a link"), &[], None).await.expect("an answer");
    assert_eq!(followed.status, Recording::number("681").status(), "links outlive their customer");
    replay.standin.settle().await;
    replay.play(&["684"]).await;
    replay.finish();
}
