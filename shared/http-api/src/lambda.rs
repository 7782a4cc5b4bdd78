//! Turns API Gateway events into requests.
//!
//! API Gateway forwards requests with an invalid address, such as one with quotes or spaces in the path or the host. `lambda_http` would panic
//! and end the invocation, or read a wrong path (docs/upstream.md). So the event is made valid first.

use axum::Router;
use lambda_http::{
    Adapter, LambdaEvent, Service,
    aws_lambda_events::apigw::ApiGatewayV2httpRequest,
    http::{HeaderValue, header},
    lambda_runtime,
    request::LambdaRequest,
    service_fn,
};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use crate::{Origins, serve};

/// Characters that are not valid in a query. API Gateway passes the query on as it was sent.
const NOT_IN_QUERY: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>');
/// Characters that are not valid in a path, or would end or change it. The gateway has already decoded the path, so a percent sign is literal.
const NOT_IN_PATH: &AsciiSet =
    &NOT_IN_QUERY.add(b'%').add(b'?').add(b'\\').add(b'^').add(b'`').add(b'{').add(b'|').add(b'}');

/// Answers API Gateway events with these routes, until Lambda stops the program.
///
/// # Errors
/// When Lambda's runtime API cannot be reached.
pub async fn run(routes: Router, origins: Origins) -> Result<(), lambda_http::Error> {
    let mut adapter = Adapter::from(serve(routes, origins));
    lambda_runtime::run(service_fn(move |event| adapter.call(well_formed(event)))).await
}

fn well_formed(mut event: LambdaEvent<LambdaRequest>) -> LambdaEvent<LambdaRequest> {
    if let LambdaRequest::ApiGatewayV2(request) = &mut event.payload {
        mend(request);
    }
    event
}

fn mend(request: &mut ApiGatewayV2httpRequest) {
    request.raw_path = request.raw_path.take().map(|path| encode_path(&path));
    request.raw_query_string =
        request.raw_query_string.take().map(|query| utf8_percent_encode(&query, NOT_IN_QUERY).to_string());
    // No route uses the host, and it may be invalid.
    request.headers.remove(header::HOST);
    request.request_context.domain_name = None;
    // A single invalid cookie of another program would make all cookies unreadable.
    if let Some(cookies) = &mut request.cookies {
        cookies.retain(|cookie| HeaderValue::from_str(cookie).is_ok());
    }
}

/// Encodes a path so that the router sees the original. A path with `.` or `..` as a segment matches no route.
fn encode_path(path: &str) -> String {
    let segments = path.trim_start_matches('/').split('/').map(|segment| match segment {
        // URL parsers treat `%2E` as a dot, too, so the percent sign is encoded as well.
        "." | ".." => segment.replace('.', "%252E"),
        segment => utf8_percent_encode(segment, NOT_IN_PATH).to_string(),
    });
    let slashes = path.len() - path.trim_start_matches('/').len();
    "/".repeat(slashes.max(1)) + &segments.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_the_one_that_came() {
        for (came, encoded) in [
            ("/api/products", "/api/products"),
            ("/api/products/", "/api/products/"),
            ("/api//products/x", "/api//products/x"),
            ("//evil.test/api/products", "//evil.test/api/products"),
            ("/api/products/../health", "/api/products/%252E%252E/health"),
            ("/api/products/./x", "/api/products/%252E/x"),
            ("/api/products/...", "/api/products/..."),
            ("/api/products/%2e%2e/health", "/api/products/%252e%252e/health"),
            (r"/api/products/..\health", "/api/products/..%5Chealth"),
            ("/api/products/x?id=1", "/api/products/x%3Fid=1"),
            ("/api/products/x#y", "/api/products/x%23y"),
            ("/api/products/50%off", "/api/products/50%25off"),
            ("/api/products/a b", "/api/products/a%20b"),
            ("/api/products/\"x\"", "/api/products/%22x%22"),
            ("/api/products/日本", "/api/products/%E6%97%A5%E6%9C%AC"),
            ("", "/"),
            ("api", "/api"),
        ] {
            assert_eq!(encode_path(came), encoded, "{came}");
        }
    }
}
