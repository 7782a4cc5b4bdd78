use startup::{Clients, SettingError, Settings};

use crate::{Error, Mail, Outbox, Sender, ses::Ses};

/// Sends mails.
#[derive(Clone)]
pub enum Mailer {
    /// Through SES.
    Ses(Ses),
    /// To nobody: into an outbox for people to look at.
    Outbox(Sender, Outbox),
}

impl Mailer {
    /// Through SES, from whom `MAIL_FROM` says.
    pub fn from_settings(settings: &Settings, clients: &Clients) -> Result<Self, SettingError> {
        Ok(Self::Ses(Ses::new(settings.required("MAIL_FROM")?, clients.aws.clone())))
    }

    /// Into this outbox, from whom `MAIL_FROM` says.
    pub fn to_outbox(settings: &Settings, outbox: Outbox) -> Result<Self, SettingError> {
        Ok(Self::Outbox(settings.required("MAIL_FROM")?, outbox))
    }

    /// Who sends.
    #[must_use]
    pub fn sender(&self) -> &Sender {
        match self {
            Self::Ses(ses) => ses.sender(),
            Self::Outbox(sender, _) => sender,
        }
    }

    /// Sends a mail: SES has taken it when this returns, and delivers it as far as the receiver's mailbox lets it. While SES is busy or away, it is offered twice more within
    /// some seconds; where an answer was lost, it may arrive twice.
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
