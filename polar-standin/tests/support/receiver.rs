//! Somebody who gets webhooks.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// One webhook as it arrived.
#[derive(Debug, Clone)]
pub struct Received {
    pub headers: HeaderMap,
    pub body: String,
}

impl Received {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("a JSON body")
    }

    pub fn kind(&self) -> String {
        self.json()["type"].as_str().unwrap_or_default().to_owned()
    }
}

#[derive(Debug, Default)]
struct Desk {
    received: Vec<Received>,
    status: u16,
}

/// A receiver that answers what it is told, until it is dropped.
pub struct Receiver {
    pub url: String,
    desk: Arc<Mutex<Desk>>,
    arrived: Arc<Notify>,
    server: JoinHandle<()>,
}

impl Receiver {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
        let desk = Arc::new(Mutex::new(Desk { status: 202, ..Desk::default() }));
        let arrived = Arc::new(Notify::new());
        let app = Router::new().fallback(take).with_state((desk.clone(), arrived.clone()));
        let server = tokio::spawn(async move { axum::serve(listener, app).await.expect("a server") });
        Self { url, desk, arrived, server }
    }

    /// Answers with this from now on; 0 never answers.
    pub fn answer(&self, status: u16) {
        self.desk.lock().expect("the desk").status = status;
    }

    /// What came since the last time.
    pub fn take(&self) -> Vec<Received> {
        std::mem::take(&mut self.desk.lock().expect("the desk").received)
    }

    /// The next ones, as many as this, whenever they come within a minute.
    pub async fn wait_for(&self, count: usize) -> Vec<Received> {
        let all = async {
            loop {
                let arrived = self.arrived.notified();
                if self.desk.lock().expect("the desk").received.len() >= count {
                    return self.take();
                }
                arrived.await;
            }
        };
        tokio::time::timeout(Duration::from_mins(1), all).await.expect("webhooks")
    }

    /// The types of what came since the last time.
    pub fn kinds(&self) -> Vec<String> {
        self.take().iter().map(Received::kind).collect()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}

type Shared = (Arc<Mutex<Desk>>, Arc<Notify>);

async fn take(State((desk, arrived)): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let status = {
        let mut desk = desk.lock().expect("the desk");
        desk.received.push(Received { headers, body: String::from_utf8_lossy(&body).into_owned() });
        desk.status
    };
    arrived.notify_one();
    if status == 0 {
        std::future::pending::<()>().await;
    }
    let status = StatusCode::from_u16(status).expect("a status");
    (status, [(header::LOCATION, "/elsewhere")], "noted").into_response()
}
