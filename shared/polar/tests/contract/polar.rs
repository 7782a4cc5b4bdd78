//! A server on a port of its own that gives prepared answers and keeps the requests.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, Response},
};
use polar::{AccessToken, Client, Config, Limits};
use serde_json::Value;
use tokio::net::TcpListener;

use crate::recording::{Recording, sorted};

/// An organization token for tests where no recording has one.
pub(crate) const TOKEN: &str = "polar_oat_test";

/// A client with the server that it talks to.
pub(crate) struct Polar {
    pub(crate) client: Client,
    /// Where it listens, like `http://127.0.0.1:1234`.
    pub(crate) url: String,
    script: Arc<Mutex<Script>>,
}

#[derive(Default)]
struct Script {
    answers: VecDeque<Answer>,
    requests: Vec<Sent>,
}

/// A prepared answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

/// A request that was received.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Polar {
    /// Gives these answers, one for each request.
    pub(crate) async fn answering(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self::with_token(TOKEN, answers).await
    }

    /// Gives the recorded answer to a client with the recorded token.
    pub(crate) async fn recorded(recording: &Recording) -> Self {
        Self::with_token(recording.bearer().unwrap_or(TOKEN), [recording.into()]).await
    }

    async fn with_token(token: &str, answers: impl IntoIterator<Item = Answer>) -> Self {
        let script = Script { answers: answers.into_iter().collect(), ..Script::default() };
        let script = Arc::new(Mutex::new(script));
        let router = Router::new().fallback(answer).with_state(script.clone());
        let address = serve(router).await;
        let client = client(address.port(), token, Limits::default());
        Self { client, url: format!("http://{address}"), script }
    }

    pub(crate) fn requests(&self) -> Vec<Sent> {
        self.script.lock().unwrap().requests.clone()
    }

    /// The only request.
    pub(crate) fn request(&self) -> Sent {
        let requests = self.requests();
        assert_eq!(requests.len(), 1, "{requests:#?}");
        requests.into_iter().next().unwrap()
    }

    /// Asserts that the only request is the recorded one: all that matters about it.
    pub(crate) fn assert_sent_as(&self, recording: &Recording) {
        let (sent, name) = (self.request(), &recording.name);
        assert_eq!((sent.method.as_str(), sent.path.as_str()), (recording.method(), recording.path()), "{name}");
        assert_eq!(sent.query, recording.query(), "{name}");
        assert_eq!(sent.header("authorization"), recording.request_header("Authorization"), "{name}");
        assert_eq!(sent.header("polar-version"), Some("2026-10"), "{name}");
        assert_eq!(&sent.json(), recording.sent(), "{name}");
        if !recording.sent().is_null() {
            assert_eq!(sent.header("content-type"), Some("application/json"), "{name}");
            assert_eq!(sent.header("content-length"), Some(sent.body.len().to_string().as_str()), "{name}");
        }
    }
}

impl Answer {
    pub(crate) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("content-type", "application/json".to_owned()), ("polar-version", "2026-10".to_owned())];
        Self { status, headers, body: body.into() }
    }

    pub(crate) fn json(body: &Value) -> Self {
        Self::new(200, body.to_string())
    }

    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value.to_owned()));
        self
    }
}

impl From<&Recording> for Answer {
    fn from(recording: &Recording) -> Self {
        let named = ["content-type", "polar-version", "retry-after", "location", "www-authenticate"].into_iter();
        let headers = named.filter_map(|name| Some((name, recording.response_header(name)?.to_owned()))).collect();
        Self { status: recording.status(), headers, body: recording.body().into_bytes() }
    }
}

impl Sent {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The body; null without one.
    pub(crate) fn json(&self) -> Value {
        if self.body.is_empty() { Value::Null } else { serde_json::from_slice(&self.body).unwrap() }
    }
}

async fn answer(State(script): State<Arc<Mutex<Script>>>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let sent = Sent {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: sorted(parts.uri.query().unwrap_or_default()),
        headers: parts.headers,
        body: axum::body::to_bytes(body, usize::MAX).await.unwrap(),
    };
    let mut script = script.lock().unwrap();
    script.requests.push(sent);
    let Answer { status, headers, body } = script.answers.pop_front().unwrap_or_else(|| Answer::new(418, "{}"));
    let response = headers
        .iter()
        .fold(Response::builder().status(status), |response, (name, value)| response.header(*name, value));
    response.body(body.into()).unwrap()
}

/// Serves this on a port of its own; where.
pub(crate) async fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

/// A client for a server on this port.
pub(crate) fn client(port: u16, token: &str, limits: Limits) -> Client {
    Client::new(Config {
        base_url: format!("http://127.0.0.1:{port}/v1").parse().unwrap(),
        access_token: AccessToken::new(token),
        http: http(),
        limits,
    })
}

/// Limits that end soon, for servers that never answer.
pub(crate) fn impatient() -> Limits {
    Limits { attempt: Duration::from_millis(50), request: Duration::from_millis(120) }
}

fn http() -> reqwest::Client {
    let provider = rustls::crypto::ring::default_provider();
    let tls = rustls::ClientConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .tls_backend_preconfigured(tls)
        .build()
        .unwrap()
}
