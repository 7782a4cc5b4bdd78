//! Refusals that many routes share, for their OpenAPI descriptions.

use utoipa::IntoResponses;

use crate::Problem;

/// Of routes that read a query or a body.
#[derive(IntoResponses)]
pub enum InputRefusals {
    /// `invalid_request`: with the field to blame
    #[response(status = 400, content_type = "application/problem+json")]
    Invalid(Problem),
}

/// Of routes that need a session.
#[derive(IntoResponses)]
pub enum SessionRefusals {
    /// `unauthenticated`
    #[response(status = 401, content_type = "application/problem+json")]
    Unauthenticated(Problem),
}

/// Of routes that need a session of the whole account.
#[derive(IntoResponses)]
pub enum AccountRefusals {
    /// `unauthenticated`
    #[response(status = 401, content_type = "application/problem+json")]
    Unauthenticated(Problem),
    /// `order_scope`: the session sees one order
    #[response(status = 403, content_type = "application/problem+json")]
    OrderScope(Problem),
}

/// Of routes whose callers have a share of the requests to Polar.
#[derive(IntoResponses)]
pub enum LimitRefusals {
    /// `rate_limited`: come back after `Retry-After`
    #[response(status = 429, content_type = "application/problem+json")]
    RateLimited(Problem),
}

/// Of routes that ask Polar. Nothing was charged or counted.
#[derive(IntoResponses)]
pub enum PolarRefusals {
    /// `polar_unexpected`
    #[response(status = 502, content_type = "application/problem+json")]
    Unexpected(Problem),
    /// `polar_unavailable`: come back after `Retry-After`
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(Problem),
    /// `polar_timeout`: come back after `Retry-After`
    #[response(status = 504, content_type = "application/problem+json")]
    Timeout(Problem),
}
