//! Every failure becomes an answer here, and nowhere else.

use std::{sync::Arc, time::Duration};

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use polar::Refusal;
use store::Admission;

use crate::{Problem, Refused, problem::FileChoice};

/// Why a request gets no good answer. Each variant names its status first.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// 400: the request cannot be understood.
    #[error("the request cannot be understood")]
    InvalidRequest(Vec<Refused>),
    /// 401: there is no live session, or no key of the browser that began the checkout.
    #[error("nobody is signed in")]
    Unauthenticated,
    /// 403: the customer did not buy this product or file, or no longer has it.
    #[error("not entitled")]
    NotEntitled,
    /// 403: a session of one order asks for something else of the customer.
    #[error("outside the session's order")]
    OrderScope,
    /// 403: the code opens nothing in this browser, for whichever reason.
    #[error("login code invalid")]
    LoginCodeInvalid,
    /// 403: another site asks in the buyer's name.
    #[error("origin not allowed")]
    OriginNotAllowed,
    /// 403: the request only looks ahead, and must not cost a download.
    #[error("looks ahead")]
    LookAhead,
    /// 404: there is no such thing, or it is not this caller's.
    #[error("not found")]
    NotFound,
    /// 404: the purchase is there, its file is not.
    #[error("file not found")]
    FileNotFound,
    /// 405: the route exists, with another method.
    #[error("method not allowed")]
    MethodNotAllowed,
    /// 409: the checkout was turned into a session before.
    #[error("already claimed")]
    AlreadyClaimed,
    /// 409: the checkout is past the point where this is possible.
    #[error("checkout not open")]
    CheckoutNotOpen,
    /// 409: the checkout is being processed at this moment.
    #[error("checkout locked")]
    CheckoutLocked,
    /// 409: the purchase is there, Polar has not handed out its files yet.
    #[error("download pending")]
    DownloadPending,
    /// 409: the idempotency key belongs to another request.
    #[error("idempotency key reused")]
    IdempotencyKeyReused,
    /// 410: the checkout was not paid in time.
    #[error("checkout expired")]
    CheckoutExpired,
    /// 410: Polar has given up the payment.
    #[error("payment failed")]
    PaymentFailed,
    /// 410: the checkout was paid too long ago to open a session with it.
    #[error("claim window over")]
    ClaimWindowOver,
    /// 410: the time in which this purchase could be downloaded is over.
    #[error("access expired")]
    AccessExpired,
    /// 413: the body is larger than any that we take.
    #[error("payload too large")]
    PayloadTooLarge,
    /// 415: the body is not JSON by its own account.
    #[error("unsupported media type")]
    UnsupportedMediaType,
    /// 422: the request is understood, and some of its values are refused.
    #[error("rejected: {}", fields(.0))]
    Rejected(Vec<Refused>),
    /// 422: the product has several files, and none was named.
    #[error("file required")]
    FileRequired(Vec<FileChoice>),
    /// 429: all downloads of the file are used up.
    #[error("download limit of {0} reached")]
    DownloadLimitReached(u32),
    /// 429: too many requests of one kind, for as long as stated.
    #[error("rate limited for {} s", whole_seconds(*retry_after))]
    RateLimited {
        /// How long to wait.
        retry_after: Duration,
    },
    /// 500: a bug of ours.
    #[error("internal error")]
    Internal(#[source] Source),
    /// 502: Polar answered with something that no version of ours expects, or does not accept our token or the shop's account.
    #[error("unexpected answer of Polar")]
    PolarUnexpected(#[source] polar::Error),
    /// 503: Polar is down, or refuses for a while.
    #[error("Polar is unavailable")]
    PolarUnavailable(#[source] polar::Error),
    /// 503: our own tables are busy or away.
    #[error("busy")]
    Busy(#[source] Source),
    /// 504: Polar did not answer in time.
    #[error("Polar did not answer in time")]
    PolarTimeout(#[source] polar::Error),
}

type Source = Box<dyn std::error::Error + Send + Sync>;

/// When to come back if nothing better is known.
const SOON: Duration = Duration::from_secs(1);
const LATER: Duration = Duration::from_secs(5);

impl ApiError {
    /// A request that cannot be understood, and the part of it to blame.
    #[must_use]
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::InvalidRequest(vec![Refused::new(field, message)])
    }

    /// A refusal of one field, for a reason that the caller can act on.
    #[must_use]
    pub fn rejected(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Rejected(vec![Refused::new(field, message)])
    }

    /// Refuses a request that is above a limit, until there is room again.
    pub fn refuse_until(admission: Admission, now: Timestamp) -> Result<(), Self> {
        match admission {
            Admission::Admitted => Ok(()),
            Admission::RefusedUntil(end) => Err(Self::rate_limited_until(end, now)),
        }
    }

    /// A refusal of whoever has asked too often.
    #[must_use]
    pub fn rate_limited_until(end: Timestamp, now: Timestamp) -> Self {
        Self::RateLimited { retry_after: end.duration_since(now).unsigned_abs() }
    }

    /// Polar says that a checkout was paid, and not by whom.
    #[must_use]
    pub fn paid_by_nobody() -> Self {
        Self::PolarUnexpected(polar::Error::Unexpected {
            route: "GET /v1/checkouts/{id}".to_owned(),
            status: 200,
            path: "customer_id".to_owned(),
            problem: "a checkout that succeeded has no customer".to_owned(),
        })
    }

    /// The specification of every answer: status, code, title, and what to do next.
    #[rustfmt::skip]
    fn describe(&self) -> (StatusCode, &'static str, &'static str, String) {
        let (status, code, title, detail) = match self {
            Self::InvalidRequest(_) => (StatusCode::BAD_REQUEST, "invalid_request", "The request cannot be understood", "Correct the request and send it again."),
            Self::Unauthenticated => (StatusCode::UNAUTHORIZED, "unauthenticated", "Not signed in", "Open the shop in the browser that you bought with, or sign in again."),
            Self::NotEntitled => (StatusCode::FORBIDDEN, "not_entitled", "Not among your purchases", "You have not bought this, or it was taken back with a refund. Buy it, or ask the shop."),
            Self::OrderScope => (StatusCode::FORBIDDEN, "order_scope", "Only this order is open", "This session shows one order. Sign in with your e-mail address to see all your purchases."),
            Self::LoginCodeInvalid => (StatusCode::FORBIDDEN, "login_code_invalid", "This code does not work", "Type the newest code, in the browser that asked for it, within 10 minutes. After 5 tries ask for a new one."),
            Self::OriginNotAllowed => (StatusCode::FORBIDDEN, "origin_not_allowed", "Origin not allowed", "Use the shop's own page. The shop's owner can allow a page with STOREFRONT_ORIGINS."),
            Self::LookAhead => (StatusCode::FORBIDDEN, "look_ahead", "Nothing was done yet", "This request was only a preview, so nothing was done. Open the link to go on."),
            Self::NotFound => (StatusCode::NOT_FOUND, "not_found", "Not found", "There is nothing here. Check the address, or go back to the shop."),
            Self::FileNotFound => (StatusCode::NOT_FOUND, "file_not_found", "File not found", "The shop no longer offers this file. Reload your library, or ask the shop."),
            Self::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "Method not allowed", "This address exists, but not for this method. See the Allow header."),
            Self::AlreadyClaimed => (StatusCode::CONFLICT, "already_claimed", "Already claimed", "This purchase already opened a session. Continue in that window, or sign in with your e-mail address."),
            Self::CheckoutNotOpen => (StatusCode::CONFLICT, "checkout_not_open", "Checkout not open", "This checkout was already paid or has ended. Look into your library, or buy again."),
            Self::CheckoutLocked => (StatusCode::CONFLICT, "checkout_not_open", "Checkout not open", "This checkout is being processed. Try again in a moment."),
            Self::DownloadPending => (StatusCode::CONFLICT, "download_pending", "Not ready yet", "Your purchase is being prepared. Try again in a moment."),
            Self::IdempotencyKeyReused => (StatusCode::CONFLICT, "idempotency_key_reused", "Key already used", "This Idempotency-Key belongs to another request. Send a new random one."),
            Self::CheckoutExpired => (StatusCode::GONE, "checkout_expired", "Checkout expired", "This checkout was not paid in time. Nothing was charged. Please buy again."),
            Self::PaymentFailed => (StatusCode::GONE, "payment_failed", "Payment failed", "The payment did not go through. Nothing was charged. Please buy again."),
            Self::ClaimWindowOver => (StatusCode::GONE, "claim_window_over", "Too late for this link", "You have paid, but this link no longer opens your library. Sign in with your e-mail address."),
            Self::AccessExpired => (StatusCode::GONE, "access_expired", "Access has ended", "The time in which you could download this is over. Ask the shop to extend it."),
            Self::PayloadTooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large", "Too large", "Send a request body of at most 64 KiB."),
            Self::UnsupportedMediaType => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", "Not JSON", "Send JSON with the header Content-Type: application/json."),
            Self::Rejected(_) => (StatusCode::UNPROCESSABLE_ENTITY, "rejected", "Some values are not possible", "Change the named values and send the request again."),
            Self::FileRequired(_) => (StatusCode::UNPROCESSABLE_ENTITY, "file_required", "Which file?", "This product has several files. Choose one and send its fileId."),
            Self::DownloadLimitReached(1) => (StatusCode::TOO_MANY_REQUESTS, "download_limit_reached", "No downloads left", "You have used the one download of this file. Ask the shop for another."),
            Self::DownloadLimitReached(limit) => return (StatusCode::TOO_MANY_REQUESTS, "download_limit_reached", "No downloads left", format!("You have used all {limit} downloads of this file. Ask the shop for more.")),
            Self::RateLimited { .. } => (StatusCode::TOO_MANY_REQUESTS, "rate_limited", "Too many requests", "Too many requests came from this browser or network. Wait, then try again."),
            Self::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something broke", "This is our fault. Nothing was charged. Try again, or tell the shop the request id."),
            // Only the shop's owner can change it, so it is a failure of the server's: it is logged with its cause and rings the alarm.
            Self::PolarUnexpected(polar::Error::Refused { refusal: Refusal::PaymentNotReady }) => (StatusCode::BAD_GATEWAY, "polar_unexpected", "The shop cannot take payments", "The payment provider does not accept payments for this shop yet. Nothing was charged. Tell the shop."),
            Self::PolarUnexpected(_) => (StatusCode::BAD_GATEWAY, "polar_unexpected", "Unexpected answer of the payment provider", "Nothing was charged by this request. Try again later, or tell the shop the request id."),
            Self::PolarUnavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, "polar_unavailable", "Payment provider unavailable", "Nothing was charged by this request. Try again in a moment."),
            Self::Busy(_) => (StatusCode::SERVICE_UNAVAILABLE, "busy", "Busy", "Too much is going on at once. Try again in a moment."),
            Self::PolarTimeout(_) => (StatusCode::GATEWAY_TIMEOUT, "polar_timeout", "Payment provider too slow", "Nothing was charged by this request. Try again in a moment."),
        };
        (status, code, title, detail.to_owned())
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::CheckoutLocked | Self::DownloadPending | Self::Busy(_) => Some(SOON),
            Self::RateLimited { retry_after } | Self::PolarUnavailable(polar::Error::RateLimited { retry_after }) => {
                Some(*retry_after)
            }
            Self::PolarUnavailable(_) | Self::PolarTimeout(_) => Some(LATER),
            _ => None,
        }
    }

    /// The code for programs and logs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.describe().1
    }

    pub(crate) fn problem(&self, request_id: &str) -> Response {
        let (status, code, title, detail) = self.describe();
        let problem = Problem {
            r#type: format!("urn:polar-storefront:problem:{code}"),
            title,
            status: status.as_u16(),
            detail,
            code,
            request_id: request_id.to_owned(),
            errors: match self {
                Self::InvalidRequest(errors) | Self::Rejected(errors) => errors.clone(),
                _ => Vec::new(),
            },
            files: match self {
                Self::FileRequired(files) => files.clone(),
                _ => Vec::new(),
            },
        };
        let mut response = problem.into_response();
        if let Some(wait) = self.retry_after() {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(whole_seconds(wait).max(1)));
        }
        response
    }
}

/// A wait in whole seconds. Rounded up: who came back a part of a second too early would be refused once more.
fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

fn fields(refused: &[Refused]) -> String {
    refused.iter().map(|refused| refused.field.as_str()).collect::<Vec<_>>().join(", ")
}

impl From<polar::Error> for ApiError {
    fn from(error: polar::Error) -> Self {
        use polar::Error;
        match error {
            Error::Rejected { fields, .. } => Self::Rejected(fields.into_iter().map(Refused::from).collect()),
            Error::Refused { refusal: Refusal::NotOpenCheckout | Refusal::CheckoutCustomerDeleted } => {
                Self::CheckoutNotOpen
            }
            Error::Refused { refusal: Refusal::CheckoutLocked } => Self::CheckoutLocked,
            Error::Refused { refusal: Refusal::ExpiredCheckout } => Self::CheckoutExpired,
            Error::Refused { refusal: Refusal::ResourceNotFound } => Self::NotFound,
            Error::Refused { refusal: Refusal::DiscountRedemptionLimitReached } => {
                Self::rejected("discountCode", "This discount has been used as often as it may be. Try another code.")
            }
            Error::Refused { refusal: Refusal::AlreadyActiveSubscription } => {
                Self::rejected("productId", "You already have this subscription. It cannot be bought twice.")
            }
            Error::Refused { refusal: Refusal::TrialAlreadyRedeemed } => {
                Self::rejected("productId", "You have had the free trial of this product before.")
            }
            Error::Timeout => Self::PolarTimeout(error),
            Error::RateLimited { .. } | Error::Unavailable { .. } => Self::PolarUnavailable(error),
            Error::Refused { .. }
            | Error::Unauthorized
            | Error::InsufficientScope
            | Error::UnknownVersion
            | Error::Unexpected { .. } => Self::PolarUnexpected(error),
        }
    }
}

impl From<store::Error> for ApiError {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Conflict | store::Error::Throttled(_) | store::Error::Unavailable(_) => {
                Self::Busy(error.into())
            }
            store::Error::CorruptItem { .. } => Self::Internal(error.into()),
        }
    }
}

impl From<payments::Error> for ApiError {
    fn from(error: payments::Error) -> Self {
        match error {
            payments::Error::Polar(error) => error.into(),
            payments::Error::Store(error) => error.into(),
        }
    }
}

impl From<products::Error> for ApiError {
    fn from(error: products::Error) -> Self {
        match error {
            products::Error::Polar(error) => error.into(),
            products::Error::Store(error) => error.into(),
        }
    }
}

impl From<purchases::Error> for ApiError {
    fn from(error: purchases::Error) -> Self {
        match error {
            purchases::Error::CustomerGone => Self::Unauthenticated,
            purchases::Error::NotEntitled => Self::NotEntitled,
            purchases::Error::OrderScope => Self::OrderScope,
            purchases::Error::UnknownOrder => Self::NotFound,
            purchases::Error::NoInvoice => {
                Self::rejected("id", "There is no invoice for an order that is not complete.")
            }
            purchases::Error::BillingDetailsMissing => Self::rejected(
                "billingAddress",
                "An invoice needs your billing name and address. Add them in the customer portal and ask again.",
            ),
            purchases::Error::FileGone => Self::FileNotFound,
            purchases::Error::Pending => Self::DownloadPending,
            purchases::Error::AccessExpired => Self::AccessExpired,
            purchases::Error::FileRequired(files) => {
                Self::FileRequired(files.into_iter().map(FileChoice::from).collect())
            }
            purchases::Error::LimitReached(limit) => Self::DownloadLimitReached(limit),
            purchases::Error::Products(error) => error.into(),
            purchases::Error::Polar(error) => error.into(),
            purchases::Error::Store(error) => error.into(),
        }
    }
}

/// The answer is written by [`serve`](crate::serve), which knows the request's id.
impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.describe().0.into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_of_polars_has_its_answer() {
        let (not_open, rejected) = ((409, "checkout_not_open"), (422, "rejected"));
        for (refusal, answer, field, retry_after) in [
            (Refusal::NotOpenCheckout, not_open, None, None),
            (Refusal::CheckoutCustomerDeleted, not_open, None, None),
            (Refusal::CheckoutLocked, not_open, None, Some("1")),
            (Refusal::ExpiredCheckout, (410, "checkout_expired"), None, None),
            (Refusal::ResourceNotFound, (404, "not_found"), None, None),
            (Refusal::DiscountRedemptionLimitReached, rejected, Some("discountCode"), None),
            (Refusal::AlreadyActiveSubscription, rejected, Some("productId"), None),
            (Refusal::TrialAlreadyRedeemed, rejected, Some("productId"), None),
            (Refusal::PaymentNotReady, (502, "polar_unexpected"), None, None),
            (Refusal::Other("Teapot".into()), (502, "polar_unexpected"), None, None),
        ] {
            let error = ApiError::from(polar::Error::Refused { refusal: refusal.clone() });
            let response = error.problem("request");
            assert_eq!((response.status().as_u16(), error.code()), answer, "{refusal:?}");
            let blamed = if let ApiError::Rejected(refused) = &error { Some(fields(refused)) } else { None };
            assert_eq!(blamed.as_deref(), field, "{refusal:?}");
            let waits = response.headers().get(header::RETRY_AFTER).and_then(|wait| wait.to_str().ok());
            assert_eq!(waits, retry_after, "{refusal:?}");
        }
    }

    #[test]
    fn who_comes_back_when_told_is_not_too_early() {
        for (milliseconds, told) in [(0, "1"), (1, "1"), (1000, "1"), (1001, "2"), (59_999, "60"), (60_000, "60")] {
            let retry_after = Duration::from_millis(milliseconds);
            let response = ApiError::RateLimited { retry_after }.problem("request");
            assert_eq!(response.headers()[header::RETRY_AFTER], told, "{milliseconds} ms");
        }
    }

    #[test]
    fn who_cannot_pay_learns_what_to_do() {
        for (refusal, words) in [
            (Refusal::NotOpenCheckout, "buy again"),
            (Refusal::CheckoutLocked, "Try again in a moment"),
            (Refusal::PaymentNotReady, "Tell the shop"),
        ] {
            let (.., detail) = ApiError::from(polar::Error::Refused { refusal: refusal.clone() }).describe();
            assert!(detail.contains(words), "{refusal:?}: {detail}");
        }
    }
}
