use aws_json::{Action, AwsJson};
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{Error, Mail, Sender, address, persist::persist};

const SEND_EMAIL: Action = Action::post("ses", "email", "/v2/email/outbound-emails");

/// Sends through SES, with the function's role.
#[derive(Clone)]
pub struct Ses {
    sender: Sender,
    aws: AwsJson,
}

impl Ses {
    pub(crate) fn new(sender: Sender, aws: AwsJson) -> Self {
        Self { sender, aws }
    }

    pub(crate) fn sender(&self) -> &Sender {
        &self.sender
    }

    pub(crate) async fn send(&self, mail: &Mail) -> Result<(), Error> {
        let to = address::ascii(&mail.to).ok_or(Error::NoAddress)?;
        let input = self.input(&to, mail);
        persist(|| self.call(&input)).await
    }

    async fn call(&self, input: &Value) -> Result<(), Error> {
        // The answer contains SES's message id, which is not needed, because delivery is not tracked.
        let sent = self.aws.call::<IgnoredAny>(SEND_EMAIL, input).await;
        sent.map(drop).map_err(|error| match &error {
            aws_json::Error::Refused { code, .. } if is_throttling(code) => Error::Throttled(error),
            aws_json::Error::Refused { .. } => Error::Refused(error),
            aws_json::Error::Unavailable { .. } => Error::Unavailable(error),
        })
    }

    fn input(&self, to: &str, mail: &Mail) -> Value {
        let utf8 = |text: &str| json!({ "Data": text, "Charset": "UTF-8" });
        json!({
            "FromEmailAddress": self.sender.header(),
            "Destination": { "ToAddresses": [to] },
            "Content": {
                "Simple": {
                    "Subject": utf8(&mail.subject),
                    "Body": { "Text": utf8(&mail.text), "Html": utf8(&mail.html) },
                    // Gmail shows mails with one subject as one conversation, in which the newest code is easily missed;
                    // those with different references stay apart.
                    "Headers": [{ "Name": "X-Entity-Ref-ID", "Value": Uuid::new_v4() }],
                },
            },
        })
    }
}

/// The codes for throttling: SES's own and AWS's general ones.
fn is_throttling(code: &str) -> bool {
    code == "TooManyRequestsException" || code.starts_with("Throttling")
}

#[cfg(test)]
mod tests {
    use axum::{
        Json, Router,
        http::{HeaderMap, StatusCode},
        routing::post,
    };
    use startup::{Settings, connect_aws};
    use tokio::net::TcpListener;

    use super::*;

    /// A sender at an SES that answers as the handler says.
    async fn ses(handler: axum::routing::MethodRouter) -> Ses {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let routes = Router::new().route("/v2/email/outbound-emails", handler);
        tokio::spawn(axum::serve(listener, routes).into_future());
        let settings = [
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "AKID"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_ENDPOINT_URL_SES", &endpoint),
        ];
        let aws = connect_aws(&Settings::from_iter(settings)).expect("settings of AWS");
        Ses::new("Bücher <shop@bücher.example>".parse().expect("a sender"), aws)
    }

    fn mail() -> Mail {
        let [to, subject, text, html] = ["ada@shop.example", "Grüße", "写真", "<p>写真</p>"].map(str::to_owned);
        Mail { to, subject, text, html }
    }

    fn refuse(status: u16, code: &'static str) -> axum::routing::MethodRouter {
        let status = StatusCode::from_u16(status).expect("a status");
        post(async move || (status, [("x-amzn-errortype", code)], Json(json!({ "message": "no" }))))
    }

    #[tokio::test]
    async fn a_mail_is_one_signed_call_in_utf_8() {
        async fn take(headers: HeaderMap, Json(mut input): Json<Value>) -> Json<Value> {
            let authorization = headers["authorization"].to_str().expect("text");
            assert!(authorization.contains("/eu-central-1/ses/aws4_request"), "{authorization}");
            let expected = json!({
                "FromEmailAddress": "=?UTF-8?B?QsO8Y2hlcg==?= <shop@xn--bcher-kva.example>",
                "Destination": { "ToAddresses": ["ada@shop.example"] },
                "Content": { "Simple": {
                    "Subject": { "Data": "Grüße", "Charset": "UTF-8" },
                    "Body": {
                        "Text": { "Data": "写真", "Charset": "UTF-8" },
                        "Html": { "Data": "<p>写真</p>", "Charset": "UTF-8" },
                    },
                } },
            });
            let mail = input["Content"]["Simple"].as_object_mut().expect("a mail");
            let headers = mail.remove("Headers").expect("headers");
            let reference = headers[0]["Value"].as_str().expect("a reference").parse::<Uuid>().expect("an id");
            assert_eq!(headers, json!([{ "Name": "X-Entity-Ref-ID", "Value": reference }]));
            assert_eq!(input, expected);
            Json(json!({ "MessageId": "010701" }))
        }
        ses(post(take)).await.send(&mail()).await.expect("the mail is taken");
    }

    #[tokio::test]
    async fn a_refusal_says_whether_to_try_again() {
        for (status, code, transient) in [
            (429, "TooManyRequestsException", true),
            (400, "ThrottlingException:http://internal.amazon.com/coral/", true),
            (500, "InternalServerError", true),
            (400, "MessageRejected", false),
            (400, "MailFromDomainNotVerifiedException", false),
            (403, "AccessDeniedException", false),
        ] {
            let error = ses(refuse(status, code)).await.call(&json!({})).await.expect_err(code);
            assert_eq!(error.is_transient(), transient, "{code}: {error:?}");
        }
    }

    #[tokio::test]
    async fn what_is_no_address_never_reaches_ses() {
        let two = Mail { to: "ada@shop.example, eve@shop.example".to_owned(), ..mail() };
        let error = ses(refuse(500, "unreachable")).await.send(&two).await.expect_err("refused");
        assert!(matches!(error, Error::NoAddress), "{error:?}");
    }
}
