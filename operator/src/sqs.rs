//! The worker's queue on AWS, and its dead-letter queue.

use aws_json::{Action, AwsJson, Error};
use serde::Deserialize;
use serde_json::{Value, json};
use startup::Settings;

use crate::{failure::Failure, shop::Shop};

const GET_QUEUE_ATTRIBUTES: Action = Action::rpc("sqs", "AmazonSQS.GetQueueAttributes", "1.0");
const GET_QUEUE_URL: Action = Action::rpc("sqs", "AmazonSQS.GetQueueUrl", "1.0");
const CHANGE_MESSAGE_VISIBILITY_BATCH: Action = Action::rpc("sqs", "AmazonSQS.ChangeMessageVisibilityBatch", "1.0");
const RECEIVE_MESSAGE: Action = Action::rpc("sqs", "AmazonSQS.ReceiveMessage", "1.0");
const START_MESSAGE_MOVE_TASK: Action = Action::rpc("sqs", "AmazonSQS.StartMessageMoveTask", "1.0");

/// The most messages that SQS accepts or returns in one call.
const AT_ONCE: usize = 10;

/// A queue, by the operator's credentials.
pub(crate) struct Sqs {
    aws: AwsJson,
    pub(crate) url: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Described {
    attributes: Attributes,
}

/// What SQS says of a queue.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Attributes {
    pub(crate) queue_arn: String,
    approximate_number_of_messages: String,
    redrive_policy: Option<String>,
}

impl Attributes {
    /// How many wait, roughly.
    pub(crate) fn waiting(&self) -> u64 {
        self.approximate_number_of_messages.parse().unwrap_or_default()
    }

    /// Where messages go that could not be processed.
    pub(crate) fn redrive(&self) -> Option<Redrive> {
        serde_json::from_str(self.redrive_policy.as_deref()?).ok()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Redrive {
    pub(crate) dead_letter_target_arn: String,
    pub(crate) max_receive_count: Value,
}

/// One message, not yet read.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Message {
    pub(crate) message_id: String,
    receipt_handle: String,
    pub(crate) body: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Received {
    #[serde(default)]
    messages: Vec<Message>,
}

impl Sqs {
    /// The worker's queue.
    pub(crate) fn of(shop: &Shop) -> Result<Self, startup::SettingError> {
        let settings: &Settings = &shop.settings;
        Ok(Self { url: settings.required("QUEUE_URL")?, aws: shop.aws()? })
    }

    /// The attributes of the queue, if it exists.
    pub(crate) async fn attributes(&self) -> Result<Option<Attributes>, Error> {
        let names = ["QueueArn", "ApproximateNumberOfMessages", "RedrivePolicy"];
        let input = json!({ "QueueUrl": self.url, "AttributeNames": names });
        match self.aws.call::<Described>(GET_QUEUE_ATTRIBUTES, &input).await {
            Ok(described) => Ok(Some(described.attributes)),
            Err(error) if is_unknown(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The queue with this ARN.
    pub(crate) async fn at(&self, arn: &str) -> Result<Option<Self>, Error> {
        // arn:aws:sqs:region:account:name
        let mut parts = arn.rsplit(':');
        let (name, account) = (parts.next(), parts.next());
        let input = json!({ "QueueName": name, "QueueOwnerAWSAccountId": account });
        match self.aws.call::<Value>(GET_QUEUE_URL, &input).await {
            Ok(found) => Ok(found["QueueUrl"].as_str().map(|url| Self { aws: self.aws.clone(), url: url.to_owned() })),
            Err(error) if is_unknown(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The dead-letter queue.
    pub(crate) async fn dead_letters(&self) -> Result<Self, Failure> {
        let attributes = self
            .attributes()
            .await?
            .ok_or_else(|| Failure::refused("the queue does not exist: deploy the stack again"))?;
        let redrive = attributes
            .redrive()
            .ok_or_else(|| Failure::refused("the queue has no dead-letter queue: deploy the stack again"))?;
        let queue = self.at(&redrive.dead_letter_target_arn).await?;
        queue.ok_or_else(|| Failure::refused("the dead-letter queue does not exist: deploy the stack again"))
    }

    /// Reads all messages, then makes them visible again.
    pub(crate) async fn look_through(&self) -> Result<Vec<Message>, Error> {
        let mut messages: Vec<Message> = Vec::new();
        loop {
            let some = self.receive().await?;
            // SQS may return a message twice if this takes long.
            let is_new = |message: &Message| messages.iter().all(|seen| seen.message_id != message.message_id);
            let new: Vec<_> = some.into_iter().filter(is_new).collect();
            if new.is_empty() {
                break;
            }
            messages.extend(new);
        }
        for some in messages.chunks(AT_ONCE) {
            self.let_go(some).await?;
        }
        Ok(messages)
    }

    /// Receives some messages, which are then invisible to others for a while.
    async fn receive(&self) -> Result<Vec<Message>, Error> {
        let input = json!({ "QueueUrl": self.url, "MaxNumberOfMessages": AT_ONCE, "VisibilityTimeout": 30, "WaitTimeSeconds": 1 });
        Ok(self.aws.call::<Received>(RECEIVE_MESSAGE, &input).await?.messages)
    }

    async fn let_go(&self, messages: &[Message]) -> Result<(), Error> {
        let entries = messages.iter().enumerate().map(|(number, message)| {
            json!({ "Id": number.to_string(), "ReceiptHandle": message.receipt_handle, "VisibilityTimeout": 0 })
        });
        let input = json!({ "QueueUrl": self.url, "Entries": entries.collect::<Vec<_>>() });
        self.aws.call::<Value>(CHANGE_MESSAGE_VISIBILITY_BATCH, &input).await.map(drop)
    }

    /// Starts to move all messages back to where they came from; SQS does this asynchronously.
    pub(crate) async fn move_back(&self, arn: &str) -> Result<(), Error> {
        self.aws.call::<Value>(START_MESSAGE_MOVE_TASK, &json!({ "SourceArn": arn })).await.map(drop)
    }
}

fn is_unknown(error: &Error) -> bool {
    let names = ["QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"];
    matches!(error, Error::Refused { code, .. } if names.contains(&code.as_str()))
}
