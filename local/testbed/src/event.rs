use std::collections::BTreeMap;

use anyhow::Context;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::STOREFRONT_ORIGIN;

/// A request as API Gateway hands it to a function (HTTP API, payload format 2.0).
#[derive(Clone, Debug)]
pub struct Event {
    method: &'static str,
    path: String,
    query: String,
    headers: Map<String, Value>,
    cookies: Vec<String>,
    source_ip: String,
    body: Option<String>,
}

impl Event {
    /// A `GET` of a path, with or without a query.
    #[must_use]
    pub fn get(path: &str) -> Self {
        Self::new("GET", path)
    }

    /// A `DELETE` of a path, sent by the storefront's page.
    #[must_use]
    pub fn delete(path: &str) -> Self {
        Self::new("DELETE", path).header("origin", STOREFRONT_ORIGIN)
    }

    /// A `POST` of JSON to a path, sent by the storefront's page.
    #[must_use]
    pub fn post(path: &str, body: &Value) -> Self {
        let event = Self { body: Some(body.to_string()), ..Self::new("POST", path) };
        event.header("content-type", "application/json").header("origin", STOREFRONT_ORIGIN)
    }

    fn new(method: &'static str, path: &str) -> Self {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        Self {
            method,
            path: path.to_owned(),
            query: query.to_owned(),
            headers: Map::from_iter([("host".to_owned(), json!("api.shop.example"))]),
            cookies: Vec::new(),
            source_ip: "192.0.2.1".to_owned(),
            body: None,
        }
    }

    /// With a header; API Gateway writes names in lower case.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(name.to_ascii_lowercase(), value.into());
        self
    }

    /// With a cookie.
    #[must_use]
    pub fn cookie(mut self, name: &str, value: &str) -> Self {
        self.cookies.push(format!("{name}={value}"));
        self
    }

    /// From another address, as the gateway says it.
    #[must_use]
    pub fn from_address(mut self, source_ip: &str) -> Self {
        source_ip.clone_into(&mut self.source_ip);
        self
    }

    /// The event as the runtime API carries it.
    #[must_use]
    pub fn into_json(self) -> Value {
        let mut event = json!({
            "version": "2.0",
            "routeKey": format!("{} {}", self.method, self.path),
            "rawPath": self.path,
            "rawQueryString": self.query,
            "headers": self.headers,
            "requestContext": {
                "accountId": "123456789012",
                "apiId": "testbed",
                "domainName": "api.shop.example",
                "domainPrefix": "api",
                "http": {
                    "method": self.method,
                    "path": self.path,
                    "protocol": "HTTP/1.1",
                    "sourceIp": self.source_ip,
                    "userAgent": "testbed",
                },
                "requestId": "JKJaXmPLvHcESHA=",
                "routeKey": format!("{} {}", self.method, self.path),
                "stage": "$default",
                "time": "21/Nov/2026:12:00:00 +0000",
                "timeEpoch": 1_795_262_400_000_u64,
            },
            "isBase64Encoded": false,
        });
        if !self.cookies.is_empty() {
            event["cookies"] = self.cookies.into();
        }
        if let Some(body) = self.body {
            event["body"] = body.into();
        }
        event
    }
}

/// What a function answers.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers by their lower-case names, without cookies.
    pub headers: BTreeMap<String, String>,
    /// The `Set-Cookie` lines.
    pub cookies: Vec<String>,
    /// The body: JSON where it is JSON, else a string; null where there is none.
    pub body: Value,
}

/// An answer as API Gateway takes it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    status_code: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    cookies: Vec<String>,
    body: Option<String>,
}

impl Answer {
    /// Reads the answer of [`Function::invoke`](crate::Function::invoke). What is no answer to API Gateway, like the worker's to SQS, counts as the body of a 200.
    pub fn read(answer: Value) -> anyhow::Result<Self> {
        if answer.get("statusCode").is_none() {
            return Ok(Self { status: 200, headers: BTreeMap::new(), cookies: Vec::new(), body: answer });
        }
        let payload: Payload = serde_json::from_value(answer).context("not an answer to API Gateway")?;
        let body = payload.body.filter(|body| !body.is_empty());
        Ok(Self {
            status: payload.status_code,
            headers: payload.headers,
            cookies: payload.cookies,
            body: body.map_or(Value::Null, |body| serde_json::from_str(&body).unwrap_or(Value::String(body))),
        })
    }

    /// The value that a `Set-Cookie` line gives to a cookie.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<&str> {
        let lines = self.cookies.iter().filter_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        lines.map(|rest| rest.split(';').next().unwrap_or(rest)).next()
    }
}
