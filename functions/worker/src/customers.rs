use std::time::{Duration, Instant};

use futures_util::stream::{self, StreamExt};
use jiff::Timestamp;
use polar::CustomerId;
use tracing::info;
use uuid::Uuid;

use crate::{Error, Worker};

/// The most customers that one scheduled run checks, well within Polar's 500 requests a minute.
const CUSTOMERS_PER_RUN: usize = 200;
/// Concurrent requests to Polar. At 100 ms each, a run of 200 takes about five seconds.
const QUESTIONS_AT_ONCE: usize = 4;
/// The worker's timeout is two minutes, and the catalog needs its share of it.
const TIME_FOR_CUSTOMERS: Duration = Duration::from_mins(1);
/// How many other customers are tried before the token is considered to be another organization's.
const MOST_WITNESSES: usize = 20;
/// How often the schedule runs, as in `template.yaml`.
const PERIOD: Duration = Duration::from_mins(15);

/// Whether Polar has a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AtPolar {
    /// It has the customer.
    Known,
    /// It had the customer, and says when it was deleted.
    Deleted,
    /// It has no customer with this id: deleted, or in another organization than the access token.
    Unknown,
}

impl Worker {
    /// Ends a customer's sessions and erases their data, after a signed event reported that Polar deleted the customer.
    pub(crate) async fn forget_deleted(&self, customer_id: Uuid, now: Timestamp) -> Result<(), Error> {
        match self.find_at_polar(customer_id).await? {
            // The event is outdated: the customer exists.
            AtPolar::Known => Ok(()),
            AtPolar::Deleted | AtPolar::Unknown => self.forget(customer_id, now).await,
        }
    }

    /// Does the same for the customer of another event, if Polar no longer has the customer and the access token belongs to this shop.
    pub(crate) async fn forget_if_gone(&self, customer_id: Uuid, now: Timestamp) -> Result<(), Error> {
        match self.find_at_polar(customer_id).await? {
            AtPolar::Known => Ok(()),
            AtPolar::Deleted => self.forget(customer_id, now).await,
            AtPolar::Unknown => self.forget_all(vec![customer_id], false, now).await,
        }
    }

    /// Checks the customers who have sessions, a share of them in each run. A failure for one customer does not stop the others.
    pub(crate) async fn look_after_customers(&self, now: Timestamp) -> Result<(), Error> {
        let customers = self.sessions.list_customers().await?;
        let share = share_of(customers.into_iter().collect(), now);
        let end = Instant::now() + TIME_FOR_CUSTOMERS;
        let (mut unknown, mut knows_somebody, mut failure) = (Vec::new(), false, None);
        let mut answers = stream::iter(share)
            .map(|customer_id| async move { (customer_id, self.find_at_polar(customer_id).await) })
            .buffer_unordered(QUESTIONS_AT_ONCE);
        // Customers that are not checked in time are checked in a later run.
        while let Ok(Some((customer_id, answer))) = tokio::time::timeout_at(end.into(), answers.next()).await {
            match answer {
                Ok(AtPolar::Known) => knows_somebody = true,
                Ok(AtPolar::Deleted) => self.forget(customer_id, now).await?,
                Ok(AtPolar::Unknown) => unknown.push(customer_id),
                Err(error) => {
                    let is_refused = matches!(error, Error::Polar(polar::Error::RateLimited { .. }));
                    failure = Some(error);
                    if is_refused {
                        break;
                    }
                }
            }
        }
        self.forget_all(unknown, knows_somebody, now).await?;
        failure.map_or(Ok(()), Err)
    }

    /// Forgets customers whom Polar does not have, if Polar has at least one other customer of this shop.
    ///
    /// With an access token of another organization, or an API version that Polar no longer serves, every customer looks unknown.
    async fn forget_all(&self, unknown: Vec<Uuid>, knows_somebody: bool, now: Timestamp) -> Result<(), Error> {
        if unknown.is_empty() {
            return Ok(());
        }
        if !knows_somebody && !self.token_is_of_this_shop().await? {
            // A single unknown customer may really be deleted; the event about the deletion will say so.
            return if unknown.len() > 1 { Err(Error::UnknownCustomers) } else { Ok(()) };
        }
        for customer_id in unknown {
            self.forget(customer_id, now).await?;
        }
        Ok(())
    }

    /// Whether the access token belongs to this shop's organization, because Polar has one of the customers who have sessions. Without other
    /// customers there is no proof, so nothing is erased.
    async fn token_is_of_this_shop(&self) -> Result<bool, Error> {
        for customer_id in self.sessions.list_customers().await?.into_iter().take(MOST_WITNESSES) {
            if self.find_at_polar(customer_id).await? != AtPolar::Unknown {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether the customer exists, so that rows may be written.
    pub(crate) async fn is_known(&self, customer_id: Uuid) -> Result<bool, Error> {
        Ok(self.find_at_polar(customer_id).await? == AtPolar::Known)
    }

    async fn find_at_polar(&self, customer_id: Uuid) -> Result<AtPolar, Error> {
        let customer = self.polar.customers().find(CustomerId::from(customer_id)).await?;
        Ok(match customer {
            Some(customer) if customer.deleted_at.is_some() => AtPolar::Deleted,
            Some(_) => AtPolar::Known,
            None => AtPolar::Unknown,
        })
    }

    async fn forget(&self, customer_id: Uuid, now: Timestamp) -> Result<(), Error> {
        // Sessions first, so that no new rows can be added meanwhile.
        self.sessions.delete_all(customer_id).await?;
        self.downloads.erase(customer_id, now).await?;
        info!(customer.id = %customer_id, "forgot a deleted customer");
        Ok(())
    }
}

/// The customers of this run; every customer is checked once in a cycle of runs.
fn share_of(customers: Vec<Uuid>, now: Timestamp) -> Vec<Uuid> {
    let shares = customers.len().div_ceil(CUSTOMERS_PER_RUN).max(1);
    let run = usize::try_from(now.as_second().unsigned_abs() / PERIOD.as_secs()).unwrap_or_default();
    customers.into_iter().skip(run % shares).step_by(shares).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn everybodys_turn_comes_once_in_as_many_runs_as_it_takes() {
        for (count, runs) in [(0, 1), (1, 1), (200, 1), (201, 2), (1000, 5)] {
            let customers: Vec<_> = (0..count).map(Uuid::from_u128).collect();
            let mut turns = Vec::new();
            for run in 0..runs {
                let now = Timestamp::from_second(1_800_000_000).unwrap() + PERIOD * run;
                let share = share_of(customers.clone(), now);
                assert!(share.len() <= CUSTOMERS_PER_RUN);
                turns.extend(share);
            }
            assert_eq!(turns.len(), customers.len());
            assert_eq!(turns.into_iter().collect::<BTreeSet<_>>().len(), customers.len());
        }
    }
}
