use aws_json::{Action, AwsJson};
use serde_json::{Value, json};
use startup::{SettingError, Settings};
use tokio::sync::mpsc;

use crate::{Job, message::Message};

const SEND_MESSAGE: Action = Action::rpc("sqs", "AmazonSQS.SendMessage", "1.0");

/// The queue, for those who put something in.
#[derive(Clone)]
pub struct Queue(Transport);

#[derive(Clone)]
enum Transport {
    Sqs { aws: AwsJson, url: String },
    Local(mpsc::UnboundedSender<Message>),
}

/// Why a job is not in the queue.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// SQS did not take it.
    #[error("SQS did not take the message")]
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

    /// Puts a job into the queue. After this it is done sooner or later, or ends among the dead letters.
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
