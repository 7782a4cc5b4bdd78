//! The kinds of problems: one table for the answers and their description.

use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

/// Declares the codes with their status, title and detail.
macro_rules! codes {
    ($($(#[$doc:meta])* $code:ident = $name:literal, $status:ident, $title:literal, $detail:literal;)+) => {
        /// The kind of a problem. The meaning of a code never changes; later versions may add codes.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum Code {
            $($(#[$doc])* $code,)+
        }

        impl Code {
            /// All codes.
            pub const ALL: &[Self] = &[$(Self::$code,)+];

            /// The code as it appears in answers and logs.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$code => $name,)+ }
            }

            /// The status of the answer.
            #[must_use]
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$code => StatusCode::$status,)+ }
            }

            /// A short summary of the problem.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$code => $title,)+ }
            }

            /// What to do next, in words for the buyer.
            #[must_use]
            pub const fn detail(self) -> &'static str {
                match self { $(Self::$code => $detail,)+ }
            }
        }
    };
}

codes! {
    /// The request cannot be understood.
    InvalidRequest = "invalid_request", BAD_REQUEST, "Invalid request", "Correct the request and send it again.";
    /// There is no live session, or the browser key of the checkout is missing.
    Unauthenticated = "unauthenticated", UNAUTHORIZED, "Not signed in", "Open the shop in the browser that you used to buy, or sign in again.";
    /// The customer did not buy this product or file, or no longer has it.
    NotEntitled = "not_entitled", FORBIDDEN, "Not among your purchases", "You have not bought this, or it was refunded. Buy it, or contact the shop.";
    /// An order session asks for something outside its orders.
    OrderScope = "order_scope", FORBIDDEN, "You need to sign in for this", "You can only open what you bought in this browser. Sign in with your e-mail address to see all your purchases.";
    /// The code is not valid in this browser, for any reason.
    LoginCodeInvalid = "login_code_invalid", FORBIDDEN, "This code does not work", "Enter the latest code within 10 minutes, in the browser where you asked for it. After 5 tries, ask for a new code.";
    /// The request comes from a page that is not allowed to act for the buyer.
    OriginNotAllowed = "origin_not_allowed", FORBIDDEN, "Origin not allowed", "Use the shop's own page. The shop's owner can allow other pages in STOREFRONT_ORIGINS.";
    /// The request is only a prefetch, and must not count as a download.
    LookAhead = "look_ahead", FORBIDDEN, "Previews are not allowed", "This request only previewed the link, so nothing was done. Open the link to continue.";
    /// It does not exist, or does not belong to this caller.
    NotFound = "not_found", NOT_FOUND, "Not found", "Check the address, or go back to the shop.";
    /// The purchase exists, but its file does not.
    FileNotFound = "file_not_found", NOT_FOUND, "File not found", "The shop no longer offers this file. Reload your library, or contact the shop.";
    /// The route exists, with another method.
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED, "Method not allowed", "Use one of the methods in the Allow header.";
    /// The checkout was already claimed.
    AlreadyClaimed = "already_claimed", CONFLICT, "Already claimed", "This purchase was already opened. Continue in that window, or sign in with your e-mail address.";
    /// The checkout can no longer be changed, or is being processed right now.
    CheckoutNotOpen = "checkout_not_open", CONFLICT, "Checkout not open", "This checkout was already paid or has ended. Check your library, or buy again.";
    /// The purchase exists, but Polar has not granted its files yet.
    DownloadPending = "download_pending", CONFLICT, "Not ready yet", "Your purchase is still being prepared. Try again in a moment.";
    /// Polar makes no invoice for the order.
    NoInvoice = "no_invoice", CONFLICT, "No invoice for this order", "The order was free or is not complete. You can find your receipts in the customer portal.";
    /// Polar makes no invoice without the buyer's billing name and address.
    BillingDetailsMissing = "billing_details_missing", CONFLICT, "The invoice needs your billing name and address", "Add them in the customer portal, then request the invoice again.";
    /// The idempotency key belongs to another request.
    IdempotencyKeyReused = "idempotency_key_reused", CONFLICT, "Idempotency-Key already used", "This Idempotency-Key belongs to another request. Send a new random key.";
    /// The checkout was not paid in time.
    CheckoutExpired = "checkout_expired", GONE, "Checkout expired", "This checkout was not paid in time. Nothing was charged. Please buy again.";
    /// The payment failed at Polar.
    PaymentFailed = "payment_failed", GONE, "Payment failed", "The payment did not go through. Nothing was charged. Please buy again.";
    /// The checkout was paid too long ago to open a session with it.
    ClaimWindowOver = "claim_window_over", GONE, "This link has expired", "Your payment went through, but this link no longer opens your library. Sign in with your e-mail address.";
    /// The time in which this purchase could be downloaded is over.
    AccessExpired = "access_expired", GONE, "Access has ended", "The download period of this purchase is over. Ask the shop to extend it.";
    /// The body is larger than the route accepts.
    PayloadTooLarge = "payload_too_large", PAYLOAD_TOO_LARGE, "Request body too large", "Send at most 64 KiB, or 1 MiB for a Polar event.";
    /// The `Content-Type` of the body is not JSON.
    UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE, "Request body is not JSON", "Send JSON with the header Content-Type: application/json.";
    /// The request is well-formed, but some of its values are refused.
    Rejected = "rejected", UNPROCESSABLE_ENTITY, "Some values were refused", "Correct the values listed in errors, and send the request again.";
    /// The product has several files, and none was named.
    FileRequired = "file_required", UNPROCESSABLE_ENTITY, "This product has several files", "Choose one of the files, and send its fileId.";
    /// All downloads of the file are used up.
    DownloadLimitReached = "download_limit_reached", TOO_MANY_REQUESTS, "No downloads left", "You have used your only download of this file. Ask the shop for another.";
    /// Too many requests of one kind. `Retry-After` says how long to wait.
    RateLimited = "rate_limited", TOO_MANY_REQUESTS, "Too many requests", "Too many requests came from your browser or network. Wait a while, then try again.";
    /// A bug in the shop.
    Internal = "internal", INTERNAL_SERVER_ERROR, "Something broke", "The shop made an error, and nothing was charged. Try again, or send the request id to the shop.";
    /// Polar sent an unexpected answer, or does not accept the access token or the shop's account.
    PolarUnexpected = "polar_unexpected", BAD_GATEWAY, "Unexpected response from the payment provider", "Nothing was charged by this request. Try again later, or send the request id to the shop.";
    /// Polar is unavailable, or its rate limit is reached.
    PolarUnavailable = "polar_unavailable", SERVICE_UNAVAILABLE, "Payment provider unavailable", "Nothing was charged by this request. Try again in a moment.";
    /// The shop's tables are busy or unavailable.
    Busy = "busy", SERVICE_UNAVAILABLE, "The shop is busy", "The shop has too many requests right now. Try again in a moment.";
    /// Polar did not answer in time.
    PolarTimeout = "polar_timeout", GATEWAY_TIMEOUT, "Payment provider did not respond in time", "Nothing was charged by this request. Try again in a moment.";
}

impl Code {
    /// The codes that a call to Polar may end with.
    pub const POLAR: &[Self] = &[Self::PolarUnexpected, Self::PolarUnavailable, Self::PolarTimeout];

    /// Whether an answer with this code may have a `Retry-After` header.
    #[must_use]
    pub const fn may_pass(self) -> bool {
        matches!(
            self,
            Self::CheckoutNotOpen
                | Self::DownloadPending
                | Self::RateLimited
                | Self::PolarUnavailable
                | Self::Busy
                | Self::PolarTimeout
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_told_apart_by_their_names() {
        for code in Code::ALL {
            let same: Vec<_> = Code::ALL.iter().filter(|other| other.name() == code.name()).collect();
            assert_eq!(same, [code]);
            assert_eq!(serde_json::to_value(code).unwrap(), code.name());
            assert!(code.status().is_client_error() || code.status().is_server_error(), "{code:?}");
            for words in [code.title(), code.detail()] {
                assert!(!words.is_empty(), "{code:?}");
            }
        }
    }
}
