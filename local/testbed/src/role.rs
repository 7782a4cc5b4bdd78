//! AWS as a function's role sees it: the parameter store and DynamoDB, and no more of them than `template.yaml` permits.

use std::sync::Arc;

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

use crate::{FunctionBlock, buyer::http_client};

/// A function's role: what it may do, and where that is done.
pub(crate) struct Role {
    permissions: Vec<(String, String)>,
    /// The value of the one parameter.
    secret: String,
    dynamodb: String,
    client: Client<HttpConnector, Body>,
}

impl Role {
    pub(crate) fn new(function: &FunctionBlock, secret: &str, dynamodb: &str) -> Self {
        Self {
            permissions: function.permissions.clone(),
            secret: secret.to_owned(),
            dynamodb: dynamodb.to_owned(),
            client: http_client(),
        }
    }

    /// Starts answering in `tasks`; returns the endpoint of both services.
    pub(crate) async fn serve(self, tasks: &mut JoinSet<()>) -> anyhow::Result<String> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let routes = Router::new().route("/", post(call)).with_state(Arc::new(self));
        tasks.spawn(async { axum::serve(listener, routes).await.expect("a loopback listener accepts") });
        Ok(url)
    }

    fn may(&self, (table, action): &(String, String)) -> bool {
        // Tables are `sessions` in the emulator and `SessionsTable` in the template.
        let resource = |table: &str| format!("{}{}Table", table[..1].to_uppercase(), &table[1..]);
        self.permissions.iter().any(|(permitted, known)| *permitted == resource(table) && known == action)
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
    if target == "AmazonSSM.GetParameter" {
        // Its permission names the parameter itself, in a policy that all functions share.
        return Ok(Json(json!({ "Parameter": { "Value": role.secret } })).into_response());
    }
    let needed = needed(target, &body).map_err(|error| refuse(&format!("{target}: {error}")))?;
    if let Some((table, action)) = needed.iter().find(|needed| !role.may(needed)) {
        return Err(refuse(&format!("template.yaml does not permit {action} on {table}")));
    }
    role.forward(headers, body).await.map_err(|error| refuse(&error.to_string()))
}

fn refuse(why: &str) -> Response {
    let refusal = json!({ "__type": "com.amazon.coral.service#AccessDeniedException", "Message": why });
    (StatusCode::BAD_REQUEST, Json(refusal)).into_response()
}

/// The tables and actions of one call of DynamoDB; a transaction needs the right to each of its parts.
fn needed(target: &str, body: &[u8]) -> anyhow::Result<Vec<(String, String)>> {
    let (_, operation) = target.split_once('.').context("no operation")?;
    let body: Value = serde_json::from_slice(body)?;
    let on_table = |operation: &str, part: &Value| {
        let table = part["TableName"].as_str().with_context(|| format!("{operation} without a table"))?;
        Ok((table.to_owned(), format!("dynamodb:{operation}")))
    };
    let Some(parts) = body["TransactItems"].as_array() else { return Ok(vec![on_table(operation, &body)?]) };
    let parts = parts.iter().filter_map(Value::as_object).flatten();
    parts.map(|(operation, part)| on_table(&format!("{operation}Item"), part)).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn role() -> Role {
        let permissions =
            ["dynamodb:GetItem", "dynamodb:PutItem"].map(|action| ("SessionsTable".into(), action.into()));
        let settings = BTreeMap::new();
        let function =
            FunctionBlock { folder: String::new(), settings, routes: vec![], permissions: permissions.into() };
        Role::new(&function, "", "")
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
