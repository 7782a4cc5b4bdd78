//! The one place where failures become answers.

use std::{borrow::Cow, sync::Arc, time::Duration};

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use polar::Refusal;
use store::Admission;

use crate::{Code, Problem, Refused, problem::FileChoice};

/// Why a request was refused or failed. Its [`Code`] says what it means to the caller.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The request cannot be understood.
    #[error("the request cannot be understood")]
    InvalidRequest(Vec<Refused>),
    /// There is no live session, or the browser key of the checkout is missing.
    #[error("nobody is signed in")]
    Unauthenticated,
    /// The customer did not buy this product or file, or no longer has it.
    #[error("not entitled")]
    NotEntitled,
    /// An order session asks for something outside its orders.
    #[error("outside the session's order")]
    OrderScope,
    /// The code is not valid in this browser, for any reason.
    #[error("login code invalid")]
    LoginCodeInvalid,
    /// The request comes from a page that is not allowed to act for the buyer.
    #[error("origin not allowed")]
    OriginNotAllowed,
    /// The request is only a prefetch, and must not count as a download.
    #[error("looks ahead")]
    LookAhead,
    /// It does not exist, or does not belong to this caller.
    #[error("not found")]
    NotFound,
    /// The purchase exists, but its file does not.
    #[error("file not found")]
    FileNotFound,
    /// The route exists, with another method.
    #[error("method not allowed")]
    MethodNotAllowed,
    /// The checkout was already claimed.
    #[error("already claimed")]
    AlreadyClaimed,
    /// The checkout can no longer be changed.
    #[error("checkout not open")]
    CheckoutNotOpen,
    /// The checkout is being processed right now.
    #[error("checkout locked")]
    CheckoutLocked,
    /// The purchase exists, but Polar has not granted its files yet.
    #[error("download pending")]
    DownloadPending,
    /// Polar makes no invoice for the order.
    #[error("no invoice for this order")]
    NoInvoice,
    /// Polar makes no invoice without the buyer's billing name and address.
    #[error("billing details missing")]
    BillingDetailsMissing,
    /// The idempotency key belongs to another request.
    #[error("idempotency key reused")]
    IdempotencyKeyReused,
    /// The checkout was not paid in time.
    #[error("checkout expired")]
    CheckoutExpired,
    /// The payment failed at Polar.
    #[error("payment failed")]
    PaymentFailed,
    /// The checkout was paid too long ago to open a session with it.
    #[error("claim window over")]
    ClaimWindowOver,
    /// The time in which this purchase could be downloaded is over.
    #[error("access expired")]
    AccessExpired,
    /// The body is larger than the route accepts.
    #[error("payload too large")]
    PayloadTooLarge,
    /// The `Content-Type` of the body is not JSON.
    #[error("unsupported media type")]
    UnsupportedMediaType,
    /// The request is well-formed, but some of its values are refused.
    #[error("rejected: {}", fields(.0))]
    Rejected(Vec<Refused>),
    /// The product has several files, and none was named.
    #[error("file required")]
    FileRequired(Vec<FileChoice>),
    /// All downloads of the file are used up.
    #[error("download limit of {0} reached")]
    DownloadLimitReached(u32),
    /// Too many requests of one kind.
    #[error("rate limited for {} s", whole_seconds(*retry_after))]
    RateLimited {
        /// How long to wait.
        retry_after: Duration,
    },
    /// A bug in the shop.
    #[error("internal error")]
    Internal(#[source] Source),
    /// Polar sent an unexpected answer, or does not accept the access token or the shop's account.
    #[error("unexpected answer of Polar")]
    PolarUnexpected(#[source] polar::Error),
    /// Polar is unavailable, or its rate limit is reached.
    #[error("Polar is unavailable")]
    PolarUnavailable(#[source] polar::Error),
    /// The shop's tables are busy or unavailable.
    #[error("busy")]
    Busy(#[source] Source),
    /// Polar did not answer in time.
    #[error("Polar did not answer in time")]
    PolarTimeout(#[source] polar::Error),
}

type Source = Box<dyn std::error::Error + Send + Sync>;

/// The default times for `Retry-After`.
const SOON: Duration = Duration::from_secs(1);
const LATER: Duration = Duration::from_secs(5);

impl ApiError {
    /// An invalid request, with the field that is wrong.
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

    /// A refusal of a caller who has sent too many requests.
    #[must_use]
    pub fn rate_limited_until(end: Timestamp, now: Timestamp) -> Self {
        Self::RateLimited { retry_after: end.duration_since(now).unsigned_abs() }
    }

    /// Polar reports a paid checkout without its customer.
    #[must_use]
    pub fn paid_by_nobody() -> Self {
        Self::PolarUnexpected(polar::Error::Unexpected {
            route: "GET /v1/checkouts/{id}".to_owned(),
            status: 200,
            path: "customer_id".to_owned(),
            problem: "a checkout that succeeded has no customer".to_owned(),
        })
    }

    /// The kind of the problem.
    #[must_use]
    pub const fn code(&self) -> Code {
        match self {
            Self::InvalidRequest(_) => Code::InvalidRequest,
            Self::Unauthenticated => Code::Unauthenticated,
            Self::NotEntitled => Code::NotEntitled,
            Self::OrderScope => Code::OrderScope,
            Self::LoginCodeInvalid => Code::LoginCodeInvalid,
            Self::OriginNotAllowed => Code::OriginNotAllowed,
            Self::LookAhead => Code::LookAhead,
            Self::NotFound => Code::NotFound,
            Self::FileNotFound => Code::FileNotFound,
            Self::MethodNotAllowed => Code::MethodNotAllowed,
            Self::AlreadyClaimed => Code::AlreadyClaimed,
            Self::CheckoutNotOpen | Self::CheckoutLocked => Code::CheckoutNotOpen,
            Self::DownloadPending => Code::DownloadPending,
            Self::NoInvoice => Code::NoInvoice,
            Self::BillingDetailsMissing => Code::BillingDetailsMissing,
            Self::IdempotencyKeyReused => Code::IdempotencyKeyReused,
            Self::CheckoutExpired => Code::CheckoutExpired,
            Self::PaymentFailed => Code::PaymentFailed,
            Self::ClaimWindowOver => Code::ClaimWindowOver,
            Self::AccessExpired => Code::AccessExpired,
            Self::PayloadTooLarge => Code::PayloadTooLarge,
            Self::UnsupportedMediaType => Code::UnsupportedMediaType,
            Self::Rejected(_) => Code::Rejected,
            Self::FileRequired(_) => Code::FileRequired,
            Self::DownloadLimitReached(_) => Code::DownloadLimitReached,
            Self::RateLimited { .. } => Code::RateLimited,
            Self::Internal(_) => Code::Internal,
            Self::PolarUnexpected(_) => Code::PolarUnexpected,
            Self::PolarUnavailable(_) => Code::PolarUnavailable,
            Self::Busy(_) => Code::Busy,
            Self::PolarTimeout(_) => Code::PolarTimeout,
        }
    }

    /// The title and the detail, more specific than those of the code where possible.
    fn words(&self) -> (&'static str, Cow<'static, str>) {
        let code = self.code();
        match self {
            Self::CheckoutLocked => (code.title(), "This checkout is being processed. Try again in a moment.".into()),
            Self::DownloadLimitReached(limit @ 2..) => (
                code.title(),
                format!("You have used all {limit} downloads of this file. Ask the shop for more.").into(),
            ),
            // Only the shop's owner can fix this, so it is a server error: it is logged with its cause and raises the alarm.
            Self::PolarUnexpected(polar::Error::Refused { refusal: Refusal::PaymentNotReady }) => (
                "The shop cannot take payments",
                "The payment provider does not accept payments for this shop yet. Nothing was charged. Tell the shop."
                    .into(),
            ),
            _ => (code.title(), code.detail().into()),
        }
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

    pub(crate) fn problem(&self, request_id: &str) -> Response {
        let (title, detail) = self.words();
        let errors = match self {
            Self::InvalidRequest(errors) | Self::Rejected(errors) => errors.clone(),
            _ => Vec::new(),
        };
        let files = if let Self::FileRequired(files) = self { files.clone() } else { Vec::new() };
        let problem = Problem { errors, files, ..Problem::new(self.code(), title, detail, request_id) };
        let mut response = problem.into_response();
        if let Some(wait) = self.retry_after() {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(whole_seconds(wait).max(1)));
        }
        response
    }
}

/// A wait in whole seconds, rounded up so that a client that waits exactly this long is not refused again.
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
                Self::rejected("discountCode", "This discount is used up. Try another code.")
            }
            Error::Refused { refusal: Refusal::AlreadyActiveSubscription } => {
                Self::rejected("productId", "You already have this subscription, so you cannot buy it again.")
            }
            Error::Refused { refusal: Refusal::TrialAlreadyRedeemed } => {
                Self::rejected("productId", "You have already used the free trial of this product.")
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
            purchases::Error::NoInvoice => Self::NoInvoice,
            purchases::Error::BillingDetailsMissing => Self::BillingDetailsMissing,
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
        let mut response = self.code().status().into_response();
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
            assert_eq!((response.status().as_u16(), error.code().name()), answer, "{refusal:?}");
            let blamed = if let ApiError::Rejected(refused) = &error { Some(fields(refused)) } else { None };
            assert_eq!(blamed.as_deref(), field, "{refusal:?}");
            let waits = response.headers().get(header::RETRY_AFTER).and_then(|wait| wait.to_str().ok());
            assert_eq!(waits, retry_after, "{refusal:?}");
            assert!(waits.is_none() || error.code().may_pass(), "{refusal:?}: its wait is not described");
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
            let (_, detail) = ApiError::from(polar::Error::Refused { refusal: refusal.clone() }).words();
            assert!(detail.contains(words), "{refusal:?}: {detail}");
        }
    }
}
