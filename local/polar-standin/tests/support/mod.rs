//! A stand-in and a client that follows no redirects.
#![allow(dead_code, reason = "each test program uses its part")]

use std::sync::Once;

use polar_standin::{Options, Pace, Shop, Standin};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response};
use serde_json::Value;

static CRYPTOGRAPHY: Once = Once::new();

/// The demo shop, where nothing happens by itself.
pub async fn demo() -> Standin {
    start(Options { pace: Pace::Manual, ..Options::default() }).await
}

/// Any shop, where nothing happens by itself.
pub async fn selling(shop: Shop) -> Standin {
    start(Options { shop, pace: Pace::Manual, ..Options::default() }).await
}

pub async fn start(options: Options) -> Standin {
    Standin::start(options).await.expect("a free port")
}

pub fn client() -> Client {
    CRYPTOGRAPHY.call_once(|| {
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    Client::builder().redirect(Policy::none()).build().expect("a client without TLS roots")
}

/// An answer with its body read.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
    pub json: Value,
}

impl Answer {
    pub async fn of(response: Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.expect("a whole body");
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        Self { status, headers, text, json }
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// A text somewhere in the body, by JSON pointer.
    pub fn text_at(&self, pointer: &str) -> &str {
        self.json.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }
}

/// One call, with a token unless it is empty.
pub async fn call(method: &str, url: &str, token: &str, body: Option<&Value>) -> Answer {
    let method = Method::from_bytes(method.as_bytes()).expect("a method");
    let mut request = client().request(method, url);
    if !token.is_empty() {
        request = request.bearer_auth(token);
    }
    if let Some(body) = body {
        request = request.header("content-type", "application/json").body(body.to_string());
    }
    Answer::of(request.send().await.expect("an answer")).await
}

pub async fn get(standin: &Standin, path: &str) -> Answer {
    call("GET", &format!("{}{path}", standin.url()), standin.access_token(), None).await
}

pub async fn post(standin: &Standin, path: &str, body: &Value) -> Answer {
    call("POST", &format!("{}{path}", standin.url()), standin.access_token(), Some(body)).await
}

/// A call of the buyer, without any token.
pub async fn confirm(standin: &Standin, checkout: &Value, body: &Value) -> Answer {
    let secret = checkout["client_secret"].as_str().unwrap_or_default();
    call("POST", &format!("{}/checkouts/client/{secret}/confirm", standin.api_url()), "", Some(body)).await
}
