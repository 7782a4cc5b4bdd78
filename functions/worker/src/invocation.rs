use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use futures_util::future::join_all;
use jiff::Timestamp;
use queue::Job;
use serde::Deserialize;
use startup::causes;
use tracing::error;

use crate::{Error, Worker, changes::catalog_changed_at};

/// The event that Lambda invokes the worker with.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Invocation {
    /// A batch of messages from the queue.
    Queue(SqsEvent),
    /// A job from the schedule.
    Schedule(Job),
}

/// A message of the queue.
struct Message {
    id: String,
    job: serde_json::Result<Job>,
}

impl From<SqsMessage> for Message {
    fn from(message: SqsMessage) -> Self {
        let job = serde_json::from_str(&message.body.unwrap_or_default());
        Self { id: message.message_id.unwrap_or_default(), job }
    }
}

impl Message {
    fn catalog_changed_at(&self) -> Option<Timestamp> {
        self.job.as_ref().ok().and_then(catalog_changed_at)
    }
}

impl Worker {
    /// Processes an invocation. The answer lists the failed messages; SQS delivers only those again.
    ///
    /// # Errors
    /// When a scheduled job failed.
    pub async fn invoke(&self, invocation: Invocation, now: Timestamp) -> Result<SqsBatchResponse, Error> {
        let mut answer = SqsBatchResponse::default();
        match invocation {
            Invocation::Schedule(job) => self.work(&job, now).await?,
            Invocation::Queue(event) => {
                let messages = event.records.into_iter().map(Message::from);
                let (changes, others): (Vec<_>, Vec<_>) =
                    messages.partition(|message| message.catalog_changed_at().is_some());
                let others = join_all(others.into_iter().map(|message| self.do_message(message, now)));
                let (unseen, undone) = tokio::join!(self.do_changes(changes, now), others);
                answer.batch_item_failures = unseen.into_iter().chain(undone.into_iter().flatten()).collect();
            }
        }
        Ok(answer)
    }

    /// Refreshes the catalog once for all changes in the batch, because each refresh needs several of the requests per minute that Polar allows.
    async fn do_changes(&self, messages: Vec<Message>, now: Timestamp) -> Vec<BatchItemFailure> {
        let Some(last) = messages.iter().filter_map(Message::catalog_changed_at).max() else { return Vec::new() };
        // Boxed for the same reason as in `work`.
        match Box::pin(self.refresh_since(last, now)).await {
            Ok(()) => Vec::new(),
            Err(error) => messages.into_iter().map(|message| failure(message.id, &error)).collect(),
        }
    }

    async fn do_message(&self, Message { id, job }: Message, now: Timestamp) -> Option<BatchItemFailure> {
        let done = match job {
            Ok(job) => self.work(&job, now).await,
            Err(error) => Err(error.into()),
        };
        Some(failure(id, &done.err()?))
    }
}

fn failure(id: String, error: &Error) -> BatchItemFailure {
    error!(message.id = id, cause = causes(error), "could not do a message");
    let mut failure = BatchItemFailure::default();
    failure.item_identifier = id;
    failure
}
