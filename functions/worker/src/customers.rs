use std::time::Duration;

use jiff::Timestamp;
use polar::CustomerId;
use tracing::info;
use uuid::Uuid;

use crate::{Error, Worker};

/// A run of the schedule looks after this many customers at most, well within Polar's 500 requests a minute.
const CUSTOMERS_PER_RUN: usize = 200;
/// How often the schedule runs; the same stands in `template.yaml`.
const PERIOD: Duration = Duration::from_mins(15);

impl Worker {
    /// Ends the sessions of a customer whom Polar no longer knows, and erases what we hold.
    pub(crate) async fn forget_if_gone(&self, customer_id: Uuid) -> Result<(), Error> {
        if self.is_gone(customer_id).await? { self.forget(customer_id).await } else { Ok(()) }
    }

    /// Checks the customers who have sessions, a share of them in each run. One whom Polar cannot answer for keeps nobody else from being checked.
    pub(crate) async fn look_after_customers(&self, now: Timestamp) -> Result<(), Error> {
        let customers = self.sessions.list_customers().await?;
        let share = share_of(customers.into_iter().collect(), now);
        let (mut gone, mut failure) = (Vec::new(), None);
        for &customer_id in &share {
            match self.is_gone(customer_id).await {
                Ok(is_gone) => gone.extend(is_gone.then_some(customer_id)),
                Err(error) => {
                    let is_refused = matches!(error, Error::Polar(polar::Error::RateLimited { .. }));
                    failure = Some(error);
                    if is_refused {
                        break;
                    }
                }
            }
        }
        // The access token of another organization knows nobody, and what is erased does not come back: then the sessions end, and no more.
        let knows_somebody = gone.len() < share.len();
        for customer_id in gone {
            if knows_somebody { self.forget(customer_id).await? } else { self.sessions.delete_all(customer_id).await? }
        }
        failure.map_or(Ok(()), Err)
    }

    async fn is_gone(&self, customer_id: Uuid) -> Result<bool, Error> {
        let customer = self.polar.customers().find(CustomerId::from(customer_id)).await?;
        Ok(customer.is_none_or(|customer| customer.deleted_at.is_some()))
    }

    async fn forget(&self, customer_id: Uuid) -> Result<(), Error> {
        // Sessions first: without them nobody can add to the rest.
        self.sessions.delete_all(customer_id).await?;
        self.downloads.erase(customer_id).await?;
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
