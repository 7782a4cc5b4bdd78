//! Scripted trouble.

#[allow(unreachable_pub, reason = "shared by several test programs")]
mod support;

use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use polar_standin::Fault;
use support::{call, get, send, standin};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const PRODUCTS: &str = "/v1/products/";

#[tokio::test]
async fn a_status_is_answered_as_often_as_asked_for() {
    let standin = standin().await;
    standin.fault(Fault::on("GET /v1/products/").times(2).status(503));
    for expected in [503, 503, 200] {
        assert_eq!(get(&standin, PRODUCTS).await.status, expected);
    }
}

#[tokio::test]
async fn a_fault_without_a_number_lasts_until_it_is_cleared() {
    let standin = standin().await;
    standin.fault(Fault::on("* /v1/*").status(502));
    for _ in 0..3 {
        assert_eq!(get(&standin, "/v1/orders/").await.status, 502);
    }
    standin.clear_faults();
    assert_eq!(get(&standin, "/v1/orders/").await.status, 200);
}

#[tokio::test]
async fn other_routes_and_methods_are_not_touched() {
    let standin = standin().await;
    standin.fault(Fault::on("GET /v1/products/{id}").status(500));
    assert_eq!(get(&standin, PRODUCTS).await.status, 200);
    assert_eq!(get(&standin, "/v1/products/1").await.status, 500);
}

#[tokio::test]
async fn any_body_can_be_answered() {
    let standin = standin().await;
    standin.fault(Fault::on("GET /v1/products/").body(200, "text/html", "<p>one moment"));
    let answer = get(&standin, PRODUCTS).await;
    assert_eq!(
        (answer.status, answer.header("content-type"), answer.text()),
        (200, "text/html".into(), "<p>one moment".into())
    );
}

#[tokio::test]
async fn a_dropped_connection_ends_without_a_byte() {
    let standin = standin().await;
    standin.fault(Fault::on("GET /v1/products/").times(1).drop_connection());
    let url = format!("{}{PRODUCTS}", standin.url());
    assert!(send("GET", &url, &[], None).await.is_none());
    assert!(send("GET", &url, &[], None).await.is_some());
}

#[tokio::test]
async fn a_request_that_hangs_is_written_down_and_never_answered() {
    let standin = standin().await;
    standin.fault(Fault::on("GET /v1/products/").hang());
    let url = format!("{}{PRODUCTS}", standin.url());
    let task = tokio::spawn(async move { send("GET", &url, &[], None).await });
    let written_down = async {
        while standin.requests().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), written_down).await.expect("a request");
    // Others are served meanwhile.
    assert_eq!(get(&standin, "/v1/orders/").await.status, 200);
    let mut task = pin!(task);
    let waiting = task.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(waiting, Poll::Pending));
    task.abort();
}

// The pauses between the bytes pass at once.
#[tokio::test(start_paused = true)]
async fn a_slow_drip_brings_the_whole_body_in_the_end() {
    let standin = standin().await;
    standin.fault(Fault::on("GET /v1/products/{id}").slow_drip());
    let slow = get(&standin, "/v1/products/x").await;
    standin.clear_faults();
    let fast = get(&standin, "/v1/products/x").await;
    assert_eq!((slow.status, slow.json), (fast.status, fast.json));
}

#[tokio::test]
async fn a_rate_limit_has_no_body() {
    let standin = standin().await;
    standin.fault(Fault::on("GET /v1/products/").rate_limited(Duration::from_secs(7)));
    let answer = get(&standin, PRODUCTS).await;
    assert_eq!((answer.status, answer.header("retry-after"), answer.bytes), (429, "7".into(), Vec::new()));
}

#[tokio::test]
async fn a_stand_in_that_is_gone_answers_no_connection_that_was_kept() {
    let standin = standin().await;
    let address = standin.url().trim_start_matches("http://").to_owned();
    let request = format!("GET /v1/products/x HTTP/1.1\r\nHost: {address}\r\n\r\n");
    let mut stream = TcpStream::connect(&address).await.expect("a connection");
    let mut received = Vec::new();
    stream.write_all(request.as_bytes()).await.expect("a request");
    stream.read_buf(&mut received).await.expect("an answer");
    drop(standin);
    // Either the write or the read finds the connection closed.
    if stream.write_all(request.as_bytes()).await.is_ok() {
        let _ = stream.read_to_end(&mut received).await;
    }
    assert_eq!(String::from_utf8_lossy(&received).matches("HTTP/1.1 ").count(), 1);
}

#[tokio::test]
async fn requests_are_written_down_as_they_came() {
    let standin = standin().await;
    let body = serde_json::json!({"products": []});
    call("POST", &format!("{}/checkouts/?x=1", standin.api_url()), standin.access_token(), Some(&body)).await;
    get(&standin, "/polar-s3-public/nothing").await;
    let requests = standin.requests();
    assert_eq!(requests.len(), 1, "only the API");
    assert_eq!((requests[0].line(), requests[0].query.as_str()), ("POST /v1/checkouts/".to_owned(), "x=1"));
    assert_eq!(requests[0].json(), body);
    assert!(requests[0].header("authorization").is_some_and(|value| value.ends_with(standin.access_token())));
    standin.clear_requests();
    assert!(standin.requests().is_empty());
}
