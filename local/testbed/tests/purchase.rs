//! A purchase through the built functions, which share one world and nothing else.

use anyhow::Result;
use serde_json::{Value, json};
use testbed::{Answer, Event, Function, World, demo, program};

const EMAIL: &str = "new-buyer@recordings-mail.net";

/// The functions that a buyer meets, and the browser's cookies.
struct Visit {
    checkout: Function,
    session: Function,
    library: Function,
    download: Function,
    browser_key: String,
    session_token: String,
}

async fn run(world: &World, name: &'static str) -> Result<Function> {
    let mut settings = world.environment_of(name).await?;
    // What may be logged at all may be logged by everybody.
    settings.push(("LOG_LEVEL", "debug".to_owned()));
    Function::start(&program(name)?, &settings).await
}

impl Visit {
    async fn begin(world: &World) -> Result<Self> {
        Ok(Self {
            checkout: run(world, "checkout").await?,
            session: run(world, "session").await?,
            library: run(world, "library").await?,
            download: run(world, "download").await?,
            browser_key: String::new(),
            session_token: String::new(),
        })
    }

    /// Calls a function with the cookies so far, and keeps those that it sets.
    async fn call(&mut self, function: fn(&Self) -> &Function, event: Event) -> Result<Answer> {
        let event = event.cookie("__Host-browser", &self.browser_key).cookie("__Host-session", &self.session_token);
        let answer = function(self).call(event).await?;
        for (name, kept) in [("__Host-browser", &mut self.browser_key), ("__Host-session", &mut self.session_token)] {
            if let Some(value) = answer.cookie(name) {
                value.clone_into(kept);
            }
        }
        Ok(answer)
    }

    fn logs(&self) -> [String; 4] {
        [&self.checkout, &self.session, &self.library, &self.download].map(Function::logs)
    }
}

/// Buys the typeface, as far as a session.
async fn buy(world: &World, visit: &mut Visit) -> Result<Answer> {
    let wanted = json!({ "products": [demo::TYPEFACE], "customerEmail": EMAIL });
    let begun = visit.call(|visit| &visit.checkout, Event::post("/api/checkout", &wanted)).await?;
    assert_eq!(begun.status, 201, "{}", begun.body);
    world.pay(begun.body["url"].as_str().unwrap_or_default(), EMAIL).await?;
    world.polar.settle().await;
    let claim = Event::post("/api/session", &json!({ "checkoutId": begun.body["checkoutId"] }));
    let claimed = visit.call(|visit| &visit.session, claim).await?;
    assert_eq!(claimed.status, 201, "{}", claimed.body);
    Ok(begun)
}

#[tokio::test]
async fn a_product_is_bought_shown_and_downloaded() -> Result<()> {
    let world = World::start().await?;
    let mut visit = Visit::begin(&world).await?;

    let begun = buy(&world, &mut visit).await?;
    let status = Event::get(&format!("/api/checkout/{}", begun.body["checkoutId"].as_str().unwrap_or_default()));
    let status = visit.call(|visit| &visit.checkout, status).await?;
    assert_eq!((&status.body["status"], &status.body["totalAmount"]), (&"succeeded".into(), &1_500.into()));

    let library = visit.call(|visit| &visit.library, Event::get("/api/customer/downloadable-products")).await?;
    assert_eq!(library.body["pagination"]["totalCount"], 1);
    let row = &library.body["items"][0];
    assert_eq!((&row["status"], &row["remainingDownloads"]), (&"available".into(), &1.into()));

    let wanted = Event::post("/api/customer/download", &json!({ "fileId": row["fileId"] }));
    let link = visit.call(|visit| &visit.download, wanted).await?;
    assert_eq!((&link.body["fileName"], &link.body["remainingDownloads"]), (&"Facet Sans.zip".into(), &0.into()));

    let row = visit.call(|visit| &visit.library, Event::get("/api/customer/downloadable-products")).await?.body;
    assert_eq!(row["items"][0]["downloadUsed"], 1);
    Ok(())
}

#[tokio::test]
async fn an_ended_session_is_refused_by_every_function() -> Result<()> {
    let world = World::start().await?;
    let mut visit = Visit::begin(&world).await?;
    buy(&world, &mut visit).await?;
    let token = visit.session_token.clone();

    visit.call(|visit| &visit.session, Event::delete("/api/session")).await?;
    visit.session_token = token;

    let library = visit.call(|visit| &visit.library, Event::get("/api/customer/downloadable-products")).await?;
    let wanted = Event::post("/api/customer/download", &json!({ "productId": demo::TYPEFACE }));
    let download = visit.call(|visit| &visit.download, wanted).await?;
    assert_eq!((library.status, download.status), (401, 401));
    Ok(())
}

#[tokio::test]
async fn no_log_of_a_purchase_holds_a_secret() -> Result<()> {
    let world = World::start().await?;
    let mut visit = Visit::begin(&world).await?;

    let begun = buy(&world, &mut visit).await?;
    visit.call(|visit| &visit.library, Event::get("/api/customer/downloadable-products")).await?;
    let wanted = Event::post("/api/customer/download", &json!({ "productId": demo::TYPEFACE }));
    let link = visit.call(|visit| &visit.download, wanted).await?;
    // Refusals are logged too.
    let malformed = json!({ "checkoutId": begun.body["checkoutId"], "browserKey": visit.browser_key, "code": EMAIL });
    visit.call(|visit| &visit.session, Event::post("/api/session", &malformed)).await?;

    let payment_page = text(&begun.body["url"]);
    let download_link = text(&link.body["downloadUrl"]);
    let mut secrets = vec![
        ("the session token", visit.session_token.clone()),
        ("the browser key", visit.browser_key.clone()),
        ("the access token", world.polar.access_token().to_owned()),
        ("the client secret", payment_page.rsplit('/').next().unwrap_or_default().to_owned()),
        ("the download link", download_link.rsplit('/').next().unwrap_or_default().to_owned()),
        ("the e-mail address", EMAIL.to_owned()),
        ("the e-mail address in a query", EMAIL.replace('@', "%40")),
    ];
    let authorizations = world.polar.requests();
    let authorizations = authorizations.iter().filter_map(|request| request.header("authorization"));
    let tokens = authorizations.map(|header| header.trim_start_matches("Bearer ").to_owned());
    secrets.extend(tokens.map(|token| ("a token that Polar was shown", token)));
    assert!(secrets.iter().any(|(_, token)| token.starts_with("polar_mst_")), "the customer's token is among them");
    let logs = visit.logs();
    assert!(logs.iter().all(|log| log.contains(r#""level":"DEBUG""#)), "everything is logged");
    for (log, (what, secret)) in logs.iter().flat_map(|log| secrets.iter().map(move |secret| (log, secret))) {
        assert!(secret.len() > 10, "{what} is {secret:?}");
        assert!(!log.contains(secret), "{what} {secret:?} is in the log:\n{log}");
    }
    Ok(())
}

#[tokio::test]
async fn a_refusal_is_in_the_log_under_the_id_that_the_buyer_sees() -> Result<()> {
    let world = World::start().await?;
    let download = run(&world, "download").await?;

    let refused = download.call(Event::post("/api/customer/download", &json!({}))).await?;

    let line = download.log_of(&text(&refused.body["requestId"]), "answered").expect("a line in the log");
    assert_eq!((&line["level"], &line["fields"]["code"]), (&"INFO".into(), &"unauthenticated".into()));
    assert_eq!(line["fields"]["route"], "/api/customer/download");
    Ok(())
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
