use jiff::Timestamp;
use tokio::sync::watch;

use crate::{Mail, Sender};

/// Collects the mails of a local shop, for people and tests to look at. All clones share the same mails.
#[derive(Clone, Debug, Default)]
pub struct Outbox(watch::Sender<Vec<SentMail>>);

/// A mail as it would have been sent.
#[derive(Clone, Debug)]
pub struct SentMail {
    /// When it was sent.
    pub sent_at: Timestamp,
    /// The sender.
    pub from: Sender,
    /// The mail.
    pub mail: Mail,
}

impl Outbox {
    /// Lists the mails, the oldest first.
    #[must_use]
    pub fn list(&self) -> Vec<SentMail> {
        self.0.borrow().clone()
    }

    /// Waits until there are this many mails, and lists them.
    pub async fn wait_for(&self, count: usize) -> Vec<SentMail> {
        let mut outbox = self.0.subscribe();
        let mails = outbox.wait_for(|mails| mails.len() >= count).await;
        mails.map(|mails| mails.clone()).unwrap_or_default()
    }

    pub(crate) fn put(&self, from: Sender, mail: Mail) {
        self.0.send_modify(|mails| mails.push(SentMail { sent_at: Timestamp::now(), from, mail }));
    }
}
