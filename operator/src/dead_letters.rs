use std::io::{self, Write};

use reqwest::Method;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    answer::{Answer, FAINT, STRONG},
    failure::Failure,
    shop::Shop,
    sqs::{Message, Sqs},
};

/// The fields of a job that are shown. All others are private to the buyer, such as an address or a sign-in code.
const SHOWN: [&str; 6] = ["job", "kind", "id", "happened_at", "subject_id", "customer_id"];

/// The messages in the dead-letter queue.
#[derive(Debug, Serialize)]
pub(crate) struct DeadLetters {
    items: Vec<DeadLetter>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
struct DeadLetter {
    /// Why it failed, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(flatten)]
    shown: Map<String, Value>,
}

impl DeadLetter {
    fn read(body: &Value, reason: Option<String>) -> Self {
        let shown = SHOWN.into_iter().filter_map(|name| Some((name.to_owned(), body.get(name)?.clone())));
        Self { reason, shown: shown.collect() }
    }

    fn text(&self, name: &str) -> &str {
        self.shown.get(name).and_then(Value::as_str).unwrap_or_default()
    }
}

impl DeadLetters {
    pub(crate) fn number(&self) -> u64 {
        self.items.len().try_into().unwrap_or(u64::MAX)
    }
}

/// Lists them and leaves them in the queue.
pub(crate) async fn list(shop: &Shop) -> Result<DeadLetters, Failure> {
    if shop.is_local() {
        return list_local(shop).await;
    }
    let queue = Sqs::of(shop)?.dead_letters().await?;
    let read = |message: &Message| DeadLetter::read(&serde_json::from_str(&message.body).unwrap_or_default(), None);
    Ok(DeadLetters { items: queue.look_through().await?.iter().map(read).collect() })
}

async fn list_local(shop: &Shop) -> Result<DeadLetters, Failure> {
    let url = shop
        .route("/dead-letters")
        .ok_or_else(|| Failure::refused("the address of the shop is unknown: give it with --api-url"))?;
    let body = shop.request(Method::GET, url).send().await?.error_for_status()?.bytes().await?;
    let letters: Vec<Value> = serde_json::from_slice(&body)?;
    let read = |letter: &Value| DeadLetter::read(&letter["job"], letter["reason"].as_str().map(str::to_owned));
    Ok(DeadLetters { items: letters.iter().map(read).collect() })
}

impl Answer for DeadLetters {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        for letter in &self.items {
            let (job, kind, at) = (letter.text("job"), letter.text("kind"), letter.text("happened_at"));
            let job = if job.is_empty() { "unknown job" } else { job };
            writeln!(out, "{STRONG}{job}{STRONG:#} {kind} {FAINT}{at} {}{FAINT:#}", letter.text("id"))?;
            if let Some(reason) = &letter.reason {
                writeln!(out, "  {reason}")?;
            }
        }
        match self.items.len() {
            0 => writeln!(out, "There are no failed jobs."),
            number => writeln!(
                out,
                "{number} failed. Find the cause in the worker's log, fix it, then run: storefront dead-letters retry"
            ),
        }
    }
}

/// How many go back into the queue.
#[derive(Debug, Serialize)]
pub(crate) struct Retried {
    messages: u64,
}

/// Puts all of them back into the queue.
pub(crate) async fn retry(shop: &Shop) -> Result<Retried, Failure> {
    if shop.is_local() {
        let why = "failed jobs of a local shop cannot be retried: restart the shop, and it fetches everything again";
        return Err(Failure::refused(why));
    }
    let queue = Sqs::of(shop)?.dead_letters().await?;
    let attributes = queue
        .attributes()
        .await?
        .ok_or_else(|| Failure::refused("the dead-letter queue does not exist: deploy the stack again"))?;
    if attributes.waiting() > 0 {
        queue.move_back(&attributes.queue_arn).await?;
    }
    Ok(Retried { messages: attributes.waiting() })
}

impl Answer for Retried {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        match self.messages {
            0 => writeln!(out, "There are no failed jobs."),
            number => writeln!(out, "Putting {number} back into the queue."),
        }
    }
}
