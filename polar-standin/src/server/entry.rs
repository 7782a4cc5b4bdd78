//! The outermost layer: writes requests of the API down and lets scripted faults happen.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::{ConnectInfo, Request as HttpRequest, State as Shared};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use http_body_util::BodyExt as _;
use tokio::time::Sleep;

use crate::answer::empty;
use crate::api::gate;
use crate::connection::Peer;
use crate::faults::{Effect, take};
use crate::requests::Request;
use crate::world::World;

pub(crate) async fn entry(
    Shared(world): Shared<World>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    request: HttpRequest,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = body.collect().await else {
        return empty(StatusCode::BAD_REQUEST);
    };
    let body = body.to_bytes();
    let path = parts.uri.path().to_owned();
    if path.starts_with("/v1") {
        world.remember(Request {
            method: parts.method.clone(),
            path: path.clone(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            headers: parts.headers.clone(),
            body: body.clone(),
        });
    }
    let effect = take(&mut world.faults(), &parts.method, &path);
    let request = HttpRequest::from_parts(parts, Body::from(body));
    match effect {
        None => next.run(request).await,
        Some(Effect::SlowDrip { pause }) => drip(next.run(request).await, pause).await,
        Some(Effect::Hang) => std::future::pending().await,
        Some(Effect::DropConnection) => {
            peer.switch.cut();
            empty(StatusCode::OK)
        }
        Some(Effect::RateLimited { retry_after }) => gate::rate_limited(&request, retry_after),
        Some(Effect::Answer { status, content_type, body }) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, [(header::CONTENT_TYPE, content_type)], body).into_response()
        }
    }
}

async fn drip(response: Response, pause: Duration) -> Response {
    let (mut parts, body) = response.into_parts();
    let bytes = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    Response::from_parts(parts, Body::new(Drip { bytes, pause, sleep: Box::pin(tokio::time::sleep(pause)) }))
}

/// A body that comes one byte at a time.
struct Drip {
    bytes: Bytes,
    pause: Duration,
    sleep: Pin<Box<Sleep>>,
}

impl HttpBody for Drip {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, axum::Error>>> {
        if self.bytes.is_empty() {
            return Poll::Ready(None);
        }
        ready!(self.sleep.as_mut().poll(context));
        self.sleep = Box::pin(tokio::time::sleep(self.pause));
        let byte = self.bytes.split_to(1);
        Poll::Ready(Some(Ok(http_body::Frame::data(byte))))
    }
}
