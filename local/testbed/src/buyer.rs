//! What a buyer's browser does at Polar.

use anyhow::{Context, ensure};
use axum::{
    body::{Body, to_bytes},
    http::{Method, Request, header},
};
use jiff::Timestamp;
use serde_json::{Value, json};
use store::{BrowserKey, Checkouts, NewCheckout};
use uuid::Uuid;

use crate::{World, http::http_client};

/// A checkout that somebody began and nobody paid yet.
#[derive(Clone, Debug)]
pub struct BegunCheckout {
    /// Its id.
    pub id: Uuid,
    /// Polar's payment page.
    pub url: String,
}

impl World {
    /// Begins a checkout as the checkout function would, for the browser with this key.
    pub async fn begin_checkout(&self, product_id: Uuid, browser_key: &str) -> anyhow::Result<BegunCheckout> {
        let wanted = json!({ "products": [product_id] });
        let checkout = self.post_to_polar("/checkouts/", Some(self.polar.access_token()), &wanted).await?;
        let text = |name: &str| checkout[name].as_str().with_context(|| format!("a checkout without {name}"));
        let begun = BegunCheckout { id: text("id")?.parse()?, url: text("url")?.to_owned() };
        let browser_key = BrowserKey::parse(browser_key).context("the browser key")?;
        let checkouts = Checkouts::new(self.dynamodb.client(), "checkouts");
        let checkout = NewCheckout { id: begun.id, browser_key: &browser_key };
        checkouts.create(&checkout, Timestamp::now()).await?;
        Ok(begun)
    }

    /// Pays on a payment page. Polar then makes the order with its next step, and grants the files with the one after.
    pub async fn pay(&self, payment_page: &str, email: &str) -> anyhow::Result<()> {
        let client_secret = payment_page.rsplit('/').next().unwrap_or_default();
        let payment = json!({
            "customer_email": email,
            "customer_billing_address": { "country": "DE" },
            "confirmation_token_id": "ctoken_ok",
        });
        self.post_to_polar(&format!("/checkouts/client/{client_secret}/confirm"), None, &payment).await?;
        Ok(())
    }

    async fn post_to_polar(&self, path: &str, token: Option<&str>, body: &Value) -> anyhow::Result<Value> {
        let request = Request::builder().method(Method::POST).uri(format!("{}{path}", self.polar.api_url()));
        let request = request.header(header::CONTENT_TYPE, "application/json");
        let request = match token {
            Some(token) => request.header(header::AUTHORIZATION, format!("Bearer {token}")),
            None => request,
        };
        let answer = http_client().request(request.body(Body::from(body.to_string()))?).await?;
        let status = answer.status();
        let answer = to_bytes(Body::new(answer.into_body()), usize::MAX).await?;
        ensure!(status.is_success(), "Polar refused: {status} {}", String::from_utf8_lossy(&answer));
        Ok(serde_json::from_slice(&answer)?)
    }
}
