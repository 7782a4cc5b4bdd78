use std::time::{Duration, Instant};

use futures_util::stream::{self, StreamExt};
use jiff::Timestamp;
use polar::CustomerId;
use tracing::info;
use uuid::Uuid;

use crate::{Error, Worker};

/// A run of the schedule looks after this many customers at most, well within Polar's 500 requests a minute.
const CUSTOMERS_PER_RUN: usize = 200;
/// Questions to Polar at the same time; a hundred milliseconds each make some 2,400 a minute, so that the share takes seconds.
const QUESTIONS_AT_ONCE: usize = 4;
/// The worker's time limit is two minutes, and the catalog takes its part.
const TIME_FOR_CUSTOMERS: Duration = Duration::from_mins(1);
/// So many others are asked for before it is taken that the token knows nobody.
const MOST_WITNESSES: usize = 20;
/// How often the schedule runs; the same stands in `template.yaml`.
const PERIOD: Duration = Duration::from_mins(15);

/// What Polar says of a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AtPolar {
    /// It has the customer.
    Known,
    /// It had the customer, and says when it was deleted.
    Deleted,
    /// It knows nobody by this id: deleted, or of another organization than the access token.
    Unknown,
}

impl Worker {
    /// Ends the sessions of a customer and erases what we hold, after Polar has told in a signed event that it deleted the customer.
    pub(crate) async fn forget_deleted(&self, customer_id: Uuid, now: Timestamp) -> Result<(), Error> {
        match self.find_at_polar(customer_id).await? {
            // An event is a hint: this one is about another time, or another customer by the same id.
            AtPolar::Known => Ok(()),
            AtPolar::Deleted | AtPolar::Unknown => self.forget(customer_id, now).await,
        }
    }

    /// The same for a customer whom another event is about, if Polar no longer has the customer and the access token is of this shop.
    pub(crate) async fn forget_if_gone(&self, customer_id: Uuid, now: Timestamp) -> Result<(), Error> {
        match self.find_at_polar(customer_id).await? {
            AtPolar::Known => Ok(()),
            AtPolar::Deleted => self.forget(customer_id, now).await,
            AtPolar::Unknown => self.forget_all(vec![customer_id], false, now).await,
        }
    }

    /// Checks the customers who have sessions, a share of them in each run. One whom Polar cannot answer for keeps nobody else from being checked.
    pub(crate) async fn look_after_customers(&self, now: Timestamp) -> Result<(), Error> {
        let customers = self.sessions.list_customers().await?;
        let share = share_of(customers.into_iter().collect(), now);
        let end = Instant::now() + TIME_FOR_CUSTOMERS;
        let (mut unknown, mut knows_somebody, mut failure) = (Vec::new(), false, None);
        let mut answers = stream::iter(share)
            .map(|customer_id| async move { (customer_id, self.find_at_polar(customer_id).await) })
            .buffer_unordered(QUESTIONS_AT_ONCE);
        // What is not asked before the time is over is asked in a later run.
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

    /// Forgets customers whom Polar does not know, if it has shown that it knows others of this shop.
    ///
    /// The access token of another organization knows nobody, nor does a version of the API that Polar has switched off.
    async fn forget_all(&self, unknown: Vec<Uuid>, knows_somebody: bool, now: Timestamp) -> Result<(), Error> {
        if unknown.is_empty() {
            return Ok(());
        }
        if !knows_somebody && !self.token_is_of_this_shop().await? {
            // Of a single one it may be true: the shop's only buyer was deleted. The event of the deletion tells for certain.
            return if unknown.len() > 1 { Err(Error::UnknownCustomers) } else { Ok(()) };
        }
        for customer_id in unknown {
            self.forget(customer_id, now).await?;
        }
        Ok(())
    }

    /// Whether the access token is of the organization whose buyers have sessions here: it knows one of them. Where nobody else can be asked
    /// for, there is no proof, and nothing is erased.
    async fn token_is_of_this_shop(&self) -> Result<bool, Error> {
        for customer_id in self.sessions.list_customers().await?.into_iter().take(MOST_WITNESSES) {
            if self.find_at_polar(customer_id).await? != AtPolar::Unknown {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether there is a customer whose rows may be written.
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
        // Sessions first: without them nobody can add to the rest.
        self.sessions.delete_all(customer_id).await?;
        self.downloads.erase(customer_id, now).await?;
        info!(customer.id = %customer_id, "forgot a deleted customer");
        Ok(())
    }
}

/// This run's share: in as many runs as it takes, everybody's turn comes once.
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
