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

fn oddities() -> Vec<(String, Value)> {
    let plain = || Event::get("/api/nowhere").into_json();
    let with = |pointer: &str, value: Value| {
        let mut event = plain();
        *event.pointer_mut(pointer).expect("a part of the event") = value;
        event
    };
    let odd = |character: &str| format!("{MARK}{character}{MARK}");
    let mut oddities = Vec::new();
    let characters = [
        "\"",
        "<",
        ">",
        " ",
        "\\",
        "^",
        "`",
        "{",
        "|",
        "}",
        "[",
        "]",
        "#",
        "?",
        "%",
        "%zz",
        "%00",
        "\u{7f}",
        "\u{1}",
        "\n",
        "日本語",
        "\u{2028}",
    ];
    for character in characters {
        let odd = odd(character);
        // The gateway itself refuses a header with control characters.
        let fits_into_a_header = !character.contains(char::is_control);
        oddities.push((format!("{character:?} in the query"), with("/rawQueryString", json!(format!("query={odd}")))));
        oddities.push((format!("{character:?} in the path"), with("/rawPath", json!(format!("/api/{odd}")))));
        if fits_into_a_header {
            oddities.push((format!("{character:?} in the host"), with("/headers/host", json!(odd))));
            let mut event = plain();
            event["headers"]["x-forwarded-proto"] = json!(odd);
            event["headers"].as_object_mut().expect("headers").remove("host");
            oddities.push((format!("{character:?} in the scheme, and no host"), event));
        }
        oddities.push((format!("{character:?} in the domain's name"), with("/requestContext/domainName", json!(odd))));
        let mut event = plain();
        event["cookies"] = json!([format!("city={odd}"), "__Host-session=x"]);
        oddities.push((format!("{character:?} in a cookie"), event));
    }
    for path in
        ["", "/", "//", "api", "//x.test/api", "/..", "/api/../../..", "/api/./nowhere", "http://x.test/", "@x.test"]
    {
        oddities.push((format!("the path {path:?}"), with("/rawPath", json!(path))));
    }
    for query in ["&&&=", "=", "a", "page=1&page=2", "metadata[%5D=1", "fbclid=x&utm_source=y", "a=%ff%fe"] {
        oddities.push((format!("the query {query:?}"), with("/rawQueryString", json!(query))));
    }
    oddities
}
