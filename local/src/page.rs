use axum::{
    Router,
    http::{HeaderValue, header},
    routing::get_service,
};
use tower_http::{
    services::{ServeDir, ServeFile},
    set_header::SetResponseHeaderLayer,
};

const STOREFRONT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/storefront");

/// Images of products may come from anywhere; everything else comes from the shop itself.
const CONTENT_SECURITY_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; img-src 'self' https: http://127.0.0.1:* http://localhost:*; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
);

/// The storefront's pages. The files are read for each request, so a reload shows changes.
pub(crate) fn page() -> Router {
    let file = |name| ServeFile::new(format!("{STOREFRONT}/{name}"));
    let files = ServeDir::new(STOREFRONT).not_found_service(file("404.html"));
    let headers = [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    let page = Router::new().route("/", get_service(file("index.html"))).route("/{file}", get_service(files));
    headers.into_iter().fold(page, |page, (name, value)| page.layer(SetResponseHeaderLayer::overriding(name, value)))
}
