use std::sync::Arc;

use jiff::Timestamp;
use mail::Mailer;
use polar::webhook::EventType;
use products::Products;
use queue::{Job, PolarEvent};
use startup::{Clients, SettingError, Settings};
use store::{Checkouts, Downloads, History, Logins, Sessions};
use tokio::sync::Mutex;
use tracing::info;

use crate::{changes::catalog_changed_at, login_mail::LoginMail};

/// What a warm instance keeps.
#[derive(Clone)]
pub struct Worker {
    pub(crate) polar: polar::Client,
    pub(crate) products: Products,
    /// When this instance last confirmed the published catalog.
    pub(crate) confirmed_at: Arc<Mutex<Option<Timestamp>>>,
    pub(crate) sessions: Sessions,
    pub(crate) downloads: Downloads,
    pub(crate) history: History,
    pub(crate) logins: Logins,
    pub(crate) checkouts: Checkouts,
    pub(crate) login_mail: LoginMail,
    pub(crate) mailer: Mailer,
}

/// Why a job failed. It is tried again.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The catalog could not be refreshed.
    #[error("the catalog could not be refreshed")]
    Products(#[from] products::Error),
    /// Polar gave no usable answer.
    #[error("Polar gave no usable answer")]
    Polar(#[from] polar::Error),
    /// Our tables gave no usable answer.
    #[error("DynamoDB gave no usable answer")]
    Store(#[from] store::Error),
    /// A mail could not be written.
    #[error("the mail could not be written")]
    Template(#[from] askama::Error),
    /// A mail could not be sent.
    #[error("the mail could not be sent")]
    Mail(#[from] mail::Error),
    /// The job waited too long in the queue, or an earlier worker crashed, so the buyer gets no code.
    #[error("the code expired in the queue")]
    CodeExpired,
    /// The access token belongs to another organization, or Polar no longer serves our version of its API. Nothing was erased.
    #[error("Polar knows none of the customers who have sessions here; check the access token")]
    UnknownCustomers,
    /// The message is not one of the worker's jobs.
    #[error("the message is not a job")]
    NoJob(#[from] serde_json::Error),
}

impl Worker {
    /// Reads `SESSIONS_TABLE`, `DOWNLOADS_TABLE`, `LOGINS_TABLE`, `CHECKOUTS_TABLE`, `SIGN_IN_URL`, and the settings of [`Products`].
    pub fn from_settings(settings: &Settings, clients: &Clients, mailer: Mailer) -> Result<Self, SettingError> {
        let table = |name| settings.required::<String>(name);
        let dynamodb = || clients.dynamodb.clone();
        Ok(Self {
            polar: clients.polar.clone(),
            products: Products::from_settings(settings, clients)?,
            confirmed_at: Arc::default(),
            sessions: Sessions::new(dynamodb(), table("SESSIONS_TABLE")?),
            downloads: Downloads::new(dynamodb(), table("DOWNLOADS_TABLE")?),
            history: History::new(dynamodb(), table("DOWNLOADS_TABLE")?),
            logins: Logins::new(dynamodb(), table("LOGINS_TABLE")?),
            checkouts: Checkouts::new(dynamodb(), table("CHECKOUTS_TABLE")?),
            login_mail: LoginMail::from_settings(settings, mailer.sender())?,
            mailer,
        })
    }

    /// Processes a job. Processing it again changes nothing more.
    pub async fn work(&self, job: &Job, now: Timestamp) -> Result<(), Error> {
        // Boxed, because the future would otherwise be too deeply nested for the compiler.
        match job {
            Job::PolarEvent(event) => match catalog_changed_at(job) {
                Some(changed_at) => Box::pin(self.refresh_since(changed_at, now)).await,
                None => Box::pin(self.handle_event(event, now)).await,
            },
            Job::LoginCode(login) => {
                Box::pin(self.send_login_code(login, now)).await;
                Ok(())
            }
            Job::Reconcile => Box::pin(self.reconcile(now)).await,
        }
    }

    async fn handle_event(&self, event: &PolarEvent, now: Timestamp) -> Result<(), Error> {
        use EventType as T;
        match (T::from(event.kind.as_str()), event.customer_id, event.subject_id) {
            (T::CustomerDeleted, Some(customer), _) => self.forget_deleted(customer, now).await?,
            (T::OrderRefunded, Some(customer), Some(order)) => {
                self.note_refund(customer, order, event.happened_at, now).await?;
            }
            (T::BenefitGrantRevoked, Some(customer), Some(grant)) => self.note_revocation(customer, grant, now).await?,
            (T::CheckoutUpdated | T::CheckoutExpired, _, Some(checkout)) => {
                self.checkouts.note_change(checkout).await?;
            }
            _ => info!(event.kind = event.kind, "ignored event"),
        }
        Ok(())
    }

    /// Finds what missed events would have reported: changed products, and deleted customers who still have sessions.
    async fn reconcile(&self, now: Timestamp) -> Result<(), Error> {
        let (refreshed, looked_after) = tokio::join!(self.refresh(now), self.look_after_customers(now));
        refreshed?;
        looked_after
    }
}
