use std::{
    convert::Infallible,
    net::{IpAddr, SocketAddr},
    time::{Duration, Instant},
};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{Extensions, request::Parts},
};
use jiff::Timestamp;
use lambda_http::{aws_lambda_events::apigw::ApiGatewayV2httpRequestContext, request::RequestContext};
use startup::DYNAMODB_TIME_LIMIT;
use uuid::Uuid;

use crate::Refuses;

/// The time of a request. There is one per request, so that all its decisions agree.
#[derive(Clone, Copy, Debug)]
pub struct Now(pub Timestamp);

impl Refuses for Now {}
impl Refuses for ClientIp {}

impl<S: Sync> FromRequestParts<S> for Now {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(*parts.extensions.get_or_insert_with(|| {
            // Rounded to milliseconds like in the tables, so that a time is the same in every answer.
            let now = Timestamp::from_millisecond(Timestamp::now().as_millisecond());
            Self(now.expect("the present is a valid time"))
        }))
    }
}

/// The visitor's IP address, from the gateway or the connection and never from a header.
#[derive(Clone, Copy, Debug)]
pub struct ClientIp(pub Option<IpAddr>);

impl<S: Sync> FromRequestParts<S> for ClientIp {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(match gateway(&parts.extensions) {
            Some(gateway) => gateway.http.source_ip.as_deref().and_then(|ip| ip.parse().ok()),
            None => parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip()),
        }))
    }
}

/// API Gateway's context of a request; `None` for a local shop.
fn gateway(extensions: &Extensions) -> Option<&ApiGatewayV2httpRequestContext> {
    match extensions.get()? {
        RequestContext::ApiGatewayV2(context) => Some(context),
        _ => None,
    }
}

/// The gateway's request id, which is also in its access log; a new id for a local shop.
pub(crate) fn request_id(extensions: &Extensions) -> String {
    let from_gateway = gateway(extensions).and_then(|gateway| gateway.request_id.clone());
    from_gateway.unwrap_or_else(|| Uuid::new_v4().to_string())
}

/// The time to write the answer before Lambda would end the invocation.
const RESERVE: Duration = Duration::from_millis(500);
/// The time limit of a request outside Lambda. It equals that on Lambda, where `template.yaml` gives a function 15 seconds.
const TIME_LIMIT: Duration = Duration::from_millis(14_500);

/// The deadlines of a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadlines {
    /// When the answer must be sent, even if work is unfinished.
    pub(crate) answer: Instant,
    /// When all calls to Polar must have ended. It leaves time for one DynamoDB operation that stores the result.
    pub(crate) polar: Instant,
}

/// The deadlines of a request that starts now.
pub(crate) fn deadlines(extensions: &Extensions) -> Deadlines {
    let from_lambda = extensions.get::<lambda_http::Context>().map(|context| {
        let left = context.deadline().duration_since(std::time::SystemTime::now()).unwrap_or_default();
        left.saturating_sub(RESERVE)
    });
    let (now, left) = (Instant::now(), from_lambda.unwrap_or(TIME_LIMIT));
    Deadlines { answer: now + left, polar: now + left.saturating_sub(DYNAMODB_TIME_LIMIT) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_polar_a_write_and_the_answer_fit_into_the_time_of_a_function() {
        let template = include_str!("../../../template.yaml");
        let of_functions = template.lines().find_map(|line| line.strip_prefix("    Timeout: ")).expect("a time limit");
        let timeout = Duration::from_secs(of_functions.trim().parse().expect("seconds"));
        let polar = polar::Limits::default().request;
        assert!(DYNAMODB_TIME_LIMIT + polar + DYNAMODB_TIME_LIMIT + RESERVE <= timeout);
        assert_eq!(TIME_LIMIT + RESERVE, timeout);
    }

    #[test]
    fn after_polar_there_is_time_for_one_write() {
        let Deadlines { answer, polar } = deadlines(&Extensions::new());
        assert_eq!(answer - polar, DYNAMODB_TIME_LIMIT);
    }
}
