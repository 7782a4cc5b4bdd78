//! What the command asks of AWS, on loopback: a stack, functions, parameters, queues, mail. DynamoDB is the embedded one.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

pub(crate) const STACK: &str = "shop";
pub(crate) const QUEUE_URL: &str = "https://sqs.us-east-1.amazonaws.com/123456789012/jobs";
const DEAD_LETTERS_URL: &str = "https://sqs.us-east-1.amazonaws.com/123456789012/given-up";
const DEAD_LETTERS_ARN: &str = "arn:aws:sqs:us-east-1:123456789012:given-up";

/// The worker's queue.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Queue {
    Whole,
    WithoutDeadLetters,
    Gone,
}

/// What there is.
pub(crate) struct Account {
    pub(crate) api_url: String,
    /// The settings of the stack's functions.
    pub(crate) variables: BTreeMap<String, String>,
    /// The parameter store.
    pub(crate) parameters: BTreeMap<String, String>,
    pub(crate) queue: Queue,
    /// How Lambda hands the queue to functions.
    pub(crate) mappings: Vec<&'static str>,
    /// What the worker gave up; `None` if there is no such queue.
    pub(crate) dead_letters: Option<Vec<String>>,
    /// How many of these somebody has received and not let go.
    received: usize,
    /// What was sent to the worker's queue.
    pub(crate) sent: Vec<String>,
    /// Identities at SES, and whether they are verified.
    pub(crate) identities: BTreeMap<String, bool>,
    pub(crate) sends_to_anyone: bool,
    pub(crate) may_send: bool,
}

/// A running imitation.
pub(crate) struct Aws {
    pub(crate) url: String,
    account: Arc<Mutex<Account>>,
    server: JoinHandle<()>,
}

impl Aws {
    pub(crate) async fn start(api_url: String, variables: BTreeMap<String, String>) -> Self {
        let account = Account {
            api_url,
            variables,
            parameters: BTreeMap::new(),
            queue: Queue::Whole,
            mappings: vec!["Enabled"],
            dead_letters: Some(Vec::new()),
            received: 0,
            sent: Vec::new(),
            identities: BTreeMap::from([("shop.example".to_owned(), true)]),
            sends_to_anyone: true,
            may_send: true,
        };
        let account = Arc::new(Mutex::new(account));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let router = Router::new().fallback(answer).with_state(Arc::clone(&account));
        let server = tokio::spawn(async { axum::serve(listener, router).await.expect("a loopback listener accepts") });
        Self { url, account, server }
    }

    pub(crate) fn account(&self) -> MutexGuard<'_, Account> {
        self.account.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Aws {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn answer(State(account): State<Arc<Mutex<Account>>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !header("authorization").starts_with("AWS4-HMAC-SHA256 Credential=operator/") {
        return refuse("MissingAuthenticationTokenException");
    }
    let mut account = account.lock().unwrap_or_else(PoisonError::into_inner);
    if uri.path() != "/" {
        return account.read(uri.path());
    }
    let target = header("x-amz-target");
    if target.is_empty() {
        return account.describe(std::str::from_utf8(&body).unwrap_or_default());
    }
    account.act(target, &serde_json::from_slice(&body).unwrap_or_default())
}

fn refuse(code: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "__type": format!("com.amazonaws#{code}") }))).into_response()
}

fn good(body: Value) -> Response {
    Json(body).into_response()
}

impl Account {
    /// Lambda and SES.
    fn read(&self, path: &str) -> Response {
        let refused = (StatusCode::NOT_FOUND, [("x-amzn-errortype", "NotFoundException")], "{}").into_response();
        match path.split('/').collect::<Vec<_>>().as_slice() {
            ["", "2015-03-31", "functions", "shop-worker", "configuration"] => {
                good(json!({ "FunctionName": "shop-worker", "Environment": { "Variables": self.variables } }))
            }
            ["", "2015-03-31", "event-source-mappings", ""] => {
                let mappings: Vec<_> = self.mappings.iter().map(|state| json!({ "State": state })).collect();
                good(json!({ "EventSourceMappings": mappings }))
            }
            ["", "v2", "email", "account"] => {
                good(json!({ "ProductionAccessEnabled": self.sends_to_anyone, "SendingEnabled": self.may_send }))
            }
            ["", "v2", "email", "identities", identity] => {
                let identity = self.identities.get(&identity.replace("%40", "@"));
                identity.map_or(refused, |verified| good(json!({ "VerifiedForSendingStatus": verified })))
            }
            _ => refused,
        }
    }

    /// CloudFormation.
    fn describe(&self, form: &str) -> Response {
        if !form.contains(&format!("StackName={STACK}&")) || !form.ends_with("ContentType=JSON") {
            let error = json!({ "Error": { "Type": "Sender", "Code": "ValidationError", "Message": "no such stack" } });
            return (StatusCode::BAD_REQUEST, Json(error)).into_response();
        }
        if form.contains("Action=DescribeStacks&") {
            let outputs = json!([{ "OutputKey": "ApiUrl", "OutputValue": self.api_url }]);
            let stacks = json!({ "Stacks": [{ "StackName": STACK, "Outputs": outputs }] });
            return good(json!({ "DescribeStacksResponse": { "DescribeStacksResult": stacks } }));
        }
        let resource = |kind: &str, id: &str| json!({ "ResourceType": kind, "PhysicalResourceId": id });
        let page = if form.contains("NextToken=more") {
            json!({ "StackResourceSummaries": [resource("AWS::Lambda::Function", "shop-worker")], "NextToken": null })
        } else {
            json!({ "StackResourceSummaries": [resource("AWS::SQS::Queue", QUEUE_URL)], "NextToken": "more" })
        };
        good(json!({ "ListStackResourcesResponse": { "ListStackResourcesResult": page } }))
    }

    /// The parameter store and SQS.
    fn act(&mut self, target: &str, input: &Value) -> Response {
        let text = |name: &str| input[name].as_str().unwrap_or_default().to_owned();
        match target {
            "AmazonSSM.GetParameter" => match self.parameters.get(&text("Name")) {
                Some(value) => good(json!({ "Parameter": { "Value": value } })),
                None => refuse("ParameterNotFound"),
            },
            "AmazonSSM.PutParameter" if text("Type") == "SecureString" && input["Overwrite"] == true => {
                self.parameters.insert(text("Name"), text("Value"));
                good(json!({ "Version": 1 }))
            }
            "AmazonSQS.GetQueueAttributes" => self.queue_attributes(&text("QueueUrl")),
            "AmazonSQS.GetQueueUrl" if text("QueueName") == "given-up" && self.dead_letters.is_some() => {
                good(json!({ "QueueUrl": DEAD_LETTERS_URL }))
            }
            "AmazonSQS.ReceiveMessage" if text("QueueUrl") == DEAD_LETTERS_URL => {
                let bodies = self.dead_letters.iter().flatten().enumerate().skip(self.received).take(2);
                let message = |(id, body)| json!({ "MessageId": format!("{id}"), "ReceiptHandle": format!("r{id}"), "Body": body });
                let messages: Vec<_> = bodies.map(message).collect();
                self.received += messages.len();
                good(json!({ "Messages": messages }))
            }
            "AmazonSQS.ChangeMessageVisibilityBatch" => {
                let entries = input["Entries"].as_array().expect("entries");
                assert!(entries.iter().all(|entry| entry["VisibilityTimeout"] == 0));
                self.received -= entries.len();
                good(json!({ "Successful": [] }))
            }
            "AmazonSQS.StartMessageMoveTask" if text("SourceArn") == DEAD_LETTERS_ARN => {
                self.sent.extend(self.dead_letters.iter_mut().flat_map(std::mem::take));
                good(json!({ "TaskHandle": "1" }))
            }
            "AmazonSQS.SendMessage" if self.queue != Queue::Gone => {
                self.sent.push(text("MessageBody"));
                good(json!({ "MessageId": "1" }))
            }
            _ => refuse("QueueDoesNotExist"),
        }
    }

    fn queue_attributes(&self, url: &str) -> Response {
        let redrive = json!({ "deadLetterTargetArn": DEAD_LETTERS_ARN, "maxReceiveCount": 5 }).to_string();
        match (url, &self.dead_letters) {
            (QUEUE_URL, _) if self.queue != Queue::Gone => {
                let mut attributes = json!({ "QueueArn": "arn:aws:sqs:us-east-1:123456789012:jobs", "ApproximateNumberOfMessages": "0" });
                if self.queue == Queue::Whole {
                    attributes["RedrivePolicy"] = json!(redrive);
                }
                good(json!({ "Attributes": attributes }))
            }
            (DEAD_LETTERS_URL, Some(letters)) => {
                let number = (letters.len() - self.received).to_string();
                good(json!({ "Attributes": { "QueueArn": DEAD_LETTERS_ARN, "ApproximateNumberOfMessages": number } }))
            }
            _ => refuse("QueueDoesNotExist"),
        }
    }
}
