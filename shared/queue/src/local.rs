use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde::Serialize;
use tokio::sync::mpsc;
use tracing::warn;

use crate::{Job, Queue, message::Message};

/// After this many tries a message becomes a dead letter. The same number is in `template.yaml` as the queue's `maxReceiveCount`.
pub const MAX_RECEIVES: u32 = 5;

/// A message that could not be processed, without private data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeadLetter {
    /// The job, without addresses and codes.
    pub job: Job,
    /// Why the last try failed.
    pub reason: String,
}

/// A queue within this process, with SQS's rules.
pub struct LocalQueue {
    sender: mpsc::UnboundedSender<Message>,
    receiver: mpsc::UnboundedReceiver<Message>,
    dead_letters: Arc<Mutex<Vec<DeadLetter>>>,
    retry_after: Duration,
}

impl LocalQueue {
    /// A queue that delivers a message again this long after a failed try.
    #[must_use]
    pub fn new(retry_after: Duration) -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        Self { sender, receiver, dead_letters: Arc::default(), retry_after }
    }

    /// The queue to send jobs to.
    #[must_use]
    pub fn queue(&self) -> Queue {
        Queue::local(self.sender.clone())
    }

    /// The messages that could not be processed, the oldest first; updated while the queue runs.
    #[must_use]
    pub fn dead_letters(&self) -> DeadLetters {
        DeadLetters(Arc::clone(&self.dead_letters))
    }

    /// Delivers messages forever, one at a time.
    pub async fn run<E, Work>(mut self, work: impl Fn(Job) -> Work)
    where
        E: std::fmt::Display,
        Work: Future<Output = Result<(), E>>,
    {
        while let Some(Message { job, receives }) = self.receiver.recv().await {
            let Err(error) = work(job.clone()).await else { continue };
            let receives = receives + 1;
            if receives == MAX_RECEIVES {
                warn!(%error, "a job failed too often; it is now a dead letter");
                let letter = DeadLetter { job: job.redacted(), reason: error.to_string() };
                self.dead_letters.lock().unwrap_or_else(PoisonError::into_inner).push(letter);
                continue;
            }
            let (sender, wait) = (self.sender.clone(), self.retry_after);
            tokio::spawn(async move {
                tokio::time::sleep(wait).await;
                // A queue that has ended accepts no messages.
                let _ = sender.send(Message { job, receives });
            });
        }
    }
}

/// The messages that could not be processed.
#[derive(Clone)]
pub struct DeadLetters(Arc<Mutex<Vec<DeadLetter>>>);

impl DeadLetters {
    /// Lists them, the oldest first.
    #[must_use]
    pub fn list(&self) -> Vec<DeadLetter> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_poison_message_is_put_aside_after_the_stated_tries_while_the_others_proceed() {
        let local = LocalQueue::new(Duration::from_secs(30));
        let (queue, dead_letters) = (local.queue(), local.dead_letters());
        let poison = Job::LoginCode(crate::LoginCode {
            browser_key_hash: "hash".to_owned(),
            login_id: uuid::Uuid::nil(),
            email: "ada@recordings-mail.net".to_owned(),
            code: "K7QF-2M9X".to_owned(),
            expires_at: jiff::Timestamp::UNIX_EPOCH,
            client: None,
            ip: None,
        });
        let tries = Arc::new(Mutex::new(0));
        let done = Arc::new(Mutex::new(0));
        let (counted, finished) = (Arc::clone(&tries), Arc::clone(&done));
        let runner = tokio::spawn(local.run(move |job: Job| {
            std::future::ready(match job {
                Job::LoginCode(_) => {
                    *counted.lock().unwrap() += 1;
                    Err("cannot")
                }
                Job::PolarEvent(_) | Job::Reconcile => {
                    *finished.lock().unwrap() += 1;
                    Ok(())
                }
            })
        }));

        queue.send(&poison).await.unwrap();
        for number in 0..10 {
            queue.send(&event(number)).await.unwrap();
        }
        tokio::time::sleep(Duration::from_mins(10)).await;

        assert_eq!(*tries.lock().unwrap(), MAX_RECEIVES);
        assert_eq!(*done.lock().unwrap(), 10);
        let letter = DeadLetter { job: poison.redacted(), reason: "cannot".to_owned() };
        assert_eq!(dead_letters.list(), [letter], "and people may look at it");
        runner.abort();
    }

    fn event(number: u32) -> Job {
        Job::PolarEvent(crate::PolarEvent {
            id: number.to_string(),
            kind: "order.paid".to_owned(),
            happened_at: jiff::Timestamp::UNIX_EPOCH,
            subject_id: None,
            customer_id: None,
        })
    }
}
