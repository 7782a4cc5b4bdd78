//! A stand-in, and a client that sends exactly what it is told and follows nothing.
#![allow(dead_code, reason = "each test program uses its part")]

pub mod example;
pub mod receiver;
pub mod recording;
pub mod replay;

use std::fmt::Write as _;
use std::path::Path;

use http::HeaderMap;
use polar_standin::{Options, Pace, Shop, Standin};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The example shop.
pub fn shop() -> Shop {
    Shop::load(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/shop.json"))).expect("a seed")
}

/// The example shop, where nothing happens by itself.
pub async fn standin() -> Standin {
    selling(shop()).await
}

/// Any shop, where nothing happens by itself.
pub async fn selling(shop: Shop) -> Standin {
    start(Options { shop, pace: Pace::Manual, ..Options::default() }).await
}

pub async fn start(options: Options) -> Standin {
    Standin::start(options).await.expect("a free port")
}

/// An answer with its body read.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
    pub json: Value,
}

impl Answer {
    pub fn header(&self, name: &str) -> String {
        let value = self.headers.get(name).map(|value| value.as_bytes().to_vec()).unwrap_or_default();
        String::from_utf8(value).unwrap_or_default()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// A text somewhere in the body, by JSON pointer.
    pub fn text_at(&self, pointer: &str) -> &str {
        self.json.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }
}

/// Sends a request to an address like `http://127.0.0.1:1/path`; `None` if the connection ended without an answer.
pub async fn send(method: &str, url: &str, headers: &[(String, String)], body: Option<&[u8]>) -> Option<Answer> {
    let (host, target) = url.strip_prefix("http://").and_then(|rest| rest.split_once('/')).expect("an address");
    let mut head = format!("{method} /{target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    for (name, value) in headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    if let Some(body) = body {
        let _ = write!(head, "Content-Length: {}\r\n", body.len());
    }
    let mut stream = TcpStream::connect(host).await.expect("a stand-in that listens");
    stream.write_all(format!("{head}\r\n").as_bytes()).await.expect("a request that is sent");
    stream.write_all(body.unwrap_or_default()).await.expect("a body that is sent");
    let mut received = Vec::new();
    stream.read_to_end(&mut received).await.ok()?;
    parsed(&received)
}

fn parsed(received: &[u8]) -> Option<Answer> {
    let end = received.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&received[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let mut headers = HeaderMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        let name = http::HeaderName::from_bytes(name.as_bytes()).ok()?;
        headers.append(name, http::HeaderValue::from_bytes(value.as_bytes()).ok()?);
    }
    let bytes = received[end + 4..].to_vec();
    let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    Some(Answer { status, headers, bytes, json })
}

/// One call, with a token unless it is empty.
pub async fn call(method: &str, url: &str, token: &str, body: Option<&Value>) -> Answer {
    let mut headers = Vec::new();
    if !token.is_empty() {
        headers.push(("Authorization".to_owned(), format!("Bearer {token}")));
    }
    if body.is_some() {
        headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
    }
    let body = body.map(ToString::to_string);
    send(method, url, &headers, body.as_deref().map(str::as_bytes)).await.expect("an answer")
}

pub async fn get(standin: &Standin, path: &str) -> Answer {
    call("GET", &format!("{}{path}", standin.url()), standin.access_token(), None).await
}

/// A call with a customer's token.
pub async fn portal(standin: &Standin, path: &str, token: &str) -> Answer {
    call("GET", &format!("{}/customer-portal/{path}", standin.api_url()), token, None).await
}

pub async fn post(standin: &Standin, path: &str, body: &Value) -> Answer {
    call("POST", &format!("{}{path}", standin.url()), standin.access_token(), Some(body)).await
}

/// A call of the buyer, without any token.
pub async fn confirm(standin: &Standin, checkout: &Value, body: &Value) -> Answer {
    let secret = checkout["client_secret"].as_str().unwrap_or_default();
    call("POST", &format!("{}/checkouts/client/{secret}/confirm", standin.api_url()), "", Some(body)).await
}
