//! What goes wrong at Polar, and what the shop then says.

use std::{path::Path, time::Duration};

use anyhow::{Context, ensure};
use polar_standin::Fault;
use serde_json::Value;
use store::Downloads;

use crate::{Answer, Event, Function, World, seeds::BUYER};

struct Trouble {
    what: &'static str,
    effect: fn(Fault) -> Fault,
    status: u16,
    code: &'static str,
    retry_after: Option<&'static str>,
}

const UNAVAILABLE: Trouble =
    Trouble { what: "", effect: |fault| fault, status: 503, code: "polar_unavailable", retry_after: Some("5") };
const TIMEOUT: Trouble = Trouble { status: 504, code: "polar_timeout", ..UNAVAILABLE };
const UNEXPECTED: Trouble = Trouble { status: 502, code: "polar_unexpected", retry_after: None, ..UNAVAILABLE };

const TROUBLES: &[Trouble] = &[
    Trouble { what: "an error of Polar's own", effect: |fault| fault.status(500), ..UNAVAILABLE },
    Trouble { what: "something in front of Polar", effect: |fault| fault.status(503), ..UNAVAILABLE },
    Trouble {
        what: "the rate limit",
        effect: |fault| fault.rate_limited(Duration::from_mins(1)),
        retry_after: Some("60"),
        ..UNAVAILABLE
    },
    Trouble { what: "a dropped connection", effect: Fault::drop_connection, ..UNAVAILABLE },
    Trouble {
        what: "a page of HTML as if all were well",
        effect: |it| it.body(200, "text/html", "<p>"),
        ..UNAVAILABLE
    },
    Trouble {
        what: "half an answer",
        effect: |fault| fault.body(200, "application/json", "{\"items\":["),
        ..UNAVAILABLE
    },
    Trouble { what: "no answer", effect: Fault::hang, ..TIMEOUT },
    Trouble { what: "an answer drop by drop", effect: Fault::slow_drip, ..TIMEOUT },
    Trouble { what: "an answer of another shape", effect: |it| it.body(200, "application/json", "[7]"), ..UNEXPECTED },
    Trouble {
        what: "a refused access token",
        effect: |fault| fault.body(401, "application/json", r#"{"error":"invalid_token"}"#),
        ..UNEXPECTED
    },
];

/// Lets Polar fail in every way while a function answers an event that needs it. Each failure has its code, is logged
/// under the answer's request id and counts no download; and once it is over, the same instance answers the event well.
///
/// # Errors
/// With every difference, one a line.
pub async fn check_troubles(function: &str, binary: &Path, event: &Event) -> anyhow::Result<()> {
    let mut differences = Vec::new();
    for trouble in TROUBLES {
        if let Err(error) = trouble.check(function, binary, event).await {
            differences.push(format!("{}: {error:#}", trouble.what));
        }
    }
    if let Err(error) = check_without_polar(function, binary, event).await {
        differences.push(format!("no Polar: {error:#}"));
    }
    ensure!(differences.is_empty(), "{}", differences.join("\n"));
    Ok(())
}

impl Trouble {
    async fn check(&self, name: &str, binary: &Path, event: &Event) -> anyhow::Result<()> {
        let world = World::start().await?;
        world.seed_events().await?;
        let mut settings = world.environment_of(name).await?;
        if self.code == TIMEOUT.code {
            settings.push(("POLAR_TIME_LIMIT_MILLISECONDS", "1000".to_owned()));
        }
        let function = Function::start(binary, &settings).await?;

        world.polar.fault((self.effect)(Fault::on("* /v1/*")));
        self.compare(&function, &function.call(event.clone()).await?)?;
        let taken = Downloads::new(world.dynamodb.client(), "downloads").list_counters(BUYER).await?;
        ensure!(taken.is_empty(), "a download was counted: {taken:?}");

        world.polar.clear_faults();
        let answer = function.call(event.clone()).await?;
        ensure!(answer.status < 300, "still {} when all is well again: {}", answer.status, answer.body);
        Ok(())
    }

    fn compare(&self, function: &Function, answer: &Answer) -> anyhow::Result<()> {
        let found = (answer.status, answer.body["code"].as_str().unwrap_or_default());
        ensure!(found == (self.status, self.code), "{found:?} for {:?}\n{}", (self.status, self.code), function.logs());
        let retry_after = answer.headers.get("retry-after").map(String::as_str);
        ensure!(retry_after == self.retry_after, "Retry-After is {retry_after:?}");
        let request_id = &answer.body["requestId"];
        let line = function
            .log_of(request_id.as_str().unwrap_or_default(), "failed")
            .with_context(|| format!("no line in the log:\n{}", function.logs()))?;
        ensure!(line["level"] == "ERROR" && line["fields"]["code"] == self.code, "the log says {line}");
        ensure!(line["fields"]["cause"].as_str().is_some_and(|cause| cause.contains("Polar")), "no cause in {line}");
        Ok(())
    }
}

/// Nobody listens, and the function answers one event after the other.
async fn check_without_polar(name: &str, binary: &Path, event: &Event) -> anyhow::Result<()> {
    let world = World::start().await?;
    world.seed_events().await?;
    let function = world.run(name, binary).await?;
    drop(world.polar);
    for _ in 0..2 {
        UNAVAILABLE.compare(&function, &function.call(event.clone()).await?)?;
    }
    Ok(())
}

/// Takes one setting after the other away: without any of them the program must not start, and must say which it lacks.
pub async fn check_required_settings(function: &str, binary: &Path, required: &[&str]) -> anyhow::Result<()> {
    let world = World::start().await?;
    let complete = world.environment_of(function).await?;
    for missing in required {
        // Where Polar is follows from POLAR_SERVER, unless a test says it.
        let is_missing = |name: &str| name == *missing || (name == "POLAR_API_URL" && *missing == "POLAR_SERVER");
        let settings: Vec<_> = complete.iter().filter(|(name, _)| !is_missing(name)).cloned().collect();
        ensure!(settings.len() < complete.len(), "template.yaml does not set {missing}");
        let Err(error) = Function::start(binary, &settings).await else {
            anyhow::bail!("{function} starts without {missing}");
        };
        let wanted = format!("the setting {missing} is missing");
        ensure!(error.to_string().contains(&wanted), "without {missing}: {error:#}");
    }
    Ok(())
}

impl Function {
    /// The line with a message that was logged while a request was answered, as JSON.
    #[must_use]
    pub fn log_of(&self, request_id: &str, message: &str) -> Option<Value> {
        let is_of_request = |line: &Value| {
            let mut spans = line["spans"].as_array().into_iter().flatten();
            spans.any(|span| span["name"] == "request" && span["id"] == request_id)
        };
        let logs = self.logs();
        let mut lines = logs.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        lines.find(|line| line["fields"]["message"] == message && is_of_request(line))
    }
}
