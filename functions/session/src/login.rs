use axum::{
    extract::State,
    http::StatusCode,
    response::{AppendHeaders, IntoResponse},
};
use http_api::{ApiError, Browser, ClientIp, ClientName, Json, Now, Transport, set_browser_cookie};
use jiff::Timestamp;
use queue::{Job, LoginCode};
use serde::{Deserialize, Serialize};
use store::{BrowserKey, LoginRequest};
use tracing::info;
use utoipa::ToSchema;

use crate::Shop;

/// The e-mail address to send a sign-in code to.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct WantedLogin {
    #[schema(format = Email, max_length = 254, example = "ada@recordings-mail.net")]
    email: String,
    /// For pages on another site that already have a browser key. Default: the cookie.
    browser_key: Option<String>,
    /// How the page gets the browser key.
    #[serde(default)]
    transport: Transport,
}

/// A code is sent if the address belongs to a customer.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BegunLogin {
    /// When the code stops working.
    expires_at: Timestamp,
    /// With `"transport": "bearer"`: the secret to send together with the code. Keep it in memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, pattern = "^[A-Za-z0-9_-]{43}$")]
    browser_key: Option<String>,
}

/// E-mails a sign-in code to a customer.
///
/// The response is the same for unknown addresses and takes as long, so it does not reveal who is a customer. Send the code to
/// `POST /api/login/verify`.
#[utoipa::path(post, path = "/api/login", operation_id = "createLogin", security((), ("browserCookie" = [])), tag = "login", request_body = WantedLogin,
    responses(
        (status = 202, body = BegunLogin, description = "A code is sent if the address belongs to a customer", headers(("Set-Cookie" = String, description = "`__Host-browser`"))),
    ))]
pub(crate) async fn create(
    State(shop): State<Shop>,
    Now(now): Now,
    ClientIp(ip): ClientIp,
    ClientName(client): ClientName,
    browser: Browser,
    Json(wanted): Json<WantedLogin>,
) -> Result<impl IntoResponse, ApiError> {
    let transport = shop.access.accept(wanted.transport)?;
    let email = read_address(&wanted.email)?;
    let browser = browser.with_key_in_body(wanted.browser_key.as_deref())?;
    let browser_key = browser.key_for(transport).unwrap_or_else(BrowserKey::generate);
    let request = LoginRequest { browser_key: &browser_key, ip, email };
    ApiError::refuse_until(shop.access.limits.admit(&request, now).await?, now)?;

    // The worker looks up the customer, so neither this answer nor its timing reveals whether the address is known.
    let login = shop.logins.begin(&browser_key, now).await?;
    let job = Job::LoginCode(LoginCode {
        browser_key_hash: browser_key.hash().as_str().to_owned(),
        login_id: login.login_id,
        email: email.to_owned(),
        code: login.code.expose(),
        expires_at: login.expires_at,
        client: Some(client),
        ip,
    });
    shop.queue.send(&job).await.map_err(|error| ApiError::Busy(error.into()))?;

    info!(login.id = %login.login_id, "began login");
    let cookie = (transport == Transport::Cookie).then(|| set_browser_cookie(&browser_key));
    let browser_key = (transport == Transport::Bearer).then(|| browser_key.expose());
    let answer = BegunLogin { expires_at: login.expires_at, browser_key };
    Ok((StatusCode::ACCEPTED, AppendHeaders(cookie), Json(answer)))
}

/// The longest e-mail address (RFC 5321, 4.5.3.1.3).
const LONGEST_ADDRESS: usize = 254;

/// Checks the format only; sending the mail shows whether the mailbox exists.
fn read_address(text: &str) -> Result<&str, ApiError> {
    let address = text.trim();
    let is_one_word = !address.contains(|symbol: char| symbol.is_whitespace() || symbol.is_control());
    let has_both_sides = address.rsplit_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
    let is_address = is_one_word && has_both_sides && address.len() <= LONGEST_ADDRESS;
    is_address.then_some(address).ok_or_else(|| ApiError::rejected("email", "Enter a valid e-mail address."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_by_its_shape() {
        for (text, address) in [
            ("ada@shop.example", Some("ada@shop.example")),
            ("  Ada@Shop.Example\n", Some("Ada@Shop.Example")),
            ("\"odd@name\"@shop.example", Some("\"odd@name\"@shop.example")),
            ("", None),
            ("ada", None),
            ("@shop.example", None),
            ("ada@", None),
            ("ada @shop.example", None),
            ("ada@shop.example\r\nBcc: eve@evil.test", None),
            (&format!("{}@shop.example", "a".repeat(254)), None),
        ] {
            assert_eq!(read_address(text).ok(), address, "{text:?}");
        }
    }
}
