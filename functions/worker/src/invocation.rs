use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use futures_util::future::join_all;
use jiff::Timestamp;
use queue::Job;
use serde::Deserialize;
use startup::causes;
use tracing::error;

use crate::{Error, Worker};

/// What Lambda calls the worker with.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Invocation {
    /// The queue, with some messages at once.
    Queue(SqsEvent),
    /// The schedule, with a job.
    Schedule(Job),
}

impl Worker {
    /// Does what an invocation asks for. The answer names the messages that are not done, which alone come again.
    ///
    /// # Errors
    /// When a scheduled job failed.
    pub async fn invoke(&self, invocation: Invocation, now: Timestamp) -> Result<SqsBatchResponse, Error> {
        let mut answer = SqsBatchResponse::default();
        match invocation {
            Invocation::Schedule(job) => self.work(&job, now).await?,
            Invocation::Queue(event) => {
                let done = event.records.into_iter().map(|message| self.do_message(message, now));
                answer.batch_item_failures = join_all(done).await.into_iter().flatten().collect();
            }
        }
        Ok(answer)
    }

    async fn do_message(&self, message: SqsMessage, now: Timestamp) -> Option<BatchItemFailure> {
        let body = message.body.unwrap_or_default();
        let done = match serde_json::from_str(&body) {
            Ok(job) => self.work(&job, now).await,
            Err(error) => Err(error.into()),
        };
        let error = done.err()?;
        let id = message.message_id.unwrap_or_default();
        error!(message.id = id, cause = causes(&error), "could not do a message");
        let mut failure = BatchItemFailure::default();
        failure.item_identifier = id;
        Some(failure)
    }
}
