//! The worker's queue on AWS, and beside it the queue of what the worker gave up.

use aws_json::{Action, AwsJson, Error};
use serde::Deserialize;
use serde_json::{Value, json};
use startup::Settings;

use crate::{failure::Failure, shop::Shop};

const GET_QUEUE_ATTRIBUTES: Action = Action::rpc("sqs", "AmazonSQS.GetQueueAttributes", "1.0");
const GET_QUEUE_URL: Action = Action::rpc("sqs", "AmazonSQS.GetQueueUrl", "1.0");
const RECEIVE_MESSAGE: Action = Action::rpc("sqs", "AmazonSQS.ReceiveMessage", "1.0");
const START_MESSAGE_MOVE_TASK: Action = Action::rpc("sqs", "AmazonSQS.StartMessageMoveTask", "1.0");

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

    /// Where messages go that nobody can do.
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

    /// Whether it is there, and how it is.
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

    /// The queue of what the worker gave up.
    pub(crate) async fn dead_letters(&self) -> Result<Self, Failure> {
        let attributes = self.attributes().await?.ok_or_else(|| Failure::refused("the queue is not there"))?;
        let redrive = attributes.redrive().ok_or_else(|| Failure::refused("the queue keeps no dead letters"))?;
        let queue = self.at(&redrive.dead_letter_target_arn).await?;
        queue.ok_or_else(|| Failure::refused("the dead-letter queue is not there"))
    }

    /// Looks at some messages; others do not see them for the next seconds.
    pub(crate) async fn peek(&self) -> Result<Vec<Message>, Error> {
        let input =
            json!({ "QueueUrl": self.url, "MaxNumberOfMessages": 10, "VisibilityTimeout": 10, "WaitTimeSeconds": 1 });
        Ok(self.aws.call::<Received>(RECEIVE_MESSAGE, &input).await?.messages)
    }

    /// Moves all messages back to where they came from; SQS does so in its own time.
    pub(crate) async fn move_back(&self, arn: &str) -> Result<(), Error> {
        self.aws.call::<Value>(START_MESSAGE_MOVE_TASK, &json!({ "SourceArn": arn })).await.map(drop)
    }
}

fn is_unknown(error: &Error) -> bool {
    let names = ["QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"];
    matches!(error, Error::Refused { code, .. } if names.contains(&code.as_str()))
}
