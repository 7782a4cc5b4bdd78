use aws_json::{Action, AwsJson};
use serde_json::{Value, json};
use startup::{SettingError, Settings};
use tokio::sync::mpsc;

use crate::{Job, message::Message};

const SEND_MESSAGE: Action = Action::rpc("sqs", "AmazonSQS.SendMessage", "1.0");

/// The queue, to send jobs to.
#[derive(Clone)]
pub struct Queue(Transport);

#[derive(Clone)]
enum Transport {
    Sqs { aws: AwsJson, url: String },
    Local(mpsc::UnboundedSender<Message>),
}

/// Why a job could not be sent to the queue.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// SQS did not accept it.
    #[error("SQS did not accept the message")]
    Sqs(#[from] aws_json::Error),
    /// The worker in this program has stopped.
    #[error("the worker has stopped")]
    Stopped,
}

impl Queue {
    /// The SQS queue that `QUEUE_URL` names.
    pub fn from_settings(settings: &Settings, aws: AwsJson) -> Result<Self, SettingError> {
        Ok(Self(Transport::Sqs { aws, url: settings.required("QUEUE_URL")? }))
    }

    pub(crate) fn local(sender: mpsc::UnboundedSender<Message>) -> Self {
        Self(Transport::Local(sender))
    }

    /// Sends a job to the queue. It will be processed, or end up in the dead-letter queue.
    pub async fn send(&self, job: &Job) -> Result<(), Error> {
        match &self.0 {
            Transport::Sqs { aws, url } => {
                let body = serde_json::to_string(job).unwrap_or_default();
                let input = json!({ "QueueUrl": url, "MessageBody": body });
                aws.call::<Value>(SEND_MESSAGE, &input).await?;
                Ok(())
            }
            Transport::Local(sender) => sender.send(Message::new(job.clone())).map_err(|_| Error::Stopped),
        }
    }
}
