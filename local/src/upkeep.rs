use std::time::Duration;

use jiff::Timestamp;
use queue::{DeadLetters, Job, LocalQueue, Queue};
use tokio::{task::JoinHandle, time};
use tracing::warn;
use worker::Worker;

/// As in `template.yaml`: how often the schedule runs, and when a failed message is delivered again.
const PERIOD: Duration = Duration::from_mins(15);
const RETRY_AFTER: Duration = Duration::from_secs(30);

/// The worker in this program, with its own queue and schedule. It stops when it is dropped.
pub struct Upkeep {
    /// The queue to send jobs to.
    pub queue: Queue,
    /// The jobs that the worker could not process.
    pub dead_letters: DeadLetters,
    tasks: [JoinHandle<()>; 2],
}

impl Upkeep {
    /// Starts the worker. The catalog is published by the time this returns, unless Polar does not answer.
    pub(crate) async fn start(worker: Worker) -> Self {
        let local = LocalQueue::new(RETRY_AFTER);
        let (queue, dead_letters) = (local.queue(), local.dead_letters());
        if let Err(error) = worker.work(&Job::Reconcile, Timestamp::now()).await {
            warn!(%error, "could not fetch the catalog; trying again later");
        }
        let schedule = tokio::spawn(run_schedule(queue.clone()));
        let work = tokio::spawn(local.run(move |job| {
            let worker = worker.clone();
            async move { worker.work(&job, Timestamp::now()).await }
        }));
        Self { queue, dead_letters, tasks: [schedule, work] }
    }
}

impl Drop for Upkeep {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

async fn run_schedule(queue: Queue) {
    loop {
        time::sleep(PERIOD).await;
        if queue.send(&Job::Reconcile).await.is_err() {
            return;
        }
    }
}
