//! AWS as a function's role sees it: the parameter store, the queue, SES and DynamoDB, and no more of them than `template.yaml` permits.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Context;
use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Request, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinSet};

use crate::ses::{self, Ses};

/// A function's role: what it may do, and where that is done.
pub(crate) struct Role {
    pub(crate) permissions: Vec<(String, String)>,
    /// What has been needed, permitted or not.
    pub(crate) used: Used,
    /// The secrets in the parameter store, by their parameters' names.
    pub(crate) secrets: Vec<(&'static str, String)>,
    /// Where what is sent to the queue ends up.
    pub(crate) messages: Messages,
    pub(crate) ses: Arc<Ses>,
    pub(crate) dynamodb: String,
    pub(crate) client: Client<HttpConnector, Body>,
}

impl Role {
    /// Starts answering in `tasks`; returns the endpoint of all services.
    pub(crate) async fn serve(self, tasks: &mut JoinSet<()>) -> anyhow::Result<String> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let routes = Router::new()
            .route("/", post(call))
            .route("/v2/email/outbound-emails", post(send_email))
            .with_state(Arc::new(self));
        tasks.spawn(async { axum::serve(listener, routes).await.expect("a loopback listener accepts") });
        Ok(url)
    }

    /// Whether the role may do this. Notes that it was needed.
    fn may(&self, needed: &(String, String)) -> bool {
        self.used.lock().unwrap_or_else(PoisonError::into_inner).insert(needed.clone());
        self.permissions.contains(needed)
    }

    fn get_parameter(&self, body: &[u8]) -> anyhow::Result<Value> {
        let name = serde_json::from_slice::<Value>(body)?["Name"].clone();
        let secret = self.secrets.iter().find(|(known, _)| name == *known);
        Ok(json!({ "Parameter": { "Value": secret.context("no such parameter")?.1 } }))
    }

    fn send_message(&self, body: &[u8]) -> anyhow::Result<Value> {
        let body = serde_json::from_slice::<Value>(body)?["MessageBody"].clone();
        let message = serde_json::from_str(body.as_str().context("no text")?)?;
        self.messages.lock().unwrap_or_else(PoisonError::into_inner).push(message);
        Ok(json!({ "MessageId": "5fea7756-0ea4-451a-a703-a558b933e274" }))
    }

    async fn forward(&self, headers: HeaderMap, body: Bytes) -> anyhow::Result<Response> {
        let mut request = Request::post(&self.dynamodb).body(Body::from(body))?;
        *request.headers_mut() = headers;
        request.headers_mut().remove(header::HOST);
        Ok(self.client.request(request).await?.into_response())
    }
}

async fn call(State(role): State<Arc<Role>>, headers: HeaderMap, body: Bytes) -> Result<Response, Response> {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    let needed = needed(target, &body).map_err(|error| refuse(&format!("{target}: {error}")))?;
    if let Some((resource, action)) = needed.iter().find(|needed| !role.may(needed)) {
        return Err(refuse(&format!("template.yaml does not permit {action} on {resource}")));
    }
    let answer = match target {
        "AmazonSSM.GetParameter" => role.get_parameter(&body).map(|answer| Json(answer).into_response()),
        "AmazonSQS.SendMessage" => role.send_message(&body).map(|answer| Json(answer).into_response()),
        _ => role.forward(headers, body).await,
    };
    answer.map_err(|error| refuse(&error.to_string()))
}

/// The permission is on the identity that mails are sent from.
async fn send_email(State(role): State<Arc<Role>>, body: Bytes) -> Response {
    if !role.may(&("MailIdentity".to_owned(), "ses:SendEmail".to_owned())) {
        return ses::refuse(StatusCode::FORBIDDEN, "AccessDeniedException");
    }
    role.ses.send(&body).unwrap_or_else(|_| ses::refuse(StatusCode::BAD_REQUEST, "BadRequestException"))
}

/// Resources and actions.
pub(crate) type Used = Arc<Mutex<BTreeSet<(String, String)>>>;

/// The jobs that were sent to the queue.
pub(crate) type Messages = Arc<Mutex<Vec<Value>>>;

fn refuse(why: &str) -> Response {
    let refusal = json!({ "__type": "com.amazon.coral.service#AccessDeniedException", "Message": why });
    (StatusCode::BAD_REQUEST, Json(refusal)).into_response()
}

/// The resources and actions of one call of SSM, SQS or DynamoDB; a transaction or a batch needs the right to each of its parts.
fn needed(target: &str, body: &[u8]) -> anyhow::Result<Vec<(String, String)>> {
    let (_, operation) = target.split_once('.').context("no operation")?;
    let body: Value = serde_json::from_slice(body)?;
    if target.starts_with("AmazonSSM.") {
        // The testbed's parameters end in the names that they have in the template.
        let (_, resource) = body["Name"].as_str().and_then(|name| name.rsplit_once('/')).context("no name")?;
        return Ok(vec![(resource.to_owned(), format!("ssm:{operation}"))]);
    }
    if target.starts_with("AmazonSQS.") {
        return Ok(vec![("Queue".to_owned(), format!("sqs:{operation}"))]);
    }
    // Tables are `sessions` in the emulator and `SessionsTable` in the template.
    let resource = |table: &str| format!("{}{}Table", table[..1].to_uppercase(), &table[1..]);
    let on_table = |operation: &str, part: &Value| {
        let table = part["TableName"].as_str().with_context(|| format!("{operation} without a table"))?;
        Ok((resource(table), format!("dynamodb:{operation}")))
    };
    if let Some(tables) = body["RequestItems"].as_object() {
        return Ok(tables.keys().map(|table| (resource(table), format!("dynamodb:{operation}"))).collect());
    }
    let Some(parts) = body["TransactItems"].as_array() else { return Ok(vec![on_table(operation, &body)?]) };
    let parts = parts.iter().filter_map(Value::as_object).flatten();
    parts.map(|(operation, part)| on_table(&format!("{operation}Item"), part)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::http_client;

    fn role() -> Role {
        let permissions =
            ["dynamodb:GetItem", "dynamodb:PutItem"].map(|action| ("SessionsTable".into(), action.into()));
        Role {
            permissions: permissions.into(),
            used: Used::default(),
            secrets: Vec::new(),
            messages: Messages::default(),
            ses: Arc::default(),
            dynamodb: String::new(),
            client: http_client(),
        }
    }

    #[test]
    fn a_role_may_what_the_template_permits_on_that_table() {
        let put = |table| json!({ "Put": { "TableName": table } });
        let rows = [
            ("a permitted action", "GetItem", json!({ "TableName": "sessions" }), true),
            ("another action", "DeleteItem", json!({ "TableName": "sessions" }), false),
            ("another table", "GetItem", json!({ "TableName": "checkouts" }), false),
            (
                "a transaction of permitted parts",
                "TransactWriteItems",
                json!({ "TransactItems": [put("sessions")] }),
                true,
            ),
            (
                "a transaction with one other part",
                "TransactWriteItems",
                json!({ "TransactItems": [put("sessions"), put("checkouts")] }),
                false,
            ),
        ];
        for (case, operation, body, may) in rows {
            let needed = needed(&format!("DynamoDB_20120810.{operation}"), body.to_string().as_bytes()).unwrap();
            assert_eq!(needed.iter().all(|needed| role().may(needed)), may, "{case}");
        }
    }
}
