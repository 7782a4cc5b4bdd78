use jiff::Timestamp;
use tokio::sync::watch;

use crate::{Mail, Sender};

/// Where mails end that nobody gets: on one's own machine, for people and tests to look at. All clones are the same outbox.
#[derive(Clone, Debug, Default)]
pub struct Outbox(watch::Sender<Vec<SentMail>>);

/// A mail as it would have gone out.
#[derive(Clone, Debug)]
pub struct SentMail {
    /// When it was sent.
    pub sent_at: Timestamp,
    /// Who it is from.
    pub from: Sender,
    /// What it says, and to whom.
    pub mail: Mail,
}

impl Outbox {
    /// Lists the mails, the oldest first.
    #[must_use]
    pub fn list(&self) -> Vec<SentMail> {
        self.0.borrow().clone()
    }

    /// Waits until there are so many mails, and lists them.
    pub async fn wait_for(&self, count: usize) -> Vec<SentMail> {
        let mut outbox = self.0.subscribe();
        let mails = outbox.wait_for(|mails| mails.len() >= count).await;
        mails.map(|mails| mails.clone()).unwrap_or_default()
    }

    pub(crate) fn put(&self, from: Sender, mail: Mail) {
        self.0.send_modify(|mails| mails.push(SentMail { sent_at: Timestamp::now(), from, mail }));
    }
}
