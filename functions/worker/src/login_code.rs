use jiff::Timestamp;
use polar::{Customer, CustomerType};
use queue::LoginCode;
use startup::causes;
use tracing::{error, info};
use uuid::Uuid;

use crate::{Error, Worker};

impl Worker {
    /// Mails a sign-in code to the customer with the address. Nobody else learns whether there is such a customer.
    pub(crate) async fn send_login_code(&self, login: &LoginCode, now: Timestamp) {
        let login_id = login.login_id;
        match self.try_to_send(login, now).await {
            Ok(outcome) => info!(login.id = %login_id, "{outcome}"),
            // Not tried again, because the code would have expired by then.
            Err(error) => error!(login.id = %login_id, cause = causes(&error), "could not send a sign-in mail"),
        }
    }

    async fn try_to_send(&self, login: &LoginCode, now: Timestamp) -> Result<&'static str, Error> {
        if login.expires_at <= now {
            return Err(Error::CodeExpired);
        }
        let customer = self.polar.customers().find_by_email(&login.email).await?;
        let Some((customer_id, email)) = customer.and_then(person) else {
            return Ok("no customer to sign in");
        };
        if !self.logins.set_customer(&login.browser_key_hash, login.login_id, customer_id, now).await? {
            return Ok("a newer sign-in took the place of this one, or its mail was sent before");
        }
        self.mailer.send(&self.login_mail.with(login, email)?).await?;
        Ok("sent a sign-in mail")
    }
}

/// The id and e-mail address of a customer who is one person. A team is left out, because its members have accounts at Polar.
fn person(customer: Customer) -> Option<(Uuid, String)> {
    let is_person = customer.kind == CustomerType::Individual && customer.deleted_at.is_none();
    // The address as Polar has it, never as it was typed.
    customer.email.filter(|_| is_person).map(|email| (customer.id.into(), email))
}
