//! Polar and AWS for the programs under test. The stand-ins answer each distinct request once; repeats are answered from
//! memory, so that the work of the stand-ins is not measured.

use std::{
    collections::{BTreeMap, HashMap},
    convert::Infallible,
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::Context;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{
    HeaderMap, Method, Request, Response, StatusCode, body::Incoming, header, http::request::Parts, service::service_fn,
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use serde_json::Value;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
    task::JoinHandle,
};
use tokio_rustls::{TlsAcceptor, rustls::ServerConfig};

use crate::certificate::HOST;

/// A timer of Tokio's is good to a millisecond; the rest of a delay is waited out without one.
const TIMER_ERROR: Duration = Duration::from_micros(1_500);

/// One upstream; it stops when it is dropped.
pub(crate) struct Upstream {
    address: SocketAddr,
    url: String,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

struct Shared {
    origin: String,
    client: Client<HttpConnector, Full<Bytes>>,
    delay: AtomicU64,
    remembers: AtomicBool,
    known: Mutex<HashMap<String, Answer>>,
    /// By name, as they are sent.
    questions: Mutex<HashMap<String, Vec<u8>>>,
    asked: Mutex<BTreeMap<String, usize>>,
}

#[derive(Clone)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Upstream {
    /// Starts in front of `origin`, over TLS or without.
    pub(crate) async fn start(origin: &str, tls: Option<Arc<ServerConfig>>) -> anyhow::Result<Self> {
        let listener = TcpListener::bind((HOST, 0)).await?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        let address = listener.local_addr()?;
        let url = format!("{scheme}://{HOST}:{}", address.port());
        let shared = Arc::new(Shared {
            origin: origin.trim_end_matches('/').to_owned(),
            client: Client::builder(TokioExecutor::new()).build_http(),
            delay: AtomicU64::new(0),
            remembers: AtomicBool::new(false),
            known: Mutex::default(),
            questions: Mutex::default(),
            asked: Mutex::default(),
        });
        let server = tokio::spawn(listen(listener, tls.map(TlsAcceptor::from), Arc::clone(&shared)));
        Ok(Self { address, url, shared, server })
    }

    /// Where it listens.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The same without a name.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// A question of this name as it was asked, head and body; `None` if none is remembered.
    pub(crate) fn asked_for(&self, name: &str) -> Option<Vec<u8>> {
        lock(&self.shared.questions).get(name).cloned()
    }

    /// How long each answer takes from now on, from the whole question to its first byte.
    pub(crate) fn delay(&self, delay: Duration) {
        self.shared.delay.store(u64::try_from(delay.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// From now on a question that was answered before gets the same answer.
    pub(crate) fn remember(&self, remembers: bool) {
        self.shared.remembers.store(remembers, Ordering::Relaxed);
    }

    /// What was asked since the last time, and how often.
    pub(crate) fn take_asked(&self) -> BTreeMap<String, usize> {
        std::mem::take(&mut lock(&self.shared.asked))
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn listen(listener: TcpListener, tls: Option<TlsAcceptor>, shared: Arc<Shared>) {
    loop {
        let Ok((connection, _)) = listener.accept().await else { continue };
        connection.set_nodelay(true).ok();
        let (tls, shared) = (tls.clone(), Arc::clone(&shared));
        tokio::spawn(async move {
            match tls {
                // A program that is ended hangs up in the middle of whatever it does.
                Some(tls) => {
                    if let Ok(connection) = tls.accept(connection).await {
                        serve(connection, shared).await;
                    }
                }
                None => serve(connection, shared).await,
            }
        });
    }
}

async fn serve(connection: impl AsyncRead + AsyncWrite + Send + Unpin + 'static, shared: Arc<Shared>) {
    let service = service_fn(move |request| {
        let shared = Arc::clone(&shared);
        async move { Ok::<_, Infallible>(shared.answer(request).await) }
    });
    let server = auto::Builder::new(TokioExecutor::new());
    server.serve_connection(TokioIo::new(connection), service).await.ok();
}

impl Shared {
    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (parts, body) = request.into_parts();
        let Ok(body) = body.collect().await else { return Response::new(Full::default()) };
        let due = Instant::now() + Duration::from_nanos(self.delay.load(Ordering::Relaxed));
        let question = Question::read(&parts, body.to_bytes());
        *lock(&self.asked).entry(question.name.clone()).or_default() += 1;
        let answer = match self.recall(&question) {
            Some(answer) => answer,
            None => self.ask(parts, question).await,
        };
        wait_until(due).await;
        let mut response = Response::new(Full::new(answer.body));
        (*response.status_mut(), *response.headers_mut()) = (answer.status, answer.headers);
        response
    }

    fn recall(&self, question: &Question) -> Option<Answer> {
        self.remembers.load(Ordering::Relaxed).then(|| lock(&self.known).get(&question.key).cloned())?
    }

    async fn ask(&self, parts: Parts, question: Question) -> Answer {
        if self.remembers.load(Ordering::Relaxed) {
            lock(&self.questions).insert(question.name.clone(), message(&parts, &question.body));
        }
        let answer = self.forward(parts, question.body).await.unwrap_or_else(|error| Answer {
            status: StatusCode::BAD_GATEWAY,
            headers: HeaderMap::new(),
            body: format!("{error:#}").into(),
        });
        if self.remembers.load(Ordering::Relaxed) {
            lock(&self.known).insert(question.key, answer.clone());
        }
        answer
    }

    async fn forward(&self, parts: Parts, body: Bytes) -> anyhow::Result<Answer> {
        let path = parts.uri.path_and_query().context("a path")?;
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = parts.method;
        *request.uri_mut() = format!("{}{path}", self.origin).parse()?;
        *request.headers_mut() = parts.headers;
        request.headers_mut().remove(header::HOST);
        let (mut parts, body) = self.client.request(request).await?.into_parts();
        // These belong to the origin's connection.
        for name in [header::CONNECTION, header::TRANSFER_ENCODING, header::CONTENT_LENGTH] {
            parts.headers.remove(name);
        }
        Ok(Answer { status: parts.status, headers: parts.headers, body: body.collect().await?.to_bytes() })
    }
}

/// A question as HTTP/1.1 has it.
fn message(parts: &Parts, body: &[u8]) -> Vec<u8> {
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let mut message = format!("{} {path} HTTP/1.1\r\n", parts.method).into_bytes();
    for (name, value) in &parts.headers {
        message.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    message.extend([b"\r\n", body].concat());
    message
}

/// What is asked, without what differs from one time to the next.
struct Question {
    /// Its kind: an AWS action with its table, or method and path of Polar's.
    name: String,
    key: String,
    body: Bytes,
}

impl Question {
    fn read(parts: &Parts, body: Bytes) -> Self {
        let target = parts.headers.get("x-amz-target").and_then(|target| target.to_str().ok());
        let Some((_, action)) = target.and_then(|target| target.split_once('.')) else {
            let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
            let credential = parts.headers.get(header::AUTHORIZATION).map_or(&b""[..], |value| value.as_bytes());
            let key = format!("{} {path} {}", parts.method, String::from_utf8_lossy(credential));
            return Self { name: kind(&parts.method, parts.uri.path()), key, body };
        };
        let value: Value = serde_json::from_slice(&body).unwrap_or_default();
        let name = match value["TableName"].as_str() {
            Some(table) => format!("{action} {table}"),
            None => action.to_owned(),
        };
        // Times and ids of one attempt are in the values of writes; keys and the values of queries stay the same.
        let what = if action == "Query" { &value["ExpressionAttributeValues"] } else { &value["Key"] };
        Self { key: format!("{name} {what}"), name, body }
    }
}

/// Method and path with `*` for each id.
fn kind(method: &Method, path: &str) -> String {
    let is_id = |segment: &&str| segment.len() == 36 && segment.contains('-');
    let path: Vec<_> = path.split('/').map(|segment| if is_id(&segment) { "*" } else { segment }).collect();
    format!("{method} {}", path.join("/"))
}

async fn wait_until(due: Instant) {
    let left = due.saturating_duration_since(Instant::now());
    if left > TIMER_ERROR {
        tokio::time::sleep(left.saturating_sub(TIMER_ERROR)).await;
    }
    while Instant::now() < due {
        tokio::task::yield_now().await;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
