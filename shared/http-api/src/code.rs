//! The kinds of problems: the one table that every refusal is answered and described from.

use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

/// Declares the codes with their status, their title, and what to do next.
macro_rules! codes {
    ($($(#[$doc:meta])* $code:ident = $name:literal, $status:ident, $title:literal, $detail:literal;)+) => {
        /// The kind of a problem. It never changes its meaning; later versions may add others.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum Code {
            $($(#[$doc])* $code,)+
        }

        impl Code {
            /// All codes.
            pub const ALL: &[Self] = &[$(Self::$code,)+];

            /// The code as programs and logs have it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$code => $name,)+ }
            }

            /// The status of the answer.
            #[must_use]
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$code => StatusCode::$status,)+ }
            }

            /// The problem in a few words.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$code => $title,)+ }
            }

            /// What happened and what to do next, for the buyer.
            #[must_use]
            pub const fn detail(self) -> &'static str {
                match self { $(Self::$code => $detail,)+ }
            }
        }
    };
}

codes! {
    /// The request cannot be understood.
    InvalidRequest = "invalid_request", BAD_REQUEST, "The request cannot be understood", "Correct the request and send it again.";
    /// There is no live session, or no key of the browser that began the checkout.
    Unauthenticated = "unauthenticated", UNAUTHORIZED, "Not signed in", "Open the shop in the browser that you bought with, or sign in again.";
    /// The customer did not buy this product or file, or no longer has it.
    NotEntitled = "not_entitled", FORBIDDEN, "Not among your purchases", "You have not bought this, or it was taken back with a refund. Buy it, or ask the shop.";
    /// A session of single orders asks for something else of the customer.
    OrderScope = "order_scope", FORBIDDEN, "Only this order is open", "This session shows one order. Sign in with your e-mail address to see all your purchases.";
    /// The code opens nothing in this browser, for whichever reason.
    LoginCodeInvalid = "login_code_invalid", FORBIDDEN, "This code does not work", "Type the newest code, in the browser that asked for it, within 10 minutes. After 5 tries ask for a new one.";
    /// Another site asks in the buyer's name.
    OriginNotAllowed = "origin_not_allowed", FORBIDDEN, "Origin not allowed", "Use the shop's own page. The shop's owner can allow a page with STOREFRONT_ORIGINS.";
    /// The request only looks ahead, and must not cost a download.
    LookAhead = "look_ahead", FORBIDDEN, "Nothing was done yet", "This request was only a preview, so nothing was done. Open the link to go on.";
    /// There is no such thing, or it is not this caller's.
    NotFound = "not_found", NOT_FOUND, "Not found", "There is nothing here. Check the address, or go back to the shop.";
    /// The purchase is there, its file is not.
    FileNotFound = "file_not_found", NOT_FOUND, "File not found", "The shop no longer offers this file. Reload your library, or ask the shop.";
    /// The route exists, with another method.
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED, "Method not allowed", "This address exists, but not for this method. See the Allow header.";
    /// The checkout was turned into a session before.
    AlreadyClaimed = "already_claimed", CONFLICT, "Already claimed", "This purchase already opened a session. Continue in that window, or sign in with your e-mail address.";
    /// The checkout is past the point where this is possible, or is being processed at this moment.
    CheckoutNotOpen = "checkout_not_open", CONFLICT, "Checkout not open", "This checkout was already paid or has ended. Look into your library, or buy again.";
    /// The purchase is there, Polar has not handed out its files yet.
    DownloadPending = "download_pending", CONFLICT, "Not ready yet", "Your purchase is being prepared. Try again in a moment.";
    /// The idempotency key belongs to another request.
    IdempotencyKeyReused = "idempotency_key_reused", CONFLICT, "Key already used", "This Idempotency-Key belongs to another request. Send a new random one.";
    /// The checkout was not paid in time.
    CheckoutExpired = "checkout_expired", GONE, "Checkout expired", "This checkout was not paid in time. Nothing was charged. Please buy again.";
    /// Polar has given up the payment.
    PaymentFailed = "payment_failed", GONE, "Payment failed", "The payment did not go through. Nothing was charged. Please buy again.";
    /// The checkout was paid too long ago to open a session with it.
    ClaimWindowOver = "claim_window_over", GONE, "Too late for this link", "You have paid, but this link no longer opens your library. Sign in with your e-mail address.";
    /// The time in which this purchase could be downloaded is over.
    AccessExpired = "access_expired", GONE, "Access has ended", "The time in which you could download this is over. Ask the shop to extend it.";
    /// The body is larger than any that the route takes.
    PayloadTooLarge = "payload_too_large", PAYLOAD_TOO_LARGE, "Too large", "Send a smaller body: at most 64 KiB, or 1 MiB for an event of Polar's.";
    /// The body is not JSON by its own account.
    UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE, "Not JSON", "Send JSON with the header Content-Type: application/json.";
    /// The request is understood, and some of its values are refused.
    Rejected = "rejected", UNPROCESSABLE_ENTITY, "Some values are not possible", "Change the named values and send the request again.";
    /// The product has several files, and none was named.
    FileRequired = "file_required", UNPROCESSABLE_ENTITY, "Which file?", "This product has several files. Choose one and send its fileId.";
    /// All downloads of the file are used up.
    DownloadLimitReached = "download_limit_reached", TOO_MANY_REQUESTS, "No downloads left", "You have used the one download of this file. Ask the shop for another.";
    /// Too many requests of one kind, for as long as stated.
    RateLimited = "rate_limited", TOO_MANY_REQUESTS, "Too many requests", "Too many requests came from this browser or network. Wait, then try again.";
    /// A bug of ours.
    Internal = "internal", INTERNAL_SERVER_ERROR, "Something broke", "This is our fault. Nothing was charged. Try again, or tell the shop the request id.";
    /// Polar answered with something that no version of ours expects, or does not accept our token or the shop's account.
    PolarUnexpected = "polar_unexpected", BAD_GATEWAY, "Unexpected answer of the payment provider", "Nothing was charged by this request. Try again later, or tell the shop the request id.";
    /// Polar is down, or refuses for a while.
    PolarUnavailable = "polar_unavailable", SERVICE_UNAVAILABLE, "Payment provider unavailable", "Nothing was charged by this request. Try again in a moment.";
    /// Our own tables are busy or away.
    Busy = "busy", SERVICE_UNAVAILABLE, "Busy", "Too much is going on at once. Try again in a moment.";
    /// Polar did not answer in time.
    PolarTimeout = "polar_timeout", GATEWAY_TIMEOUT, "Payment provider too slow", "Nothing was charged by this request. Try again in a moment.";
}

impl Code {
    /// What a call to Polar may end with.
    pub const POLAR: &[Self] = &[Self::PolarUnexpected, Self::PolarUnavailable, Self::PolarTimeout];

    /// Whether an answer with this code may say with `Retry-After` when to ask again.
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
