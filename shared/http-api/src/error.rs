//! Every failure becomes an answer here, and nowhere else.

use std::{borrow::Cow, sync::Arc, time::Duration};

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use polar::Refusal;
use store::Admission;

use crate::{Code, Problem, Refused, problem::FileChoice};

/// Why a request gets no good answer. Its [`Code`] says what it means to the caller.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The request cannot be understood.
    #[error("the request cannot be understood")]
    InvalidRequest(Vec<Refused>),
    /// There is no live session, or no key of the browser that began the checkout.
    #[error("nobody is signed in")]
    Unauthenticated,
    /// The customer did not buy this product or file, or no longer has it.
    #[error("not entitled")]
    NotEntitled,
    /// A session of one order asks for something else of the customer.
    #[error("outside the session's order")]
    OrderScope,
    /// The code opens nothing in this browser, for whichever reason.
    #[error("login code invalid")]
    LoginCodeInvalid,
    /// Another site asks in the buyer's name.
    #[error("origin not allowed")]
    OriginNotAllowed,
    /// The request only looks ahead, and must not cost a download.
    #[error("looks ahead")]
    LookAhead,
    /// There is no such thing, or it is not this caller's.
    #[error("not found")]
    NotFound,
    /// The purchase is there, its file is not.
    #[error("file not found")]
    FileNotFound,
    /// The route exists, with another method.
    #[error("method not allowed")]
    MethodNotAllowed,
    /// The checkout was turned into a session before.
    #[error("already claimed")]
    AlreadyClaimed,
    /// The checkout is past the point where this is possible.
    #[error("checkout not open")]
    CheckoutNotOpen,
    /// The checkout is being processed at this moment.
    #[error("checkout locked")]
    CheckoutLocked,
    /// The purchase is there, Polar has not handed out its files yet.
    #[error("download pending")]
    DownloadPending,
    /// The idempotency key belongs to another request.
    #[error("idempotency key reused")]
    IdempotencyKeyReused,
    /// The checkout was not paid in time.
    #[error("checkout expired")]
    CheckoutExpired,
    /// Polar has given up the payment.
    #[error("payment failed")]
    PaymentFailed,
    /// The checkout was paid too long ago to open a session with it.
    #[error("claim window over")]
    ClaimWindowOver,
    /// The time in which this purchase could be downloaded is over.
    #[error("access expired")]
    AccessExpired,
    /// The body is larger than any that we take.
    #[error("payload too large")]
    PayloadTooLarge,
    /// The body is not JSON by its own account.
    #[error("unsupported media type")]
    UnsupportedMediaType,
    /// The request is understood, and some of its values are refused.
    #[error("rejected: {}", fields(.0))]
    Rejected(Vec<Refused>),
    /// The product has several files, and none was named.
    #[error("file required")]
    FileRequired(Vec<FileChoice>),
    /// All downloads of the file are used up.
    #[error("download limit of {0} reached")]
    DownloadLimitReached(u32),
    /// Too many requests of one kind, for as long as stated.
    #[error("rate limited for {} s", whole_seconds(*retry_after))]
    RateLimited {
        /// How long to wait.
        retry_after: Duration,
    },
    /// A bug of ours.
    #[error("internal error")]
    Internal(#[source] Source),
    /// Polar answered with something that no version of ours expects, or does not accept our token or the shop's account.
    #[error("unexpected answer of Polar")]
    PolarUnexpected(#[source] polar::Error),
    /// Polar is down, or refuses for a while.
    #[error("Polar is unavailable")]
    PolarUnavailable(#[source] polar::Error),
    /// Our own tables are busy or away.
    #[error("busy")]
    Busy(#[source] Source),
    /// Polar did not answer in time.
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

    /// The title and the detail, where more is known than the code.
    fn words(&self) -> (&'static str, Cow<'static, str>) {
        let code = self.code();
        match self {
            Self::CheckoutLocked => (code.title(), "This checkout is being processed. Try again in a moment.".into()),
            Self::DownloadLimitReached(limit @ 2..) => (
                code.title(),
                format!("You have used all {limit} downloads of this file. Ask the shop for more.").into(),
            ),
            // Only the shop's owner can change it, so it is a failure of the server's: it is logged with its cause and rings the alarm.
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
