//! The smallest function: it logs each event and does what the event says. Its HTTP is by hand, so that no client
//! agrees with our runtime API by accident.

use std::{
    env,
    error::Error,
    io::{Read, Write},
    net::TcpStream,
};

use serde_json::{Value, json};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    if let Ok(error) = env::var("INIT_ERROR") {
        let diagnostic = json!({ "errorType": "Echo", "errorMessage": error });
        exchange("POST", "init/error", &diagnostic.to_string())?;
        return Ok(());
    }
    env::var("REQUIRED").map_err(|_| "the setting REQUIRED is missing")?;
    loop {
        let (head, body) = exchange("GET", "invocation/next", "")?;
        let id = header(&head, "lambda-runtime-aws-request-id").ok_or("no request id")?;
        println!("event {body}");
        answer(id, &head, &serde_json::from_str(&body)?)?;
    }
}

fn answer(id: &str, head: &str, event: &Value) -> Result<()> {
    let (way, body) = match event["do"].as_str() {
        Some("fail") => ("error", json!({ "errorType": "Echo", "errorMessage": "as told" })),
        Some("end") => return Err("ended as told".into()),
        Some("say nothing") => return Ok(()),
        Some("name the deadline") => ("response", json!(header(head, "lambda-runtime-deadline-ms"))),
        Some("name the variables") => ("response", env::vars().map(|(name, _)| name).collect()),
        _ => ("response", event.clone()),
    };
    exchange("POST", &format!("invocation/{id}/{way}"), &body.to_string())?;
    Ok(())
}

/// One request on a connection of its own; the head and the body of the answer.
fn exchange(method: &str, path: &str, body: &str) -> Result<(String, String)> {
    let host = env::var("AWS_LAMBDA_RUNTIME_API")?;
    let mut connection = TcpStream::connect(&host)?;
    let length = body.len();
    let head = format!("{method} /2018-06-01/runtime/{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
    write!(connection, "{head}content-length: {length}\r\n\r\n{body}")?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or("not an HTTP answer")?;
    Ok((head.to_owned(), body.to_owned()))
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}
