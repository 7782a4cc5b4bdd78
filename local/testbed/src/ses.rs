//! SES: keeps what it is given to send, and refuses when a test has told it to.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use anyhow::Context;
use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

/// A mail that SES was given to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentMail {
    /// The sender, as it stands in the header.
    pub from: String,
    /// The receiver.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The body for those who read plain text.
    pub text: String,
    /// The body as HTML.
    pub html: String,
}

#[derive(Debug, Default)]
pub(crate) struct Ses {
    mails: Mutex<Vec<SentMail>>,
    refusals: Mutex<VecDeque<(StatusCode, &'static str)>>,
}

impl Ses {
    /// Takes what was sent so far.
    pub(crate) fn take_mails(&self) -> Vec<SentMail> {
        std::mem::take(&mut *locked(&self.mails))
    }

    /// Refuses one mail more before it takes any.
    pub(crate) fn refuse_a_mail(&self, status: StatusCode, code: &'static str) {
        locked(&self.refusals).push_back((status, code));
    }

    /// Answers a call of an action that the role permits.
    pub(crate) fn send(&self, body: &[u8]) -> anyhow::Result<Response> {
        if let Some((status, code)) = locked(&self.refusals).pop_front() {
            return Ok(refuse(status, code));
        }
        let input: Value = serde_json::from_slice(body)?;
        let text =
            |pointer: &str| input.pointer(pointer).and_then(Value::as_str).map(str::to_owned).context("no such text");
        let mail = SentMail {
            from: text("/FromEmailAddress")?,
            to: text("/Destination/ToAddresses/0")?,
            subject: text("/Content/Simple/Subject/Data")?,
            text: text("/Content/Simple/Body/Text/Data")?,
            html: text("/Content/Simple/Body/Html/Data")?,
        };
        locked(&self.mails).push(mail);
        Ok(Json(json!({ "MessageId": "0100018c-5fea7756-0ea4-451a-a703-a558b933e274-000000" })).into_response())
    }
}

/// A refusal as REST services of AWS word it. Messages of SES's name addresses, so none may end in a log.
pub(crate) fn refuse(status: StatusCode, code: &str) -> Response {
    let message = json!({ "message": "refused for a reason that names buyer@recordings-mail.net" });
    (status, [("x-amzn-errortype", format!("{code}:http://internal.amazon.com/coral/"))], Json(message)).into_response()
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
