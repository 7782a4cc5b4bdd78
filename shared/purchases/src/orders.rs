use jiff::Timestamp;
use polar::{CustomerToken, Error as PolarError, ListPortalOrders, OrderId, Page, PortalOrder, Refusal, SecretUrl};
use startup::causes;
use store::Session;
use tracing::warn;

use crate::{Error, Purchases, portal::whole_account};

/// The state of an invoice.
#[derive(Clone, Debug)]
pub enum Invoice {
    /// Its address, which works for a few minutes for anyone who has it.
    Ready(SecretUrl),
    /// Polar is generating it.
    Pending,
}

impl Purchases {
    /// Lists a page of the buyer's orders, in Polar's order. Requires an account session.
    pub async fn orders(
        &self,
        session: &Session,
        list: &ListPortalOrders,
        now: Timestamp,
    ) -> Result<Page<PortalOrder>, Error> {
        whole_account(session)?;
        self.as_customer(session, now, |token| async move { self.polar.portal(&token).orders(list).await }).await
    }

    /// Finds the invoice of an order, and makes Polar generate it the first time. Requires an account session.
    pub async fn invoice(&self, session: &Session, order_id: OrderId, now: Timestamp) -> Result<Invoice, Error> {
        whole_account(session)?;
        let look = |token: CustomerToken| async move {
            let url = self.polar.portal(&token).order_invoice(order_id).await?;
            Ok((url, token))
        };
        let (url, token) = self.as_customer(session, now, look).await?;
        if let Some(url) = url {
            return Ok(Invoice::Ready(url));
        }
        if self.invoices.begin(session.customer_id, order_id.into(), now).await? {
            let asked = self.polar.portal(&token).order_invoice_create(order_id).await;
            if !matches!(asked, Ok(true))
                && let Err(error) = self.invoices.cancel(session.customer_id, order_id.into()).await
            {
                // The buyer gets Polar's error. If the note stays, it only delays the next try.
                warn!(cause = causes(&error), "keeping the note of an invoice that Polar did not make");
            }
            asked.map_err(refused)?.then_some(()).ok_or(Error::UnknownOrder)?;
        }
        Ok(Invoice::Pending)
    }
}

fn refused(error: PolarError) -> Error {
    match error {
        PolarError::Refused { refusal: Refusal::OrderNotEligibleForInvoice } => Error::NoInvoice,
        PolarError::Refused { refusal: Refusal::MissingInvoiceBillingDetails } => Error::BillingDetailsMissing,
        error => Error::Polar(error),
    }
}
