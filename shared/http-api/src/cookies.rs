use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use store::{BrowserKey, Session, SessionToken};

/// The cookie of a session. The prefix makes browsers refuse it from other hosts and over plain HTTP (RFC 6265bis, OWASP ASVS 5.0 3.3.1).
pub const SESSION_COOKIE: &str = "__Host-session";
/// The cookie that binds checkouts to the browser that started them.
pub const BROWSER_COOKIE: &str = "__Host-browser";

/// A checkout lasts for a day at Polar, and can be claimed for a while after that.
const BROWSER_KEY_KEPT: Duration = Duration::from_hours(48);

/// A browser that bought as several customers has a session for each of them, in one credential.
const BETWEEN_TOKENS: char = '.';
/// The most sessions in one credential: the account or the newest order, and a few others.
pub(crate) const MOST_SESSIONS: usize = 5;
/// The most browser keys that are read from one request. Each belongs to a checkout of the last two days.
const MOST_BROWSER_KEYS: usize = 20;

/// The credential that a browser stores for these sessions.
#[must_use]
pub fn credential_of<'a>(sessions: impl IntoIterator<Item = &'a Session>) -> String {
    let tokens: Vec<_> = sessions.into_iter().take(MOST_SESSIONS).map(|session| session.token.expose()).collect();
    tokens.join(&BETWEEN_TOKENS.to_string())
}

/// The tokens in a credential; malformed ones are left out.
pub(crate) fn tokens_in(credential: &str) -> Vec<SessionToken> {
    credential.split(BETWEEN_TOKENS).take(MOST_SESSIONS).filter_map(SessionToken::parse).collect()
}

/// The header that stores sessions in a browser. The sessions table, not the cookie, decides when they end.
#[must_use]
pub fn set_session_cookie(credential: &str, lifetime: Duration) -> (HeaderName, HeaderValue) {
    set_cookie(SESSION_COOKIE, credential, lifetime)
}

/// The header that stores a browser's key.
#[must_use]
pub fn set_browser_cookie(key: &BrowserKey) -> (HeaderName, HeaderValue) {
    set_cookie(BROWSER_COOKIE, &key.expose(), BROWSER_KEY_KEPT)
}

/// The header that stores an additional key, for what was started with it.
#[must_use]
pub fn set_other_browser_cookie(name: &str, key: &BrowserKey) -> (HeaderName, HeaderValue) {
    set_cookie(&format!("{BROWSER_COOKIE}-{name}"), &key.expose(), BROWSER_KEY_KEPT)
}

/// The header that deletes the session cookie.
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

/// The value of a cookie. The gateway may split cookies into several `Cookie` headers.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    cookies(headers).find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// The browser's keys: the current one, and those that earlier checkouts were started with.
pub(crate) fn browser_keys(headers: &HeaderMap) -> (Option<BrowserKey>, Vec<BrowserKey>) {
    let is_other = |name: &str| name.strip_prefix(BROWSER_COOKIE).is_some_and(|rest| rest.starts_with('-'));
    let others = cookies(headers).filter(|(name, _)| is_other(name)).filter_map(|(_, value)| BrowserKey::parse(value));
    (cookie(headers, BROWSER_COOKIE).and_then(BrowserKey::parse), others.take(MOST_BROWSER_KEYS).collect())
}

/// Whether the request carries one of our cookies, and so acts in the buyer's name.
pub(crate) fn carries_cookie(headers: &HeaderMap) -> bool {
    cookies(headers).any(|(name, _)| name == SESSION_COOKIE || name.starts_with(BROWSER_COOKIE))
}

fn cookies(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let cookies = headers.get_all(header::COOKIE).iter().flat_map(|value| value.as_bytes().split(|byte| *byte == b';'));
    // Other cookies of the site may contain anything.
    cookies.filter_map(|pair| std::str::from_utf8(pair).ok()?.trim().split_once('='))
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
