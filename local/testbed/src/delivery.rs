use anyhow::Context;
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use ring::hmac;
use serde_json::Value;

use crate::WEBHOOK_SECRET;

/// Signs a delivery of Polar's whose event file leaves time and signature open: a signature is good for minutes.
pub(crate) fn sign(event: &mut Value) -> anyhow::Result<()> {
    if event["headers"]["webhook-signature"] != "{signature}" {
        return Ok(());
    }
    let now = Timestamp::now().as_second().to_string();
    let (id, body) = (event["headers"]["webhook-id"].as_str(), event["body"].as_str());
    let signed = format!("{}.{now}.{}", id.context("no webhook-id")?, body.context("no body")?);
    let key = hmac::Key::new(hmac::HMAC_SHA256, WEBHOOK_SECRET.as_bytes());
    let signature = STANDARD.encode(hmac::sign(&key, signed.as_bytes()));
    event["headers"]["webhook-timestamp"] = now.into();
    event["headers"]["webhook-signature"] = format!("v1,{signature}").into();
    Ok(())
}
