use startup::{Clients, SettingError, Settings};

use crate::{Error, Mail, Outbox, Sender, ses::Ses};

/// Sends mails.
#[derive(Clone)]
pub enum Mailer {
    /// Through SES.
    Ses(Ses),
    /// Into an outbox, which people can look at.
    Outbox(Sender, Outbox),
}

impl Mailer {
    /// Through SES, with the sender in `MAIL_FROM`.
    pub fn from_settings(settings: &Settings, clients: &Clients) -> Result<Self, SettingError> {
        Ok(Self::Ses(Ses::new(settings.required("MAIL_FROM")?, clients.aws.clone())))
    }

    /// Into this outbox, with the sender in `MAIL_FROM`.
    pub fn to_outbox(settings: &Settings, outbox: Outbox) -> Result<Self, SettingError> {
        Ok(Self::Outbox(settings.required("MAIL_FROM")?, outbox))
    }

    /// The sender.
    #[must_use]
    pub fn sender(&self) -> &Sender {
        match self {
            Self::Ses(ses) => ses.sender(),
            Self::Outbox(sender, _) => sender,
        }
    }

    /// Sends a mail. When this returns, SES has accepted it, but may not have delivered it. If SES is throttling or unavailable, this tries twice more
    /// within seconds; if an answer was lost, the mail may arrive twice.
    pub async fn send(&self, mail: &Mail) -> Result<(), Error> {
        match self {
            Self::Ses(ses) => ses.send(mail).await,
            Self::Outbox(sender, outbox) => {
                outbox.put(sender.clone(), mail.clone());
                Ok(())
            }
        }
    }
}
