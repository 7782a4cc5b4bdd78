use askama::Template;
use axum::{
    Router,
    http::{HeaderName, HeaderValue, header},
    response::Html,
    routing::get,
};
use mail::{Outbox, SentMail};

#[derive(Template)]
#[template(path = "outbox.html")]
struct Page {
    /// The newest first.
    mails: Vec<SentMail>,
}

/// Styles are part of the page and the mails. Nothing else is loaded, and no script runs.
const HEADERS: [(HeaderName, HeaderValue); 4] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
    ),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
];

/// `GET /outbox`: shows the mails that a deployed shop would send.
pub(crate) fn outbox_page(outbox: Outbox) -> Router {
    let show = async move || {
        let mut mails = outbox.list();
        mails.reverse();
        let page = Page { mails }.render().expect("text goes into a page");
        (HEADERS, Html(page))
    };
    Router::new().route("/outbox", get(show))
}
