// What the examples of the documentation run in; they include this file in a hidden line.

use std::error::Error;


/// Runs an example with a client of the demo shop, and with the stand-in for Polar that keeps it.
fn run(example: impl AsyncFnOnce(polar::Client, polar_standin::Standin) -> Result<(), Box<dyn Error>>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let result = runtime.block_on(async {
        let (shop, pace) = (demo::shop()?, polar_standin::Pace::Manual);
        let options = polar_standin::Options { shop, pace, ..Default::default() };
        let standin = polar_standin::Standin::start(options).await?;
        let polar = polar::Client::new(polar::Config {
            base_url: standin.api_url().parse()?,
            access_token: polar::AccessToken::new(standin.access_token()),
            http: http()?,
            limits: polar::Limits::default(),
        });
        example(polar, standin).await
    });
    result.unwrap();
}

fn http() -> reqwest::Result<reqwest::Client> {
    // Examples may share a process; whichever comes first has installed it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    builder.no_proxy().tls_certs_only([]).build()
}

/// A portal token of one of the demo shop's customers.
async fn token_of(polar: &polar::Client, customer: uuid::Uuid) -> polar::Result<polar::CustomerToken> {
    let session = polar.customer_sessions().create(customer.into()).await?;
    Ok(session.expect("a customer of the demo shop").token)
}

/// The webhook of a purchase, with the secret that signs it.
fn paid(standin: &polar_standin::Standin) -> Result<(polar_standin::PendingDelivery, &'static str), Box<dyn Error>> {
    let (secret, email) = ("whsec_ovyN6cPrTv56AApvzCaJno08SSmGJmgbWilb33N2JuK", demo::ADA_EMAIL.into());
    let endpoint = polar_standin::WebhookEndpoint::new("http://shop.test/", secret).only(&["order.paid"]);
    standin.add_webhook_endpoint(endpoint)?;
    standin.buy(&polar_standin::Purchase { product_id: demo::BRUSH_PACK, email, checkout_id: None })?;
    Ok((standin.take_deliveries().remove(0), secret))
}
