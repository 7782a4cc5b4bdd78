//! Lambda's runtime API, version 2018-06-01.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::anyhow;
use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    http::StatusCode,
    response::IntoResponse,
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::Value;
use tokio::{
    net::TcpListener,
    sync::{Mutex as AsyncMutex, mpsc, oneshot, watch},
};

/// What the program and the test exchange.
pub(crate) struct RuntimeApi {
    phase: watch::Sender<Phase>,
    queue: mpsc::UnboundedSender<Invocation>,
    next: AsyncMutex<mpsc::UnboundedReceiver<Invocation>>,
    waiting: Mutex<HashMap<String, oneshot::Sender<Outcome>>>,
    count: AtomicU64,
}

/// How far the program has come.
enum Phase {
    Starting,
    Ready,
    Ended(String),
}

struct Invocation {
    id: String,
    event: Value,
    deadline: SystemTime,
}

/// An answer, or the text of the error in its place.
type Outcome = Result<Value, String>;

impl RuntimeApi {
    pub(crate) fn new() -> Self {
        let (queue, next) = mpsc::unbounded_channel();
        Self {
            phase: watch::Sender::new(Phase::Starting),
            queue,
            next: AsyncMutex::new(next),
            waiting: Mutex::default(),
            count: AtomicU64::new(0),
        }
    }

    /// Waits for the end of the initialization; an error says how it went wrong.
    pub(crate) async fn ready(&self) -> anyhow::Result<()> {
        let mut phase = self.phase.subscribe();
        match &*phase.wait_for(|phase| !matches!(phase, Phase::Starting)).await? {
            Phase::Ended(end) => Err(anyhow!("{end}")),
            _ => Ok(()),
        }
    }

    /// Hands over one event and waits for its answer.
    pub(crate) async fn invoke(&self, event: Value, deadline: SystemTime) -> anyhow::Result<Value> {
        let id = format!("00000000-0000-4000-8000-{:012x}", self.count.fetch_add(1, Ordering::Relaxed));
        let (answer, hear_answer) = oneshot::channel();
        self.waiting().insert(id.clone(), answer);
        self.queue.send(Invocation { id, event, deadline }).expect("this holds the other end");
        tokio::select! {
            // A program may answer and end at once; the answer counts.
            biased;
            outcome = hear_answer => outcome?.map_err(|error| anyhow!("the program answered with an error: {error}")),
            end = self.ended() => Err(anyhow!("{end}")),
        }
    }

    /// Notes the end of the program, or of its initialization; the first reason stays.
    pub(crate) fn end(&self, how: String) {
        self.advance(Phase::Ended(how));
    }

    async fn ended(&self) -> String {
        let mut phase = self.phase.subscribe();
        match phase.wait_for(|phase| matches!(phase, Phase::Ended(_))).await.as_deref() {
            Ok(Phase::Ended(end)) => end.clone(),
            _ => unreachable!("this holds the sender, and waits for nothing else"),
        }
    }

    fn advance(&self, to: Phase) {
        self.phase.send_if_modified(|phase| match (&*phase, to) {
            (Phase::Ended(_), _) | (Phase::Ready, Phase::Ready) => false,
            (_, to) => {
                *phase = to;
                true
            }
        });
    }

    fn answer(&self, id: &str, outcome: Outcome) -> StatusCode {
        let Some(waiting) = self.waiting().remove(id) else { return StatusCode::BAD_REQUEST };
        // Whoever waited may have given up.
        waiting.send(outcome).ok();
        StatusCode::ACCEPTED
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<String, oneshot::Sender<Outcome>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Answers the program's requests for as long as it is polled.
pub(crate) async fn serve(listener: TcpListener, runtime_api: Arc<RuntimeApi>) {
    let routes = Router::new()
        .route("/invocation/next", get(next_invocation))
        .route("/invocation/{id}/response", post(take_response))
        .route("/invocation/{id}/error", post(take_error))
        .route("/init/error", post(take_init_error))
        .layer(DefaultBodyLimit::disable())
        .with_state(runtime_api);
    let server = axum::serve(listener, Router::new().nest("/2018-06-01/runtime", routes));
    server.await.expect("a loopback listener accepts until it is dropped");
}

async fn next_invocation(State(runtime_api): State<Arc<RuntimeApi>>) -> Result<impl IntoResponse, StatusCode> {
    runtime_api.advance(Phase::Ready);
    let next = runtime_api.next.lock().await.recv().await;
    let Invocation { id, event, deadline } = next.ok_or(StatusCode::GONE)?;
    let deadline = deadline.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let headers = [
        ("lambda-runtime-aws-request-id", id),
        ("lambda-runtime-deadline-ms", deadline.to_string()),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:123456789012:function:testbed".to_owned()),
        ("lambda-runtime-trace-id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0".to_owned()),
    ];
    Ok((headers, Json(event)))
}

/// Programs send their answers without a content type.
async fn take_response(State(runtime_api): State<Arc<RuntimeApi>>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    let answer = serde_json::from_slice(&body).map_err(|error| format!("the answer is not JSON: {error}"));
    runtime_api.answer(&id, answer)
}

async fn take_error(State(runtime_api): State<Arc<RuntimeApi>>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    runtime_api.answer(&id, Err(diagnosis(&body)))
}

async fn take_init_error(State(runtime_api): State<Arc<RuntimeApi>>, body: Bytes) -> StatusCode {
    runtime_api.end(diagnosis(&body));
    StatusCode::ACCEPTED
}

fn diagnosis(body: &[u8]) -> String {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Diagnostic {
        error_type: String,
        error_message: String,
    }
    match serde_json::from_slice(body) {
        Ok(Diagnostic { error_type, error_message }) => format!("{error_type}: {error_message}"),
        Err(_) => String::from_utf8_lossy(body).into_owned(),
    }
}
