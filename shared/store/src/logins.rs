use std::time::Duration;

use aws_sdk_dynamodb::{
    Client,
    types::{Delete, ReturnValue, ReturnValuesOnConditionCheckFailure},
};
use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    BrowserKey, Error, LoginCode, NewSession, Opened, Sessions,
    downloads::updated,
    item,
    item::Item,
    transaction::{delete, write_together},
};

/// How long a code is valid.
const LIFE: Duration = Duration::from_mins(10);
/// How many times a code can be tried, including the right one.
const TRIES: u32 = 5;

/// A login that a browser just started.
#[derive(Clone, Debug)]
pub struct NewLogin {
    /// Distinguishes this login from others of the same browser.
    pub login_id: Uuid,
    /// The code, which goes into the mail and nowhere else.
    pub code: LoginCode,
    /// When the code stops working.
    pub expires_at: Timestamp,
}

/// A login whose code was typed in the browser that asked for it.
#[derive(Clone, Debug)]
pub struct VerifiedLogin {
    /// The customer whose mailbox the code was sent to.
    pub customer_id: Uuid,
    login_id: Uuid,
    row: String,
}

/// The table of logins, with the latest login of each browser.
#[derive(Clone, Debug)]
pub struct Logins {
    client: Client,
    table: String,
}

impl Logins {
    /// The logins in a table of this name.
    #[must_use]
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// Starts a login with a new code; an earlier login of the same browser becomes invalid.
    pub async fn begin(&self, browser_key: &BrowserKey, now: Timestamp) -> Result<NewLogin, Error> {
        let login = NewLogin { login_id: Uuid::new_v4(), code: LoginCode::generate(), expires_at: now + LIFE };
        self.create(browser_key, &login).await?;
        Ok(login)
    }

    /// Stores a login in place of an earlier one of the same browser.
    pub async fn create(&self, browser_key: &BrowserKey, login: &NewLogin) -> Result<(), Error> {
        let row = item::key(&row(browser_key.hash().as_str()));
        let put = self.client.put_item().table_name(&self.table).set_item(Some(row));
        let put = put
            .item("login_id", item::text(&login.login_id))
            .item("code_mac", item::bytes(login.code.mac(browser_key)))
            .item("attempts", item::number(&0))
            .item("expires_at", item::time(login.expires_at))
            .item("purge_at", item::purge_time(login.expires_at));
        put.send().await?;
        Ok(())
    }

    /// Sets the customer of a login, once. `false` if it was set before, the login has ended, or the browser has started another one.
    ///
    /// The caller that gets `true` sends the mail, so a job that the queue delivers several times sends only one.
    pub async fn set_customer(
        &self,
        browser_key_hash: &str,
        login_id: Uuid,
        customer_id: Uuid,
        now: Timestamp,
    ) -> Result<bool, Error> {
        self.set_customer_once(Uuid::new_v4(), browser_key_hash, login_id, customer_id, now).await
    }

    /// Does the same for all attempts with one id, because the SDK repeats the write if DynamoDB's answer is lost.
    async fn set_customer_once(
        &self,
        write_id: Uuid,
        browser_key_hash: &str,
        login_id: Uuid,
        customer_id: Uuid,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let row = item::key(&row(browser_key_hash));
        let update = self.client.update_item().table_name(&self.table).set_key(Some(row));
        let update = update
            .condition_expression("login_id = :login_id AND expires_at > :now AND attribute_not_exists(customer_id)")
            .update_expression("SET customer_id = :customer_id, write_id = :write_id")
            .expression_attribute_values(":login_id", item::text(&login_id))
            .expression_attribute_values(":customer_id", item::text(&customer_id))
            .expression_attribute_values(":write_id", item::text(&write_id))
            .expression_attribute_values(":now", item::time(now))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        Ok(updated(update.send().await)?.by(write_id)?.is_some())
    }

    /// Tries a code for the login of a browser. The try is counted before the code is compared, so concurrent guesses cannot exceed five.
    pub async fn verify(
        &self,
        browser_key: &BrowserKey,
        code: &LoginCode,
        now: Timestamp,
    ) -> Result<Option<VerifiedLogin>, Error> {
        self.verify_once(Uuid::new_v4(), browser_key, code, now).await
    }

    /// Counts one try for all attempts with the same id, as [`set_customer_once`](Self::set_customer_once).
    async fn verify_once(
        &self,
        write_id: Uuid,
        browser_key: &BrowserKey,
        code: &LoginCode,
        now: Timestamp,
    ) -> Result<Option<VerifiedLogin>, Error> {
        let row = row(browser_key.hash().as_str());
        let update = self.client.update_item().table_name(&self.table).set_key(Some(item::key(&row)));
        let update = update
            .condition_expression("attempts < :tries AND expires_at > :now AND NOT write_id = :write_id")
            .update_expression("SET write_id = :write_id ADD attempts :one")
            .expression_attribute_values(":tries", item::number(&TRIES))
            .expression_attribute_values(":one", item::number(&1))
            .expression_attribute_values(":now", item::time(now))
            .expression_attribute_values(":write_id", item::text(&write_id))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let Some(login) = updated(update.send().await)?.by(write_id)? else { return Ok(None) };

        let is_right = code.has_mac(browser_key, login.bytes("code_mac")?);
        let login_id = login.uuid("login_id")?;
        // Until the worker has found the customer, no code is accepted.
        let customer_id = login.optional("customer_id", Item::uuid)?.filter(|_| is_right);
        Ok(customer_id.map(|customer_id| VerifiedLogin { customer_id, login_id, row }))
    }

    /// Opens a session for a login, once: one transaction uses up the login and opens the session.
    ///
    /// `None` if the code was already used, or the browser has started another login.
    ///
    /// # Errors
    /// [`Error::Conflict`] when others kept using the same code and none of them has won yet.
    pub async fn open_session(
        &self,
        login: &VerifiedLogin,
        sessions: &Sessions,
        session: &NewSession,
        now: Timestamp,
    ) -> Result<Option<Opened>, Error> {
        let used_up = Delete::builder()
            .table_name(&self.table)
            .set_key(Some(item::key(&login.row)))
            .condition_expression("login_id = :login_id")
            .expression_attribute_values(":login_id", item::text(&login.login_id));
        let (opened, mut writes) = sessions.opening(session, now);
        writes.push(delete(used_up));
        Ok(write_together(&self.client, &writes).await?.then_some(opened))
    }
}

fn row(browser_key_hash: &str) -> String {
    format!("login#{browser_key_hash}")
}

#[cfg(test)]
mod tests {
    use dynamodb::Embedded;

    use super::*;

    fn id() -> Uuid {
        Uuid::new_v4()
    }

    #[tokio::test]
    async fn a_write_that_the_sdk_repeats_counts_once() {
        let dynamodb = Embedded::in_memory().await.expect("the emulator starts");
        let logins = Logins::new(dynamodb.client(), "logins");
        let (browser_key, now) = (BrowserKey::generate(), Timestamp::from_second(1_800_000_000).expect("a valid time"));
        let login = logins.begin(&browser_key, now).await.expect("a login");

        let hash = browser_key.hash();
        let set = |write_id| logins.set_customer_once(write_id, hash.as_str(), login.login_id, Uuid::from_u128(1), now);
        let first = id();
        for (write_id, sends_the_mail) in [(first, true), (first, true), (id(), false)] {
            assert_eq!(set(write_id).await.expect("an answer"), sends_the_mail);
        }

        let wrong = LoginCode::generate();
        for _ in 1..TRIES {
            assert!(logins.verify(&browser_key, &wrong, now).await.expect("an answer").is_none());
        }
        let verify = |write_id| logins.verify_once(write_id, &browser_key, &login.code, now);
        let last = id();
        for (write_id, works) in [(last, true), (last, true), (id(), false)] {
            assert_eq!(verify(write_id).await.expect("an answer").is_some(), works);
        }
    }
}
