//! What can go wrong, named by what the caller can do about it.

use std::{fmt, time::Duration};

use crate::open_enum::open_enum;

/// The result of a call to Polar.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The cause beneath an error.
pub type Source = Box<dyn std::error::Error + Send + Sync>;

/// Why a call to Polar gave no usable answer.
///
/// Neither `Display` nor `Debug` contains what was sent, an address, a token or an e-mail address.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request is wrong, by Polar's rules or by those that this crate checks before it sends.
    #[error("the request was rejected ({error}): {}", names(fields))]
    Rejected {
        /// Polar's name of the error, or `InvalidRequest` when nothing was sent.
        error: String,
        /// The fields to blame.
        fields: Vec<FieldError>,
    },
    /// The request is well-formed, but the current state does not allow it.
    #[error("Polar refused: {refusal}")]
    Refused {
        /// The reason.
        refusal: Refusal,
    },
    /// The token is missing, expired, revoked or of the wrong kind.
    #[error("Polar does not accept the access token")]
    Unauthorized,
    /// The token is valid, but lacks the scope of this route.
    #[error("the access token lacks a scope")]
    InsufficientScope,
    /// Polar no longer serves the version that this crate asks for.
    #[error("Polar does not serve version {} of its API", crate::VERSION)]
    UnknownVersion,
    /// Too many requests. The whole organization is blocked, not just this route.
    #[error("Polar's rate limit is reached for {} s", retry_after.as_secs())]
    RateLimited {
        /// How long Polar asks to wait.
        retry_after: Duration,
    },
    /// There was no answer in time.
    #[error("Polar did not answer in time")]
    Timeout,
    /// Polar could not be reached, or something in front of it answered.
    #[error("Polar is unavailable{}", in_brackets(*status))]
    Unavailable {
        /// The status, if there was an answer.
        status: Option<u16>,
        /// What happened on the way.
        #[source]
        source: Option<Source>,
    },
    /// This crate does not understand Polar's answer; one of the two has a bug.
    #[error("unexpected answer from Polar to {route} ({status}) at {path}: {problem}")]
    Unexpected {
        /// Method and path template of the request, without its values.
        route: String,
        /// The status of the answer.
        status: u16,
        /// The place in the JSON, as in `items[0].prices[2].price_amount`; `.` is the answer as a whole.
        path: String,
        /// What is wrong there, without the value.
        problem: String,
    },
}

impl Error {
    /// The error for a request that is refused before it is sent.
    pub(crate) fn invalid(fields: Vec<FieldError>) -> Self {
        Self::Rejected { error: "InvalidRequest".into(), fields }
    }

    /// The error for data from Polar that was read before and cannot be used.
    pub(crate) fn unusable(route: &str, problem: &str) -> Self {
        Self::Unexpected { route: format!("GET {route}"), status: 200, path: ".".into(), problem: problem.into() }
    }

    /// Whether the thing asked for does not exist, or belongs to another organization.
    pub(crate) fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused { refusal: Refusal::ResourceNotFound })
    }
}

/// One field of a request that is to blame.
#[derive(Clone, Eq, PartialEq)]
pub struct FieldError {
    /// The field in Polar's spelling: `products[0]`, `customer_email`; empty for the body as a whole.
    pub field: String,
    /// What is wrong, in words for the person who sent it.
    pub message: String,
}

impl FieldError {
    pub(crate) fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

/// Leaves the message out: Polar's texts may repeat what was sent.
impl fmt::Debug for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FieldError").field("field", &self.field).finish_non_exhaustive()
    }
}

open_enum! {
    /// Why Polar refuses a well-formed request, by Polar's name of the error.
    pub enum Refusal {
        /// The customer already holds this subscription.
        AlreadyActiveSubscription = "AlreadyActiveSubscriptionError",
        /// The external id is that of customers in several organizations.
        AmbiguousExternalCustomer = "AmbiguousExternalCustomerID",
        /// The request cannot be carried out as it is.
        BadRequest = "BadRequest",
        /// The customer was deleted after the checkout had been created.
        CheckoutCustomerDeleted = "CheckoutCustomerDeleted",
        /// The external id meanwhile belongs to a customer with another e-mail address.
        CheckoutCustomerExternalIdMismatch = "CheckoutCustomerExternalIdMismatch",
        /// The checkout is being processed at this moment.
        CheckoutLocked = "CheckoutLocked",
        /// The discount has been used as often as it may.
        DiscountRedemptionLimitReached = "DiscountRedemptionLimitReached",
        /// The checkout's 24 hours are over.
        ExpiredCheckout = "ExpiredCheckoutError",
        /// The invoice has not been generated yet.
        InvoiceDoesNotExist = "InvoiceDoesNotExist",
        /// The order has no billing name and address for an invoice.
        MissingInvoiceBillingDetails = "MissingInvoiceBillingDetails",
        /// The checkout is confirmed, succeeded or expired.
        NotOpenCheckout = "NotOpenCheckout",
        /// The organization, or this person in it, may not do this.
        NotPermitted = "NotPermitted",
        /// A draft or void order gets no invoice.
        OrderNotEligibleForInvoice = "OrderNotEligibleForInvoice",
        /// The payment failed; another card may succeed.
        PaymentError = "PaymentError",
        /// The organization cannot take payments yet.
        PaymentNotReady = "PaymentNotReady",
        /// There is no such thing in this organization. Look-ups answer `None` instead.
        ResourceNotFound = "ResourceNotFound",
        /// It is gone for good.
        ResourceUnavailable = "ResourceUnavailable",
        /// The customer has had the trial before.
        TrialAlreadyRedeemed = "TrialAlreadyRedeemed",
        ..Other
    }
}

fn names(fields: &[FieldError]) -> String {
    fields.iter().map(|fault| fault.field.as_str()).collect::<Vec<_>>().join(", ")
}

fn in_brackets(status: Option<u16>) -> String {
    status.map(|status| format!(" ({status})")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rejection_names_its_fields_and_repeats_nothing_that_was_sent() {
        let fields = vec![FieldError::new("customer_email", "jane@shop.test is not a valid email address")];
        let error = Error::Rejected { error: "RequestValidationError".into(), fields };
        let printed = format!("{error} {error:?}");
        assert!(printed.contains("customer_email"), "{printed}");
        assert!(!printed.contains("jane@shop.test"), "{printed}");
    }

    #[test]
    fn a_status_is_part_of_the_text_where_there_is_one() {
        let text = |status| Error::Unavailable { status, source: None }.to_string();
        assert_eq!(text(Some(502)), "Polar is unavailable (502)");
        assert_eq!(text(None), "Polar is unavailable");
    }
}
