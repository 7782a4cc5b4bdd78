use std::io::{self, Write};

use aws_json::{Action, Error as AwsError};
use polar::{Client, CreateWebhookEndpoint, UpdateWebhookEndpoint, WebhookEndpoint, WebhookFormat, WebhookSecret};
use serde::Serialize;
use serde_json::{Value, json};
use startup::SecretError;

use crate::{
    answer::{Answer, FAINT, GOOD, STRONG},
    doctor::{EVENTS, NEEDED, missing_scopes},
    failure::Failure,
    shop::{Lack, Shop},
};

const PUT_PARAMETER: Action = Action::rpc("ssm", "AmazonSSM.PutParameter", "1.1");

/// What was done, and code for a page.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SetUp {
    webhook_url: String,
    endpoint: Endpoint,
    secret: Kept,
    snippet: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
enum Endpoint {
    Made,
    Changed,
    InOrder,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
enum Kept {
    Stored,
    InOrder,
}

/// Connects a deployed shop to Polar, and changes only what is wrong.
pub(crate) async fn set_up(shop: &Shop) -> Result<SetUp, Failure> {
    let (Some(api), Some(url)) = (&shop.api_url, &shop.webhook_url) else {
        return Err(Failure::refused("the address of the shop's API is unknown: give --stack or --api-url"));
    };
    let clients = shop.clients().await?;
    demand_scopes(&clients.polar, NEEDED, "the shop's access token").await?;
    let polar = shop.polar_for_setup().await?;
    let token = "the token for this command (POLAR_SETUP_TOKEN, or else the shop's access token)";
    demand_scopes(&polar, &["webhooks:read", "webhooks:write"], token).await?;

    let known_secret = find_secret(shop).await?;
    let (endpoint, done) = settle_endpoint(&polar, url, known_secret.as_ref()).await?;
    let secret = if known_secret.as_ref() == Some(&endpoint.secret) {
        Kept::InOrder
    } else {
        keep_secret(shop, &endpoint.secret).await?
    };
    let bearer: bool = shop.settings.or_default("ALLOW_BEARER", "false")?;
    let snippet = snippet(api.as_str().trim_end_matches('/'), bearer);
    Ok(SetUp { webhook_url: url.clone(), endpoint: done, secret, snippet })
}

async fn demand_scopes(polar: &Client, scopes: &[&str], whose: &str) -> Result<(), Failure> {
    let missing = missing_scopes(polar, scopes).await?;
    if missing.is_empty() {
        return Ok(());
    }
    Err(Failure::refused(format!(
        "{whose} lacks {}: add the missing scopes to it at Polar, in the organization's settings",
        missing.join(", ")
    )))
}

/// Creates the endpoint, or updates it if the shop needs other values.
async fn settle_endpoint(
    polar: &Client,
    url: &str,
    known_secret: Option<&WebhookSecret>,
) -> Result<(WebhookEndpoint, Endpoint), Failure> {
    let endpoints = polar.webhook_endpoints();
    let all = endpoints.list_all().await?;
    // An endpoint with the shop's own secret belongs to the shop, which has got another address since.
    let is_ours = |endpoint: &&WebhookEndpoint| known_secret.is_some_and(|secret| endpoint.secret == *secret);
    let known = all.iter().find(|endpoint| endpoint.url == url).or_else(|| all.iter().find(is_ours));
    if let Some(known) = known.filter(|known| is_in_order(known, url)) {
        return Ok((known.clone(), Endpoint::InOrder));
    }
    if !url.starts_with("https://") {
        return Err(Failure::refused(format!(
            "Polar sends events over https only, so it cannot deliver to {url}: give an https address with --api-url"
        )));
    }
    match known {
        Some(known) => Ok((endpoints.update(known.id, &set_right(known, url)).await?, Endpoint::Changed)),
        None => Ok((endpoints.create(&wanted(url)).await?, Endpoint::Made)),
    }
}

fn is_in_order(endpoint: &WebhookEndpoint, url: &str) -> bool {
    let gets_all = EVENTS.iter().all(|event| endpoint.events.contains(event));
    endpoint.url == url && endpoint.enabled && endpoint.format == WebhookFormat::Raw && gets_all
}

fn set_right(endpoint: &WebhookEndpoint, url: &str) -> UpdateWebhookEndpoint {
    let missing = EVENTS.iter().filter(|event| !endpoint.events.contains(event));
    UpdateWebhookEndpoint {
        url: Some(url.to_owned()),
        format: Some(WebhookFormat::Raw),
        // Keeps other events that the merchant has added.
        events: Some(endpoint.events.iter().chain(missing).cloned().collect()),
        enabled: Some(true),
        ..UpdateWebhookEndpoint::default()
    }
}

fn wanted(url: &str) -> CreateWebhookEndpoint {
    CreateWebhookEndpoint {
        url: url.to_owned(),
        format: WebhookFormat::Raw,
        events: EVENTS.to_vec(),
        name: Some("polar-storefront".to_owned()),
        api_version: Some(polar::VERSION.to_owned()),
    }
}

/// The secret that the webhook function verifies signatures with; `None` if none was stored yet.
async fn find_secret(shop: &Shop) -> Result<Option<WebhookSecret>, Failure> {
    match shop.webhook_secret().await {
        Ok(known) => Ok(Some(known)),
        Err(Lack::Secret(SecretError::Parameter { source: AwsError::Refused { code, .. }, .. }))
            if code == "ParameterNotFound" =>
        {
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// Puts the secret where the webhook function looks for it.
async fn keep_secret(shop: &Shop, secret: &WebhookSecret) -> Result<Kept, Failure> {
    let Some(name) = shop.settings.optional::<String>("POLAR_WEBHOOK_SECRET_PARAMETER")? else {
        let why = "POLAR_WEBHOOK_SECRET differs from the secret of the endpoint at Polar: copy the secret from there, and restart the shop";
        return Err(Failure::refused(why));
    };
    let input = json!({ "Name": name, "Value": secret.expose(), "Type": "SecureString", "Overwrite": true });
    shop.aws()?.call::<Value>(PUT_PARAMETER, &input).await?;
    Ok(Kept::Stored)
}

/// Code to start a storefront page with.
fn snippet(api: &str, bearer: bool) -> String {
    let transport = if bearer { ", transport: \"bearer\"" } else { "" };
    format!(
        r#"<ul id="products"></ul>
<script type="module">
  const shop = "{api}";
  const {{ items }} = await (await fetch(`${{shop}}/api/products`)).json();
  for (const product of items) {{
    const buy = Object.assign(document.createElement("button"), {{ textContent: product.name }});
    buy.onclick = async () => {{
      const answer = await fetch(`${{shop}}/api/checkout`, {{
        method: "POST",
        credentials: "include",
        headers: {{ "Content-Type": "application/json" }},
        body: JSON.stringify({{ products: [product.id]{transport} }}),
      }});
      location = (await answer.json()).url;
    }};
    document.querySelector("ul").append(buy);
  }}
</script>"#
    )
}

impl Answer for SetUp {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let endpoint = match self.endpoint {
            Endpoint::Made => "was created",
            Endpoint::Changed => "was updated",
            Endpoint::InOrder => "is set up correctly",
        };
        writeln!(out, "{GOOD}ok{GOOD:#} the access token has all scopes that the functions need")?;
        writeln!(out, "{GOOD}ok{GOOD:#} the webhook endpoint for {} {endpoint}", self.webhook_url)?;
        match self.secret {
            Kept::Stored => {
                writeln!(out, "{GOOD}ok{GOOD:#} its secret was saved in the SSM parameter")?;
                writeln!(
                    out,
                    "   {FAINT}running functions start to use it within 15 minutes; to switch at once, deploy with another SecretsRevision{FAINT:#}"
                )?;
            }
            Kept::InOrder => writeln!(out, "{GOOD}ok{GOOD:#} the shop already has its secret")?,
        }
        writeln!(out, "\n{STRONG}Code for your page:{STRONG:#}\n\n{}", self.snippet)?;
        writeln!(out, "\nNext, check that everything works: storefront doctor")
    }
}
