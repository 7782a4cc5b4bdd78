//! A shop to test, and browsers that visit it.

use std::{collections::BTreeMap, sync::Mutex, time::Duration};

use polar_standin::{Pace, Purchase, Purchased, Standin};
use polar_storefront::{LocalShop, Options};
use reqwest::{Method, Response, header};
use serde_json::{Value, json};
use startup::Settings;
use store::{Lifetime, LoginCode, NewSession, Proof, Sessions};
use testbed::{LogWatch, demand_described};
use uuid::Uuid;

/// A shop of its own for each test: nothing is kept, and nothing happens at Polar until the test says so.
pub(crate) async fn open_shop() -> LocalShop {
    open_shop_with([]).await
}

/// A shop with some settings of the test's choice.
pub(crate) async fn open_shop_with<const N: usize>(settings: [(&str, &str); N]) -> LocalShop {
    let _log = LogWatch::begin();
    LocalShop::start(&Options { memory: true, ..options(settings) }).await.expect("the shop starts")
}

/// A shop that sells through a Polar of the test's own.
pub(crate) async fn open_shop_at(polar: &Standin) -> LocalShop {
    let polar = [("POLAR_API_URL", polar.api_url()), ("POLAR_ACCESS_TOKEN", polar.access_token().to_owned())];
    open_shop_with(polar.each_ref().map(|(name, value)| (*name, value.as_str()))).await
}

/// A shop on a free port, with settings of the test's choice.
pub(crate) fn options<const N: usize>(settings: [(&str, &str); N]) -> Options {
    Options {
        port: 0,
        memory: false,
        data: ".shop".into(),
        ready_file: None,
        pace: Pace::Manual,
        // Some tests ask more in a minute than any buyer.
        settings: settings.into_iter().fold(
            Settings::from_iter([("POLAR_CALLS_PER_SESSION", "1000000"), ("POLAR_CALLS_PER_NETWORK", "1000000")]),
            |all, (name, value)| all.with(name, value),
        ),
    }
}

/// The shop's Polar.
pub(crate) fn polar(shop: &LocalShop) -> &Standin {
    shop.standin.as_ref().expect("a shop under test sells through the stand-in")
}

/// A purchase that was made elsewhere.
pub(crate) fn bought(polar: &Standin, product_id: Uuid, email: &str) -> Purchased {
    polar.buy(&Purchase { product_id, email: email.to_owned(), checkout_id: None }).expect("a purchase")
}

/// A browser on the shop's page, with cookies of its own.
pub(crate) struct Browser {
    http: reqwest::Client,
    shop: String,
    cookies: Mutex<BTreeMap<String, String>>,
    /// Where the checkouts that it has begun are paid.
    payment_pages: Mutex<BTreeMap<String, String>>,
    /// What this browser sends and receives must not be logged.
    log: LogWatch,
}

/// An answer, read.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: header::HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    /// The stable code of a refusal, with its status.
    pub(crate) fn refusal(&self) -> (u16, &str) {
        (self.status, self.body["code"].as_str().unwrap_or_default())
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

impl Browser {
    pub(crate) fn at(shop: &LocalShop) -> Self {
        let (http, log) = (startup::http_client(), LogWatch::begin());
        Self { http, shop: shop.url.clone(), cookies: Mutex::default(), payment_pages: Mutex::default(), log }
    }

    /// A browser with a session of a customer's, opened without the shop's help.
    pub(crate) async fn signed_in(shop: &LocalShop, customer_id: Uuid, scope: Proof) -> Self {
        let day = Duration::from_hours(24);
        let session = NewSession::open(customer_id, scope, Lifetime { idle: day, absolute: day }, "Firefox on Linux");
        let sessions = Sessions::new(shop.dynamodb.client(), "sessions");
        sessions.create(&session, jiff::Timestamp::now()).await.expect("a session");
        let browser = Self::at(shop);
        browser.set_cookie("__Host-session", &session.token.expose());
        browser
    }

    /// The same cookies on connections of their own.
    pub(crate) fn twin(&self) -> Self {
        let cookies = Mutex::new(self.cookies.lock().unwrap().clone());
        let payment_pages = Mutex::new(self.payment_pages.lock().unwrap().clone());
        Self { http: startup::http_client(), shop: self.shop.clone(), cookies, payment_pages, log: LogWatch::begin() }
    }

    /// Takes over what another tab of the same browser was handed.
    pub(crate) fn take_cookies_of(&self, tab: &Self) {
        for (name, value) in tab.cookies.lock().unwrap().iter() {
            self.set_cookie(name, value);
        }
        self.payment_pages.lock().unwrap().extend(tab.payment_pages.lock().unwrap().clone());
    }

    /// The status of a page under another host's name.
    pub(crate) async fn get_raw(&self, path: &str, host: &str) -> u16 {
        let request = self.http.get(format!("{}{path}", self.shop)).header(header::HOST, host);
        request.send().await.expect("an answer").status().as_u16()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None, &[]).await
    }

    pub(crate) async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(Method::GET, path, None, headers).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.post_with(path, body, &[]).await
    }

    pub(crate) async fn post_with(&self, path: &str, body: &Value, headers: &[(&str, &str)]) -> Answer {
        let headers = [&[("content-type", "application/json")], headers].concat();
        self.send(Method::POST, path, Some(body.to_string()), &headers).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None, &[]).await
    }

    /// Sends as the shop's page would, unless a header says otherwise; an empty one is not sent.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<String>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = self.http.request(method.clone(), format!("{}{path}", self.shop));
        let cookies =
            self.cookies.lock().unwrap().iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>();
        let sent_headers: BTreeMap<_, _> = headers.iter().copied().collect();
        self.log.learn(&json!({ "cookies": cookies, "headers": sent_headers, "body": body }));
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        if headers.iter().all(|(name, _)| *name != "origin") {
            request = request.header(header::ORIGIN, &self.shop);
        }
        for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.body(body);
        }
        let answer = self.read(request.send().await.expect("the shop answers")).await;
        if path.starts_with("/api/") && method != Method::OPTIONS {
            demand_described(method.as_str(), path, answer.status, &answer.body);
        }
        answer
    }

    async fn read(&self, response: Response) -> Answer {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        for cookie in headers.get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().expect("a cookie is text");
            self.log.learn(&json!({ "cookies": cookie }));
            let (name, rest) = cookie.split_once('=').expect("a cookie has a value");
            let value = rest.split(';').next().unwrap_or_default();
            self.set_cookie(name, value);
        }
        let body = response.bytes().await.expect("a whole body");
        let body: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
        self.log.learn(&body);
        if let (Some(checkout), Some(url)) = (body["checkoutId"].as_str(), body["url"].as_str()) {
            self.payment_pages.lock().unwrap().insert(checkout.to_owned(), url.to_owned());
        }
        Answer { status, headers, body }
    }

    pub(crate) fn set_cookie(&self, name: &str, value: &str) {
        let mut cookies = self.cookies.lock().unwrap();
        if value.is_empty() {
            cookies.remove(name)
        } else {
            cookies.insert(name.to_owned(), value.to_owned())
        };
    }

    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    /// Begins a checkout; answers its id.
    pub(crate) async fn begin(&self, product: uuid::Uuid) -> String {
        let begun = self.post("/api/checkout", &json!({ "products": [product] })).await;
        assert_eq!(begun.status, 201, "{begun:?}");
        begun.body["checkoutId"].as_str().expect("an id").to_owned()
    }

    /// Pays on Polar's page, as its script does; answers the status.
    pub(crate) async fn pay(&self, checkout_id: &str, email: &str, card: Option<&str>) -> u16 {
        let url = self.payment_pages.lock().unwrap().get(checkout_id).expect("a checkout of this browser").clone();
        let (polar, secret) = url.split_once("/checkout/").expect("the page's address ends in the client secret");
        let confirm = format!("{polar}/v1/checkouts/client/{secret}/confirm");
        let details = json!({ "customer_email": email, "customer_billing_address": { "country": "DE" }, "confirmation_token_id": card });
        let request = self.http.post(confirm).header("content-type", "application/json").body(details.to_string());
        request.send().await.expect("Polar answers").status().as_u16()
    }

    pub(crate) async fn claim(&self, checkout_id: &str) -> Answer {
        self.post("/api/session", &json!({ "checkoutId": checkout_id })).await
    }

    /// Claims until Polar's word of the payment has reached the shop, which asks no more than once a second without one.
    pub(crate) async fn claim_when_told(&self, checkout_id: &str) -> Answer {
        let claimed = async {
            loop {
                let answer = self.claim(checkout_id).await;
                if answer.status != 202 {
                    return answer;
                }
            }
        };
        tokio::time::timeout(Duration::from_mins(1), claimed).await.expect("an answer in time")
    }

    /// Buys a free product and comes back signed in; answers the checkout's id.
    pub(crate) async fn buy(&self, shop: &LocalShop, product: uuid::Uuid, email: &str) -> String {
        let checkout_id = self.begin(product).await;
        assert_eq!(self.pay(&checkout_id, email, None).await, 200);
        polar(shop).settle().await;
        let claimed = self.claim(&checkout_id).await;
        assert_eq!(claimed.status, 201, "{claimed:?}");
        checkout_id
    }

    /// Asks for a sign-in code and reads it in the mail.
    pub(crate) async fn ask_for_code(&self, shop: &LocalShop, email: &str) -> String {
        let mails = shop.outbox.list().len();
        let begun = self.post("/api/login", &json!({ "email": email })).await;
        assert_eq!(begun.status, 202, "{begun:?}");
        code_in_mail(shop, mails).await
    }

    pub(crate) async fn type_code(&self, code: &str) -> Answer {
        self.post("/api/login/verify", &json!({ "code": code })).await
    }

    /// Signs in by a code from the mailbox.
    pub(crate) async fn sign_in(&self, shop: &LocalShop, email: &str) {
        let code = self.ask_for_code(shop, email).await;
        let signed_in = self.type_code(&code).await;
        assert_eq!(signed_in.status, 201, "{signed_in:?}");
    }

    /// What the shop says of this browser's session: its scope, or nothing.
    pub(crate) async fn scope(&self) -> Option<String> {
        let session = self.get("/api/session").await;
        session.body["scope"].as_str().map(str::to_owned)
    }

    pub(crate) async fn library(&self) -> Vec<Value> {
        let library = self.get("/api/customer/downloadable-products").await;
        assert_eq!(library.status, 200, "{library:?}");
        library.body["items"].as_array().expect("items").clone()
    }

    /// Fetches a file as a browser does that follows the link and its redirect.
    pub(crate) async fn fetch(&self, url: &str) -> Vec<u8> {
        let hop = self.http.get(url).send().await.expect("Polar answers");
        let location = hop.headers()[header::LOCATION].to_str().expect("text").to_owned();
        self.http.get(location).send().await.expect("the store answers").bytes().await.expect("a whole file").to_vec()
    }
}

pub(crate) const CARD_THAT_PAYS: Option<&str> = Some("ctoken_ok");
pub(crate) const CARD_THAT_IS_DECLINED: Option<&str> = Some("ctoken_declined");

/// The code in a mail, counted from 0; waits until it was sent.
pub(crate) async fn code_in_mail(shop: &LocalShop, number: usize) -> String {
    // A limit for the case that it never comes.
    let mails = tokio::time::timeout(Duration::from_mins(1), shop.outbox.wait_for(number + 1)).await.expect("a mail");
    let mut words = mails[number].mail.text.split_whitespace();
    let code = words.find(|word| word.len() == 9 && LoginCode::parse(word).is_some());
    code.expect("a mail has the code in it").to_owned()
}
