//! The one function that performs every request.

use std::{
    collections::HashSet,
    hash::Hash,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::{StreamExt, TryStreamExt, future::ready, stream};
use reqwest::{
    RequestBuilder, Response,
    header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION, RETRY_AFTER},
};
use secrecy::ExposeSecret;
use serde::de::{DeserializeOwned, IgnoredAny};
use tracing::{debug, info};
use url::Url;

use crate::{
    Config, Error, Page, Result, SecretUrl, Server,
    answer::Answer,
    deadline,
    request::{Bearer, Request},
    retry,
};

/// The version of Polar's API that this crate speaks. It is served until April 2027.
pub const VERSION: &str = "2026-10";

const VERSION_HEADER: &str = "polar-version";

/// A header that only Polar's sandbox sends.
const SANDBOX_HEADER: &str = "x-polar-sandbox";

/// The longest answer that is read; a page of 100 orders is about 1 MiB.
const LONGEST_ANSWER: usize = 8 * 1024 * 1024;

/// Pages of one list that are fetched concurrently: enough for a library of a thousand files.
const PAGES_AT_ONCE: usize = 10;

/// Items per page when a whole list is read; Polar gives no more.
const LARGEST_PAGE: u32 = 100;

/// The most pages of a list: 100,000 items. More is treated as an error, so that reading a list always ends.
const MOST_PAGES: u32 = 1000;

/// How often a list is read if it changes meanwhile.
const MOST_READS: u32 = 3;

/// The longest wait that Polar can ask for. Its own longest block, of half an hour, is well below.
const LONGEST_WAIT: Duration = Duration::from_hours(1);

/// Talks to one organization at Polar. Cheap to clone; a program needs one.
///
/// # Examples
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/example.rs"));
/// # fn main() { run(async |_, standin| {
/// use polar::{AccessToken, Client, Config, Limits};
///
/// # let (base_url, token, http) = (standin.api_url().parse()?, standin.access_token(), http()?);
/// # let primer = demo::POLYGON_PRIMER.into();
/// let polar = Client::new(Config {
///     base_url, // like `Server::Production.base_url()`
///     access_token: AccessToken::new(token),
///     http, // with redirects off
///     limits: Limits::default(),
/// });
/// let product = polar.products().find(primer).await?.expect("it was not deleted");
/// assert_eq!(product.name, "The Polygon Primer");
/// # Ok(()) }) }
/// ```
#[derive(Clone, Debug)]
pub struct Client(Arc<Config>);

impl Client {
    /// Makes a client; nothing is sent yet.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self(Arc::new(config))
    }

    /// Which of Polar's servers answers, by its own account. Needs the scope `products:read`.
    ///
    /// # Examples
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/example.rs"));
    /// # fn main() { run(async |polar, _| {
    /// assert_eq!(polar.server().await?, polar::Server::Sandbox);
    /// # Ok(()) }) }
    /// ```
    pub async fn server(&self) -> Result<Server> {
        let request = Request::get("/products/").page(None, Some(1));
        self.perform(request, |answer, route| {
            answer.decode::<IgnoredAny>(route)?;
            Ok(if answer.sandbox { Server::Sandbox } else { Server::Production })
        })
        .await
    }

    /// Performs a request whose answer is JSON.
    pub(crate) async fn send<T: DeserializeOwned>(&self, request: Request<'_>) -> Result<T> {
        self.perform(request, Answer::decode).await
    }

    /// Performs a request whose answer is a redirect, which is not followed.
    pub(crate) async fn redirect(&self, request: Request<'_>) -> Result<SecretUrl> {
        self.perform(request, Answer::redirect).await
    }

    /// Performs a request: the only way from this crate to Polar.
    async fn perform<T>(&self, request: Request<'_>, read: fn(&Answer, &str) -> Result<T>) -> Result<T> {
        let (route, end) = (request.route(), deadline::of_call(self.0.limits.request));
        let mut tries = 0;
        loop {
            tries += 1;
            let result = self.attempt(&request, &route, end).await.and_then(|answer| read(&answer, &route));
            let Err(error) = result else { return result };
            let left = end.saturating_duration_since(Instant::now());
            let Some(pause) = retry::pause(request.repeat, &error, tries, left, retry::jitter()) else {
                return Err(error);
            };
            info!(polar.route = route, polar.tries = tries, %error, "trying Polar again");
            tokio::time::sleep(pause).await;
        }
    }

    /// Like `send`, with a thing that does not exist as an answer.
    pub(crate) async fn find<T: DeserializeOwned>(&self, request: Request<'_>) -> Result<Option<T>> {
        match self.send(request).await {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads a whole list, each item once: items move between pages while the list changes.
    ///
    /// If items are missing because they moved between pages, the list is read again.
    pub(crate) async fn all<T: DeserializeOwned, K: Eq + Hash>(
        &self,
        request: Request<'_>,
        key: fn(&T) -> K,
    ) -> Result<Vec<T>> {
        for _ in 0..MOST_READS {
            let pages = self.pages::<T>(&request).await?;
            let total = pages.iter().map(|page| page.pagination.total_count).max().unwrap_or_default();
            let mut seen = HashSet::new();
            let items = pages.into_iter().flat_map(|page| page.items).filter(|item| seen.insert(key(item)));
            let items: Vec<T> = items.collect();
            if items.len() as u64 >= total {
                return Ok(items);
            }
            info!(polar.route = request.route(), "reading a list again, because it changed meanwhile");
        }
        Err(unreadable(&request, "pagination.total_count", "more items than the pages have, in each of three reads"))
    }

    /// Reads the items of a sorted list up to the first that is not wanted, each once.
    ///
    /// A list that changes while it is read may have moved items between two pages, and is read again.
    pub(crate) async fn all_while<T: DeserializeOwned, K: Eq + Hash>(
        &self,
        request: Request<'_>,
        key: fn(&T) -> K,
        is_wanted: fn(&T) -> bool,
    ) -> Result<Vec<T>> {
        for _ in 0..MOST_READS {
            let (mut items, mut seen, mut total) = (Vec::new(), HashSet::new(), None);
            for number in 1..=MOST_PAGES {
                let page: Page<T> = self.send(request.clone().page(Some(number), Some(LARGEST_PAGE))).await?;
                if *total.get_or_insert(page.pagination.total_count) != page.pagination.total_count {
                    break;
                }
                let is_last = number >= page.pagination.max_page || !page.items.iter().all(is_wanted);
                items.extend(page.items.into_iter().filter(|item| is_wanted(item) && seen.insert(key(item))));
                if is_last {
                    return Ok(items);
                }
            }
            info!(polar.route = request.route(), "reading a list again, because it changed meanwhile");
        }
        Err(unreadable(&request, "pagination.total_count", "another number of items in each of three reads"))
    }

    /// Reads the pages of a list, up to the last or to an empty one.
    ///
    /// The first page says how many there are; the others are asked for side by side.
    async fn pages<T: DeserializeOwned>(&self, request: &Request<'_>) -> Result<Vec<Page<T>>> {
        let page = |number| self.send::<Page<T>>(request.clone().page(Some(number), Some(LARGEST_PAGE)));
        let first = page(1).await?;
        let last = first.pagination.max_page;
        let mut pages = vec![first];
        if pages[0].items.is_empty() {
            return Ok(pages);
        }
        let others = stream::iter(2..=last.min(MOST_PAGES)).map(page).buffered(PAGES_AT_ONCE);
        let others: Vec<Page<T>> =
            others.try_take_while(|page| ready(Ok(!page.items.is_empty()))).try_collect().await?;
        pages.extend(others);
        if last > MOST_PAGES && pages.len() == MOST_PAGES as usize {
            return Err(unreadable(request, "pagination.max_page", "more than 1000 pages"));
        }
        Ok(pages)
    }

    /// Sends the request once and reads the whole answer within the time of one try.
    async fn attempt(&self, request: &Request<'_>, route: &str, end: Instant) -> Result<Answer> {
        let started = Instant::now();
        let end = end.min(started + self.0.limits.attempt);
        if end <= started {
            return Err(Error::Timeout);
        }
        let exchange = async { receive(self.prepare(request).await?.send().await.map_err(broken)?, route).await };
        let answer = tokio::time::timeout_at(end.into(), exchange).await.map_err(|_| Error::Timeout)?;
        let status = answer.as_ref().ok().map(|answer| answer.status);
        debug!(
            polar.route = route,
            polar.status = status,
            polar.ms = started.elapsed().as_secs_f64() * 1000.0,
            "asked Polar"
        );
        answer
    }

    async fn prepare(&self, request: &Request<'_>) -> Result<RequestBuilder> {
        let url = request.url(&self.0.base_url);
        let mut builder = self.0.http.request(request.method.clone(), url);
        builder = builder.header(ACCEPT, "application/json").header(VERSION_HEADER, VERSION);
        if let Some(body) = &request.body {
            // The HTTP client leaves out the length of an empty body by default, and Polar then answers 411.
            builder =
                builder.header(CONTENT_LENGTH, body.len()).header(CONTENT_TYPE, "application/json").body(body.clone());
        }
        Ok(match self.authorization(request.bearer).await? {
            Some(authorization) => builder.header(AUTHORIZATION, authorization),
            None => builder,
        })
    }

    /// Whether an address belongs to the API. Tokens are sent only there.
    pub(crate) fn is_own(&self, address: &Url) -> bool {
        address.origin() == self.0.base_url.origin()
    }

    async fn authorization(&self, bearer: Bearer<'_>) -> Result<Option<HeaderValue>> {
        let of_organization;
        let token = match bearer {
            Bearer::Nobody => return Ok(None),
            Bearer::Organization => {
                let fetched = self.0.access_token.fetch().await;
                of_organization =
                    fetched.map_err(|source| Error::Unavailable { status: None, source: Some(source) })?;
                of_organization.expose_secret()
            }
            Bearer::Customer(token) => token.expose(),
        };
        // A token that is not valid in a header cannot be Polar's.
        let mut value = HeaderValue::from_str(&format!("Bearer {token}")).map_err(|_| Error::Unauthorized)?;
        value.set_sensitive(true);
        Ok(Some(value))
    }
}

/// The error for a list that cannot be read although its pages decode.
fn unreadable(request: &Request<'_>, path: &str, problem: &str) -> Error {
    Error::Unexpected { route: request.route(), status: 200, path: path.into(), problem: problem.into() }
}

/// Reads an answer up to the largest size.
async fn receive(mut response: Response, route: &str) -> Result<Answer> {
    let headers = response.headers();
    let mut answer = Answer {
        status: response.status().as_u16(),
        retry_after: retry_after(headers),
        versioned: headers.contains_key(VERSION_HEADER),
        sandbox: headers.contains_key(SANDBOX_HEADER),
        location: location(headers),
        body: Vec::new(),
    };
    while let Some(chunk) = response.chunk().await.map_err(broken)? {
        if answer.body.len() + chunk.len() > LONGEST_ANSWER {
            return Err(answer.unexpected(route, ".", "longer than 8 MiB"));
        }
        answer.body.extend_from_slice(&chunk);
    }
    Ok(answer)
}

fn location(headers: &HeaderMap) -> Option<SecretUrl> {
    SecretUrl::try_from(headers.get(LOCATION)?.to_str().ok()?.to_owned()).ok()
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_WAIT))
}

/// A transport error without its address, which may contain a checkout's secret.
fn broken(error: reqwest::Error) -> Error {
    if error.is_timeout() && !error.is_connect() {
        return Error::Timeout;
    }
    Error::Unavailable { status: None, source: Some(error.without_url().into()) }
}
