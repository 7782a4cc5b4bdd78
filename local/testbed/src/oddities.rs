//! Requests that no browser sends and the gateway lets through.

use std::path::Path;

use anyhow::ensure;
use serde_json::{Value, json};

use crate::{Event, Function, World};

/// What stands in the requests and must not come back in the words of a refusal.
const MARK: &str = "0ddity";

/// Sends a function what is no well-formed request: each gets an answer, none of them a server error, and the next request is answered as ever.
///
/// # Errors
/// With every difference, one a line.
pub async fn check_oddities(name: &str, binary: &Path) -> anyhow::Result<()> {
    let world = World::start().await?;
    let function = world.run(name, binary).await?;
    let mut differences = Vec::new();
    for (what, event) in oddities() {
        if let Err(error) = answers(&function, event).await {
            differences.push(format!("{what}: {error:#}"));
        }
    }
    ensure!(differences.is_empty(), "{}", differences.join("\n"));
    Ok(())
}

async fn answers(function: &Function, event: Value) -> anyhow::Result<()> {
    let answer = function.invoke(event).await?;
    let status = answer["statusCode"].as_u64().unwrap_or_default();
    ensure!((200..500).contains(&status), "{answer}");
    ensure!(!answer.to_string().contains(MARK), "the answer repeats what was sent: {answer}");
    Ok(())
}

/// What no part of an address has, or has for another purpose.
const CHARACTERS: &str = "\"<> \\^`{|}[]#?%\u{7f}\u{1}\n日\u{2028}";
const PATHS: [&str; 10] =
    ["", "/", "//", "api", "//x.test/api", "/..", "/api/../../..", "/api/./nowhere", "http://x.test/", "@x.test"];
const QUERIES: [&str; 8] =
    ["&&&=", "=", "a", "page=1&page=2", "metadata[%5D=1", "fbclid=x&utm_source=y", "a=%ff%fe", "a=%zz&b=%00"];

/// Events with something odd in one place, each with its description.
fn oddities() -> Vec<(String, Value)> {
    let paths = PATHS.map(|path| (format!("the path {path:?}"), with("/rawPath", json!(path))));
    let queries = QUERIES.map(|query| (format!("the query {query:?}"), with("/rawQueryString", json!(query))));
    let characters = CHARACTERS.chars().flat_map(|character| {
        let odd = format!("{MARK}{character}{MARK}");
        let mut places = vec![
            ("query", with("/rawQueryString", json!(format!("query={odd}")))),
            ("path", with("/rawPath", json!(format!("/api/{odd}")))),
            ("domain's name", with("/requestContext/domainName", json!(odd))),
            ("cookie", with("/cookies", json!([format!("city={odd}"), "__Host-session=x"]))),
        ];
        // The gateway itself refuses a header with control characters.
        if !character.is_control() {
            places.push(("host", with("/headers/host", json!(odd))));
            places.push(("scheme, without a host", with("/headers", json!({ "x-forwarded-proto": odd }))));
        }
        places.into_iter().map(move |(place, event)| (format!("{character:?} in the {place}"), event))
    });
    characters.chain(paths).chain(queries).collect()
}

/// A request of no route, with this in that place.
fn with(pointer: &str, value: Value) -> Value {
    let mut event = Event::get("/api/nowhere").cookie("a", "b").into_json();
    *event.pointer_mut(pointer).expect("a part of the event") = value;
    event
}
