//! One attempt over the network.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use jiff::Timestamp;

use super::PendingDelivery;

/// How long a receiver may take.
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// How much of an answer is read, in bytes.
const LARGEST_ANSWER: usize = 64 * 1024;

/// What became of an attempt.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// Any answer; redirects are not followed.
    Answered { status: u16, text: String },
    /// No answer in time, or no connection.
    Unreachable { reason: String },
}

/// Takes webhooks to their receivers, over plain HTTP only.
#[derive(Debug, Clone)]
pub(crate) struct Courier(Client<HttpConnector, Full<Bytes>>);

impl Default for Courier {
    fn default() -> Self {
        // A receiver that was restarted must not be met with a connection of its former life.
        Self(Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build_http())
    }
}

impl Courier {
    pub(crate) async fn send(&self, delivery: &PendingDelivery, now: Timestamp) -> Outcome {
        match tokio::time::timeout(TIME_LIMIT, self.attempt(delivery, now)).await {
            Ok(Ok(answered)) => answered,
            Ok(Err(error)) => Outcome::Unreachable { reason: error.to_string() },
            Err(_) => Outcome::Unreachable { reason: "no answer in 10 seconds".to_owned() },
        }
    }

    async fn attempt(&self, delivery: &PendingDelivery, now: Timestamp) -> anyhow::Result<Outcome> {
        let mut request = Request::post(&delivery.url).body(Full::from(delivery.body.clone()))?;
        request.headers_mut().extend(delivery.headers(now));
        let response = self.0.request(request).await?;
        let status = response.status().as_u16();
        let body = Limited::new(response.into_body(), LARGEST_ANSWER).collect().await;
        let text = body.map(|body| String::from_utf8_lossy(&body.to_bytes()).into_owned()).unwrap_or_default();
        Ok(Outcome::Answered { status, text })
    }
}
