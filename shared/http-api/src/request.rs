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

/// The moment at which a request is answered; one per request, so that all its decisions agree.
#[derive(Clone, Copy, Debug)]
pub struct Now(pub Timestamp);

impl Refuses for Now {}
impl Refuses for ClientIp {}

impl<S: Sync> FromRequestParts<S> for Now {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(*parts.extensions.get_or_insert_with(|| {
            // To the millisecond, which is what the tables keep: a time reads the same in every answer.
            let now = Timestamp::from_millisecond(Timestamp::now().as_millisecond());
            Self(now.expect("the present is a valid time"))
        }))
    }
}

/// The visitor's address as the gateway or the connection tells it, never as a header claims.
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

/// What API Gateway says of a request; nothing on one's own machine.
fn gateway(extensions: &Extensions) -> Option<&ApiGatewayV2httpRequestContext> {
    match extensions.get()? {
        RequestContext::ApiGatewayV2(context) => Some(context),
        _ => None,
    }
}

/// The gateway's id of the request, which its access log has too; on one's own machine a new one.
pub(crate) fn request_id(extensions: &Extensions) -> String {
    let from_gateway = gateway(extensions).and_then(|gateway| gateway.request_id.clone());
    from_gateway.unwrap_or_else(|| Uuid::new_v4().to_string())
}

/// What answering takes after the last call to the outside, before Lambda would end the invocation.
const RESERVE: Duration = Duration::from_millis(500);
/// The time for a request outside Lambda: as on Lambda, where `template.yaml` gives a function 15 seconds.
const TIME_LIMIT: Duration = Duration::from_millis(14_500);

/// By when a request is answered, and by when it is done with Polar.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadlines {
    /// When the answer must be under way, whatever is still missing.
    pub(crate) answer: Instant,
    /// When no call to Polar may run any more. What Polar said is written down after it, by one operation of DynamoDB.
    pub(crate) polar: Instant,
}

/// The deadlines of a request that begins now.
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
