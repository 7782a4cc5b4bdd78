//! Checkouts: one buyer's way through the payment page.

mod checkout;
mod requests;

pub use checkout::{Address, Checkout, CheckoutDiscount, CheckoutStatus, DiscountType};
pub use requests::{ClientUpdateCheckout, ConfirmCheckout, CreateCheckout, ListCheckouts, UpdateCheckout};

use crate::{
    CheckoutId, Client, ClientSecret, Page, Result,
    check::Check,
    request::{Bearer, Request},
};

/// The checkouts of the organization.
///
/// # Examples
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/example.rs"));
/// # fn main() { run(async |polar, _| {
/// use polar::{CheckoutStatus, CreateCheckout};
///
/// # let forest = demo::FOREST_PACK.into();
/// let checkout = polar.checkouts().create(&CreateCheckout {
///     products: vec![forest],
///     success_url: Some("https://shop.example/thanks?checkout_id={CHECKOUT_ID}".into()),
///     ..CreateCheckout::default()
/// }).await?;
/// assert_eq!(checkout.status, CheckoutStatus::Open);
/// assert_eq!(checkout.success_url, Some(format!("https://shop.example/thanks?checkout_id={}", checkout.id)));
/// # Ok(()) }) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Checkouts<'a>(&'a Client);

impl Client {
    /// The checkouts. Need the scope `checkouts:write`; those by client secret need no token.
    #[must_use]
    pub fn checkouts(&self) -> Checkouts<'_> {
        Checkouts(self)
    }
}

impl Checkouts<'_> {
    /// Begins a checkout, which is open for 24 hours. Each call makes a new one.
    pub async fn create(&self, checkout: &CreateCheckout) -> Result<Checkout> {
        checkout.check()?;
        self.0.send(Request::post("/checkouts/").json(checkout)).await
    }

    /// One checkout, expired ones too.
    pub async fn find(&self, id: CheckoutId) -> Result<Option<Checkout>> {
        self.0.find(Request::get("/checkouts/{id}").with(id)).await
    }

    /// One page of checkouts, newest first.
    pub async fn list(&self, list: &ListCheckouts) -> Result<Page<Checkout>> {
        self.0.send(list.request().page(list.page, list.limit)).await
    }

    /// The whole list; `page` and `limit` do not count.
    pub async fn list_all(&self, list: &ListCheckouts) -> Result<Vec<Checkout>> {
        self.0.all(list.request(), |checkout: &Checkout| checkout.id).await
    }

    /// Changes an open checkout. Metadata is replaced as a whole.
    pub async fn update(&self, id: CheckoutId, update: &UpdateCheckout) -> Result<Checkout> {
        update.check()?;
        self.0.send(Request::patch("/checkouts/{id}").with(id).json(update)).await
    }

    /// One checkout as its buyer sees it: refused as `ExpiredCheckout` when its time is over, even if it succeeded.
    pub async fn client_find(&self, secret: &ClientSecret) -> Result<Option<Checkout>> {
        self.0.find(client(Request::get("/checkouts/client/{client_secret}"), secret)?).await
    }

    /// Changes an open checkout as its buyer.
    pub async fn client_update(&self, secret: &ClientSecret, update: &ClientUpdateCheckout) -> Result<Checkout> {
        let request = Request::patch("/checkouts/client/{client_secret}").json(update);
        self.0.send(client(request, secret)?).await
    }

    /// Confirms a checkout as its buyer; only this answer has a `customer_session_token`, and not always.
    ///
    /// Polar allows 6 a minute and 20 an hour per address, then blocks every call of that address for 30 minutes: this is
    /// for tests and tools, a shop lets the browser ask Polar itself. It is never repeated.
    pub async fn client_confirm(&self, secret: &ClientSecret, confirm: &ConfirmCheckout) -> Result<Checkout> {
        self.0.send(confirmation(secret, confirm)?).await
    }
}

fn confirmation(secret: &ClientSecret, confirm: &ConfirmCheckout) -> Result<Request<'static>> {
    client(Request::post("/checkouts/client/{client_secret}/confirm").json(confirm).once(), secret)
}

/// A request of the buyer's: the secret in the path is its credential.
fn client<'a>(request: Request<'a>, secret: &ClientSecret) -> Result<Request<'a>> {
    Check::default().segment("client_secret", secret.expose()).done()?;
    Ok(request.with(secret.expose()).bearer(Bearer::Nobody))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::retry::Repeat;

    #[test]
    fn a_confirmation_is_not_repeated_even_if_it_never_left() {
        let request = confirmation(&ClientSecret::new("polar_c_1"), &ConfirmCheckout::default()).unwrap();
        assert_eq!(request.repeat, Repeat::Never);
    }
}
