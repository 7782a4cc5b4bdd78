//! Answers that are broken, endless or late.

use polar::{Client, CreateCheckout, Error, Limits, ListProducts, Page, Product};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};

use crate::{
    polar::{Answer, Polar, TOKEN, client, impatient},
    recording::Recording,
};

/// A server that does this with each connection, once it has read something.
async fn server<F: Future<Output = ()> + Send>(
    limits: Limits,
    act: impl Fn(TcpStream) -> F + Send + Sync + 'static,
) -> (Client, mpsc::UnboundedReceiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client(listener.local_addr().unwrap().port(), TOKEN, limits);
    let (connected, connections) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            connected.send(()).ok();
            let _ = stream.read(&mut [0; 4096]).await;
            act(stream).await;
        }
    });
    (client, connections)
}

async fn list(client: &Client) -> Result<Page<Product>, Error> {
    client.products().list(&ListProducts::default()).await
}

async fn answered(body: impl Into<Vec<u8>>) -> Error {
    let answer = Answer::new(200, body.into());
    let polar = Polar::answering([answer.clone(), answer.clone(), answer]).await;
    list(&polar.client).await.unwrap_err()
}

#[tokio::test]
async fn an_answer_of_ten_megabytes_is_not_read_to_its_end() {
    let error = answered(format!("{{\"items\": [], \"padding\": \"{}\"}}", "x".repeat(10_000_000))).await;

    assert!(matches!(&error, Error::Unexpected { problem, .. } if problem == "longer than 8 MiB"), "{error:?}");
}

#[tokio::test]
async fn an_answer_that_drips_is_given_up_in_time() {
    let (client, _connections) = server(impatient(), |mut stream| async move {
        let head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100000000\r\n\r\n";
        stream.write_all(head).await.ok();
        tokio::spawn(async move {
            // One byte after the other: each arrives in time, the whole does not.
            while stream.write_all(b" ").await.is_ok() {
                tokio::task::yield_now().await;
            }
        });
    })
    .await;

    let error = list(&client).await.unwrap_err();

    assert!(matches!(error, Error::Timeout), "{error:?}");
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up_in_time() {
    let (client, _connections) = server(impatient(), |stream| async move {
        tokio::spawn(async move {
            let _held = stream;
            std::future::pending::<()>().await;
        });
    })
    .await;

    let error = list(&client).await.unwrap_err();

    assert!(matches!(error, Error::Timeout), "{error:?}");
}

#[tokio::test]
async fn a_connection_that_is_reset_is_tried_three_times_by_a_read_and_once_by_a_create() {
    let reset = |stream: TcpStream| async move {
        #[allow(deprecated, reason = "a linger of nought does not block: it makes the close a reset")]
        stream.set_linger(Some(std::time::Duration::ZERO)).unwrap();
    };
    let (client, mut connections) = server(Limits::default(), reset).await;

    let error = list(&client).await.unwrap_err();

    assert!(matches!(error, Error::Unavailable { status: None, source: Some(_) }), "{error:?}");
    let mut count = || std::iter::from_fn(|| connections.try_recv().ok()).count();
    assert_eq!(count(), 3);

    let products = vec!["a60255b5-916d-4ecc-8527-145d27382176".parse().unwrap()];
    let checkout = CreateCheckout { products, ..CreateCheckout::default() };
    let error = client.checkouts().create(&checkout).await.unwrap_err();

    assert!(matches!(error, Error::Unavailable { status: None, .. }), "{error:?}");
    assert_eq!(count(), 1);
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_no_answer() {
    let (client, _connections) = server(Limits::default(), |mut stream| async move {
        let half = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{\"items\": [";
        stream.write_all(half).await.ok();
    })
    .await;

    let error = list(&client).await.unwrap_err();

    assert!(matches!(error, Error::Unavailable { .. }), "{error:?}");
}

#[tokio::test]
async fn a_body_that_is_no_json_is_no_answer() {
    for (case, body) in [
        ("HTML", b"<html>One moment, please</html>".to_vec()),
        ("nothing", Vec::new()),
        ("half of it", b"{\"items\": [{\"id\": \"a60255b5".to_vec()),
        ("more than it", b"{\"items\": [], \"pagination\": {\"total_count\": 0, \"max_page\": 0}} {}".to_vec()),
        (
            "invalid UTF-8",
            b"{\"items\": [], \"pagination\": {\"total_count\": 0, \"max_page\": 0}, \"x\": \"\xff\"}".to_vec(),
        ),
    ] {
        let error = answered(body).await;
        assert!(matches!(error, Error::Unavailable { status: Some(200), .. }), "{case}: {error:?}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    for name in ["101-products-list-no-slash", "145-product-get-trailing-slash"] {
        let polar = Polar::answering([Answer::new(307, "").with("location", "/v1/products/?elsewhere")]).await;

        let error = list(&polar.client).await.unwrap_err();

        assert!(matches!(error, Error::Unexpected { status: 307, .. }), "{name}: {error:?}");
        assert_eq!(polar.requests().len(), 1);
    }
}

#[tokio::test]
async fn unknown_fields_and_values_survive() {
    let mut body = Recording::read("140-product-get").received().clone();
    body["new_field"] = json!({"a": [1, null]});
    body["visibility"] = json!("friends");
    body["recurring_interval"] = json!("fortnight");
    body["prices"][0]["amount_type"] = json!("auction");
    body["prices"][0]["source"] = json!("haggled");
    body["benefits"][0]["type"] = json!("hug");
    let polar = Polar::answering([Answer::json(&body)]).await;

    let id = "a60255b5-916d-4ecc-8527-145d27382176".parse().unwrap();
    let product = polar.client.products().find(id).await.unwrap().unwrap();

    assert_eq!(product.visibility.as_str(), "friends");
    assert_eq!(product.recurring_interval.unwrap().as_str(), "fortnight");
    assert_eq!(product.prices[0].amount_type.as_str(), "auction");
    assert_eq!(product.benefits[0].kind.as_str(), "hug");
}

#[tokio::test]
async fn a_wrong_type_is_named_by_its_place() {
    let good = Recording::read("100-products-list").received().clone();
    let with = |pointer: &str, value: Value| {
        let mut body = good.clone();
        *body.pointer_mut(pointer).unwrap() = value;
        body.to_string()
    };
    let mut without_name = good.clone();
    without_name["items"][0].as_object_mut().unwrap().remove("name");
    let table = [
        (with("/items/1/prices/0/price_amount", json!("12.50")), "items[1].prices[0].price_amount", "expected i64"),
        (with("/items/0/name", json!(5)), "items[0].name", "expected a string"),
        (with("/items/0/id", json!("5")), "items[0].id", "the value does not have the expected form"),
        (
            with("/items/0/created_at", json!("today")),
            "items[0].created_at",
            "the value does not have the expected form",
        ),
        (with("/pagination", Value::Null), "pagination", "expected struct Pagination"),
        (without_name.to_string(), "items[0]", "missing field `name`"),
        ("[]".to_owned(), ".", "expected struct Page with 2 elements"),
    ];
    for (body, place, complaint) in table {
        let Error::Unexpected { path, problem, route, .. } = answered(body).await else { panic!("{place}") };
        assert_eq!((path.as_str(), problem.as_str(), route.as_str()), (place, complaint, "GET /products/"));
    }
}
