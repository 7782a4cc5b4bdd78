//! The running stand-in: its state behind a lock, saved after each change, with its pending steps on timers.

use std::collections::{BTreeSet, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use uuid::Uuid;

use crate::faults::Fault;
use crate::ledger::Work;
use crate::limits::Limiter;
use crate::options::{Options, Pace};
use crate::requests::Request;
use crate::state::{State, save};
use crate::webhooks::Courier;

/// More than a test asks; a shop that stays open for days does not grow by them.
const REQUESTS_KEPT: usize = 10_000;

/// Shared by all requests; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct World(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    state: Mutex<State>,
    state_file: Option<PathBuf>,
    pace: Pace,
    confirm_takes: Duration,
    limiter: Mutex<Limiter>,
    faults: Mutex<Vec<Fault>>,
    requests: Mutex<VecDeque<Request>>,
    locked: Mutex<BTreeSet<Uuid>>,
    changed: Notify,
    turn: tokio::sync::Mutex<()>,
    courier: Courier,
}

impl World {
    pub(crate) fn new(state: State, options: Options) -> Self {
        Self(Arc::new(Inner {
            state: Mutex::new(state),
            state_file: options.state_file,
            pace: options.pace,
            confirm_takes: options.confirm_takes,
            limiter: Mutex::new(Limiter::new(options.rate_limits)),
            faults: Mutex::default(),
            requests: Mutex::default(),
            locked: Mutex::default(),
            changed: Notify::new(),
            turn: tokio::sync::Mutex::default(),
            courier: Courier::default(),
        }))
    }

    pub(crate) fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        let mut state = open(&self.0.state);
        if state.sweep() {
            self.0.changed.notify_one();
        }
        look(&state)
    }

    /// Changes the state, saves it, and puts new steps on their timers.
    pub(crate) fn change<T>(&self, alter: impl FnOnce(&mut State) -> T) -> T {
        let mut state = open(&self.0.state);
        state.sweep();
        let result = alter(&mut state);
        if let Some(file) = &self.0.state_file
            && let Err(error) = save(file, &state.ledger)
        {
            tracing::error!("cannot save {}: {error:#}", file.display());
        }
        self.schedule(&mut state);
        self.0.changed.notify_one();
        result
    }

    /// Does pending steps until none is left, or only the next one.
    pub(crate) fn settle(&self, only_one: bool) -> usize {
        let mut done = 0;
        while self.change(State::run_next_job).is_some() {
            done += 1;
            if only_one {
                break;
            }
        }
        done
    }

    /// Waits for a change.
    pub(crate) async fn changed(&self) {
        self.0.changed.notified().await;
    }

    /// Waits until nobody else delivers webhooks: two at once would send them twice.
    pub(crate) async fn turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.0.turn.lock().await
    }

    pub(crate) fn courier(&self) -> &Courier {
        &self.0.courier
    }

    pub(crate) fn confirm_takes(&self) -> Duration {
        self.0.confirm_takes
    }

    pub(crate) fn limiter(&self) -> MutexGuard<'_, Limiter> {
        open(&self.0.limiter)
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, Vec<Fault>> {
        open(&self.0.faults)
    }

    pub(crate) fn remember(&self, request: Request) {
        let mut requests = self.requests();
        if requests.len() == REQUESTS_KEPT {
            requests.pop_front();
        }
        requests.push_back(request);
    }

    pub(crate) fn requests(&self) -> MutexGuard<'_, VecDeque<Request>> {
        open(&self.0.requests)
    }

    /// Locks a checkout; false if another request has it.
    pub(crate) fn lock(&self, checkout: Uuid) -> bool {
        open(&self.0.locked).insert(checkout)
    }

    pub(crate) fn unlock(&self, checkout: Uuid) {
        open(&self.0.locked).remove(&checkout);
    }

    pub(crate) fn is_locked(&self, checkout: Uuid) -> bool {
        open(&self.0.locked).contains(&checkout)
    }

    fn schedule(&self, state: &mut State) {
        let Pace::Timed { confirmed_to_succeeded, succeeded_to_granted } = self.0.pace else {
            return;
        };
        for job in state.ledger.jobs.iter_mut().filter(|job| !job.is_scheduled) {
            job.is_scheduled = true;
            let delay = match job.work {
                Work::Succeed { .. } => confirmed_to_succeeded,
                Work::Grant { .. } | Work::Invoice { .. } => succeeded_to_granted,
            };
            let (id, world) = (job.id, self.clone());
            tokio::spawn(async move {
                tokio::time::sleep(delay).await;
                world.change(|state| state.run_job(id));
            });
        }
    }
}

/// A panic in one request must not end the others.
fn open<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
