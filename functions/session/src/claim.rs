use std::time::Duration;

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use http_api::{ApiError, CheckoutStatus, Json, Now, Pending, Transport};
use jiff::Timestamp;
use payments::Known;
use serde::{Deserialize, Serialize};
use store::{BrowserKey, CheckoutRecord, Claim, Opened, Proof, Scope, Session};
use tracing::info;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    Shop,
    session::{LiveSession, hand_out},
    visitor::Visitor,
};

/// The longest that a page is told to wait before it asks again. Asking is cheap, because a webhook may have reported the payment in between.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// How long the answer to a claim may take to reach the browser. Repeating the answer earlier would end the session that it brings.
const ON_ITS_WAY: Duration = Duration::from_secs(2);
/// How often a claim is tried while the browser's other sessions end.
const ATTEMPTS: usize = 3;

/// A checkout to claim.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct WantedSession {
    /// The checkout that the buyer paid.
    checkout_id: Uuid,
    /// The browser key that the checkout was started with, for pages on another site. Default: the cookie.
    browser_key: Option<String>,
    /// How the page gets the session.
    #[serde(default)]
    transport: Transport,
}

/// The checkout is not paid yet.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PendingSession {
    status: Pending,
    /// The state of the checkout, as in `GET /api/checkout/{id}`; `null` while it is being fetched.
    checkout_status: Option<CheckoutStatus>,
}

/// Claims a paid checkout: opens a session for the browser that started it, once.
///
/// If the response is 202, the checkout is not paid yet: repeat the request after `Retry-After`. If a response gets lost, the same browser can
/// repeat the request within the claim window; it then gets a new token.
#[utoipa::path(post, path = "/api/session", operation_id = "createSession", security((), ("browserCookie" = [])), tag = "session", request_body = WantedSession,
    responses(
        (status = 201, body = LiveSession, description = "The session was opened", headers(("Set-Cookie" = String, description = "`__Host-session`"))),
        (status = 202, body = PendingSession, description = "Not paid yet: repeat the request after `Retry-After`", headers(("Retry-After" = u64, description = "Seconds to wait before the next request"))),
    ))]
pub(crate) async fn create(
    State(shop): State<Shop>,
    Now(now): Now,
    visitor: Visitor,
    Json(wanted): Json<WantedSession>,
) -> Result<Response, ApiError> {
    let transport = shop.access.accept(wanted.transport)?;
    let browser = visitor.browser.clone().with_key_in_body(wanted.browser_key.as_deref())?;
    let (record, key) = browser.find_own(&shop.checkouts, wanted.checkout_id).await?;
    if record.claimed.is_some() {
        return repeat(&shop, &record, &visitor, transport, now).await;
    }
    let paid = match find_paid(&shop, &record, &key, &visitor, now).await? {
        Progress::Paid(paid) => paid,
        Progress::Pending(status) => return Ok(pending(&record, status.as_ref().map(CheckoutStatus::from))),
    };
    let opened = match claim(&shop, &record, &paid, &visitor, transport, now).await? {
        Claim::Claimed(opened) => opened,
        // Another request of this browser was faster, and its answer may still be on its way.
        Claim::AlreadyClaimed => return Ok(pending(&record, None)),
        Claim::SessionEnded => return Err(store::Error::Conflict.into()),
    };
    let session = &opened.session;
    info!(session.id = %session.id(), session.scope = session.scope.name(), checkout.id = %record.id, "claimed checkout");
    Ok(hand_out(&opened, transport))
}

/// A checkout that was paid.
struct Paid {
    customer_id: Uuid,
    claimable_until: Timestamp,
}

/// The state of a payment.
enum Progress {
    Paid(Paid),
    /// With the checkout's status, if that is known.
    Pending(Option<polar::CheckoutStatus>),
}

/// Finds the state of the payment. Only `succeeded` means paid.
async fn find_paid(
    shop: &Shop,
    record: &CheckoutRecord,
    key: &BrowserKey,
    visitor: &Visitor,
    now: Timestamp,
) -> Result<Progress, ApiError> {
    let shares = shop.access.shares_of(None, visitor.ip);
    let payment = match shop.payments.find(record, key, &shares, now).await?.ok_or(ApiError::NotFound)? {
        Known::Payment(payment) => payment,
        Known::Nothing => return Ok(Progress::Pending(None)),
        Known::RefusedUntil(end) => return Err(ApiError::rate_limited_until(end, now)),
    };
    match payment.status {
        polar::CheckoutStatus::Succeeded => {
            let claimable_until = payment.changed_at + shop.claim_window;
            let customer_id = payment.customer_id.ok_or_else(ApiError::paid_by_nobody)?;
            let paid = Paid { customer_id, claimable_until };
            if now < claimable_until { Ok(Progress::Paid(paid)) } else { Err(ApiError::ClaimWindowOver) }
        }
        polar::CheckoutStatus::Expired => Err(ApiError::CheckoutExpired),
        polar::CheckoutStatus::Failed => Err(ApiError::PaymentFailed),
        // Polar marks a checkout as expired up to 15 minutes after it has stopped taking payments for it.
        polar::CheckoutStatus::Open if payment.expires_at <= now => Err(ApiError::CheckoutExpired),
        status => Ok(Progress::Pending(Some(status))),
    }
}

/// Claims a checkout for this browser.
///
/// Polar assigns the order to the customer with the typed e-mail address, so a checkout gives access to this one order and nothing else. A
/// browser that is signed in to that customer's account sees the order anyway, and keeps its session. The browser key alone never opens an
/// account.
async fn claim(
    shop: &Shop,
    record: &CheckoutRecord,
    paid: &Paid,
    visitor: &Visitor,
    transport: Transport,
    now: Timestamp,
) -> Result<Claim<Opened>, ApiError> {
    let mut had = visitor.sessions(transport);
    for _ in 0..ATTEMPTS {
        let claim = match account_first(&had, paid.customer_id) {
            Some(kept) => {
                let within = kept.session.reference();
                let claim = shop.checkouts.claim_within(record.id, &shop.access.sessions, &within, now).await?;
                claim.map(|()| kept)
            }
            None => {
                let session = visitor.new_session(shop, paid.customer_id, Proof::Checkout(record.id), had);
                let until = paid.claimable_until;
                shop.checkouts.claim(record.id, &shop.access.sessions, &session, until, now).await?
            }
        };
        if !matches!(claim, Claim::SessionEnded) {
            return Ok(claim);
        }
        // The buyer signed out in the meantime; the payment still gives access to its order.
        had = visitor.live_sessions(shop, transport, now).await?;
    }
    Ok(Claim::SessionEnded)
}

/// The browser's sessions with the customer's account session first, if there is one.
fn account_first(sessions: &[Session], customer_id: Uuid) -> Option<Opened> {
    let is_account = |session: &&Session| session.scope == Scope::Account && session.customer_id == customer_id;
    let session = sessions.iter().find(is_account)?.clone();
    let kept = sessions.iter().filter(|other| other.reference() != session.reference()).cloned().collect();
    Some(Opened { session, kept })
}

/// Answers a claim again, because the first answer may have been lost.
///
/// A browser that already has the session gets the same answer. One that does not, but still has its key, gets a new token.
async fn repeat(
    shop: &Shop,
    record: &CheckoutRecord,
    visitor: &Visitor,
    transport: Transport,
    now: Timestamp,
) -> Result<Response, ApiError> {
    let claimed = record.claimed.as_ref().ok_or(ApiError::NotFound)?;
    let has = visitor.sessions(transport);
    if let Some(place) = has.iter().position(|session| record.is_shown_by(session)) {
        let mut kept = has;
        let session = kept.remove(place);
        return Ok(hand_out(&Opened { session, kept }, transport));
    }
    if now < claimed.at + ON_ITS_WAY {
        return Ok(pending(record, None));
    }
    if claimed.repeatable_until.is_none_or(|until| until <= now) {
        return Err(ApiError::AlreadyClaimed);
    }
    let again = shop.checkouts.repeat_claim(record, &shop.access.sessions, now).await?;
    let mut again = again.ok_or(ApiError::AlreadyClaimed)?;
    again.kept.extend(visitor.live_sessions(shop, transport, now).await?);

    info!(session.id = %again.session.id(), checkout.id = %record.id, "repeated the answer to a claim");
    Ok(hand_out(&again, transport))
}

fn pending(record: &CheckoutRecord, checkout_status: Option<CheckoutStatus>) -> Response {
    let pending = Json(PendingSession { status: Pending::Pending, checkout_status });
    let wait = record.pause().min(LONGEST_PAUSE).as_secs().to_string();
    (StatusCode::ACCEPTED, [(header::RETRY_AFTER, wait)], pending).into_response()
}
