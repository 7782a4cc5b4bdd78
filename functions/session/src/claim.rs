use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use http_api::{ApiError, InputRefusals, Json, Now, Problem, Transport};
use jiff::Timestamp;
use polar::{Checkout, CheckoutStatus};
use serde::{Deserialize, Serialize};
use store::{BrowserKey, CheckoutRecord, Claim, NewSession, Scope, SessionRef};
use tracing::info;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    Shop,
    session::{LiveSession, hand_out},
    visitor::Visitor,
};

/// How long a page waits before it asks again whether the payment went through.
const ASK_AGAIN_SECONDS: &str = "1";

/// A checkout to be turned into a session.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct WantedSession {
    checkout_id: Uuid,
    /// For pages on another site; otherwise the cookie.
    browser_key: Option<String>,
    /// How the session travels.
    #[serde(default)]
    transport: Transport,
}

/// The payment is not through, or not yet.
#[derive(Serialize, ToSchema)]
pub(crate) struct PendingSession {
    #[schema(example = "pending")]
    status: &'static str,
}

/// `POST /api/session`: turns a paid checkout into a session, once, for the browser that began it.
#[utoipa::path(post, path = "/api/session", operation_id = "createSession", tag = "session", request_body = WantedSession,
    responses(
        (status = 201, body = LiveSession, headers(("Set-Cookie" = String, description = "`__Host-session`"))),
        (status = 202, body = PendingSession, description = "Not paid yet: ask again after `Retry-After`", headers(("Retry-After" = u64))),
        InputRefusals,
        (status = 401, body = Problem, content_type = "application/problem+json", description = "`unauthenticated`: no browser key"),
        (status = 403, body = Problem, content_type = "application/problem+json", description = "`origin_not_allowed`"),
        (status = 404, body = Problem, content_type = "application/problem+json", description = "`not_found`: unknown, or another browser's"),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "`already_claimed`"),
        (status = 410, body = Problem, content_type = "application/problem+json", description = "`checkout_expired`, `claim_window_over`"),
    ))]
pub(crate) async fn create(
    State(shop): State<Shop>,
    Now(now): Now,
    visitor: Visitor,
    Json(wanted): Json<WantedSession>,
) -> Result<Response, ApiError> {
    let transport = shop.access.accept(wanted.transport)?;
    let key = visitor.browser.or_in_body(wanted.browser_key.as_deref());
    let record = find_own_checkout(&shop, wanted.checkout_id, key).await?;
    let Some(customer_id) = paying_customer(&shop, &record, now).await? else {
        let pending = Json(PendingSession { status: "pending" });
        return Ok((StatusCode::ACCEPTED, [(header::RETRY_AFTER, ASK_AGAIN_SECONDS)], pending).into_response());
    };

    let of_order = visitor.new_session(&shop, customer_id, Scope::Order { checkout_id: record.id });
    let of_order = NewSession { replaces: of_order.replaces.or_else(|| record.begun_in.clone()), ..of_order };
    let of_account = account_proof(&shop, &record, customer_id, &visitor, now).await?.map(|(proof, end)| {
        let session = visitor.new_session(&shop, customer_id, Scope::Account);
        session.continuing(proof, end, now)
    });
    let claim = |session| shop.checkouts.claim(record.id, &shop.access.sessions, session, now);
    let claimed = match claim(of_account.as_ref().unwrap_or(&of_order)).await? {
        // Signed out while Polar was asked: the payment still opens its order.
        Claim::ProofEnded => claim(&of_order).await?,
        claimed => claimed,
    };
    let Claim::Opened(session) = claimed else { return Err(ApiError::AlreadyClaimed) };

    info!(session.id = %session.id(), session.scope = session.scope.name(), checkout.id = %record.id, "opened session");
    Ok(hand_out(&session, transport))
}

async fn find_own_checkout(shop: &Shop, id: Uuid, key: Option<BrowserKey>) -> Result<CheckoutRecord, ApiError> {
    let key = key.ok_or(ApiError::Unauthenticated)?;
    let record = shop.checkouts.find(id).await?;
    // An unknown checkout and somebody else's look the same.
    let record = record.filter(|record| record.was_begun_by(&key)).ok_or(ApiError::NotFound)?;
    if record.claimed_at.is_some() { Err(ApiError::AlreadyClaimed) } else { Ok(record) }
}

/// The customer who has paid, or `None` while that is open. Only `succeeded` means paid.
async fn paying_customer(shop: &Shop, record: &CheckoutRecord, now: Timestamp) -> Result<Option<Uuid>, ApiError> {
    let checkout = shop.polar.checkouts().find(record.id.into()).await?.ok_or(ApiError::NotFound)?;
    match checkout.status {
        CheckoutStatus::Succeeded if paid_at(&checkout) + shop.claim_window <= now => Err(ApiError::ClaimWindowOver),
        CheckoutStatus::Succeeded => Ok(checkout.customer_id.map(Uuid::from)),
        CheckoutStatus::Expired => Err(ApiError::CheckoutExpired),
        // Polar marks a checkout as expired up to 15 minutes after it has stopped taking payments for it.
        CheckoutStatus::Open if checkout.expires_at <= now => Err(ApiError::CheckoutExpired),
        _ => Ok(None),
    }
}

/// The session by which this browser has the customer's whole account, and until when.
///
/// Polar files the order under whoever has the typed address, so a checkout proves this one order and nothing else. But a browser that is
/// signed in to the customer's account, or was when it began the checkout and has not signed out since, keeps what it has.
async fn account_proof(
    shop: &Shop,
    record: &CheckoutRecord,
    customer_id: Uuid,
    visitor: &Visitor,
    now: Timestamp,
) -> Result<Option<(SessionRef, Timestamp)>, ApiError> {
    if let Some(account) = visitor.account_of(customer_id) {
        return Ok(Some((account.reference(), account.absolute_expires_at)));
    }
    let begun_in = record.begun_in.clone().filter(|begun_in| begun_in.customer_id == customer_id);
    let Some(begun_in) = begun_in else { return Ok(None) };
    let end = shop.access.sessions.live_until(&begun_in, now).await?;
    Ok(end.map(|end| (begun_in, end)))
}

/// Polar keeps no time of payment on a checkout; nothing changes it after it has succeeded.
fn paid_at(checkout: &Checkout) -> Timestamp {
    checkout.modified_at.unwrap_or(checkout.created_at)
}
