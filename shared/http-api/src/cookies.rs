use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use store::{BrowserKey, SessionToken};

/// The cookie of a session. The prefix makes browsers refuse it from other hosts and over plain HTTP (RFC 6265bis, OWASP ASVS 5.0 3.3.1).
pub const SESSION_COOKIE: &str = "__Host-session";
/// The cookie that binds checkouts to the browser that began them.
pub const BROWSER_COOKIE: &str = "__Host-browser";

/// A checkout lives for a day at Polar, and can be claimed for a while after.
const BROWSER_KEY_KEPT: Duration = Duration::from_hours(48);

/// The header that hands a session to a browser. When it ends is for the sessions table to say, not for the cookie.
#[must_use]
pub fn set_session_cookie(token: &SessionToken, lifetime: Duration) -> (HeaderName, HeaderValue) {
    set_cookie(SESSION_COOKIE, &token.expose(), lifetime)
}

/// The header that hands a browser its key.
#[must_use]
pub fn set_browser_cookie(key: &BrowserKey) -> (HeaderName, HeaderValue) {
    set_cookie(BROWSER_COOKIE, &key.expose(), BROWSER_KEY_KEPT)
}

/// The header that takes the session's cookie away.
#[must_use]
pub fn clear_session_cookie() -> (HeaderName, HeaderValue) {
    set_cookie(SESSION_COOKIE, "", Duration::ZERO)
}

fn set_cookie(name: &str, value: &str, lifetime: Duration) -> (HeaderName, HeaderValue) {
    let lifetime = lifetime.as_secs();
    let cookie = format!("{name}={value}; Path=/; Max-Age={lifetime}; HttpOnly; Secure; SameSite=Lax");
    let mut cookie = HeaderValue::try_from(cookie).expect("base64url is plain ASCII");
    cookie.set_sensitive(true);
    (header::SET_COOKIE, cookie)
}

/// The value of a cookie, from however many `Cookie` headers the gateway makes of it.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get_all(header::COOKIE).iter().flat_map(|value| value.as_bytes().split(|byte| *byte == b';'));
    // Other scripts of the site may have put anything into a cookie beside ours.
    let mut pairs = cookies.filter_map(|pair| std::str::from_utf8(pair).ok()?.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("theme=dark; __Host-session=abc"));
        headers.append(header::COOKIE, HeaderValue::from_static("__Host-browser=def"));

        assert_eq!(cookie(&headers, SESSION_COOKIE), Some("abc"));
        assert_eq!(cookie(&headers, BROWSER_COOKIE), Some("def"));
        assert_eq!(cookie(&headers, "session"), None);
    }

    #[test]
    fn a_cookie_is_found_beside_those_that_are_no_ascii_and_no_text() {
        for others in ["city=Zürich".as_bytes(), b"city=Z\xfcrich"] {
            let value = [others, b"; __Host-session=abc"].concat();
            let headers = HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_bytes(&value).unwrap())]);
            assert_eq!(cookie(&headers, SESSION_COOKIE), Some("abc"), "{others:?}");
        }
    }

    #[test]
    fn cookies_are_out_of_reach_for_scripts_and_other_sites() {
        let (_, cookie) = set_browser_cookie(&BrowserKey::generate());
        let cookie = cookie.to_str().unwrap();
        for attribute in ["; Path=/;", "; HttpOnly;", "; Secure;", "; SameSite=Lax"] {
            assert!(cookie.contains(attribute), "{attribute}");
        }
        assert!(!cookie.contains("Domain"), "a __Host- cookie with a domain is refused");
    }
}
