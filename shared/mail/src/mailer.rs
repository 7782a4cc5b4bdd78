use std::fmt;

use startup::{Clients, SettingError, Settings};

use crate::{Outbox, Sender, ses::Ses};

/// A mail to one person.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// The receiver's address.
    pub to: String,
    /// What it is about: a lock screen may show it.
    pub subject: String,
    /// All of it, for those who read plain text.
    pub text: String,
    /// The same as a whole page of HTML.
    pub html: String,
}

/// Says nothing: a mail is between sender and receiver.
impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail").finish_non_exhaustive()
    }
}

/// Why a mail is not on its way.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The receiver's address is none, or has letters that SES does not deliver to.
    #[error("the receiver's address is none that SES takes")]
    NoAddress,
    /// SES takes no more for the moment.
    #[error("SES takes no more mails for the moment")]
    Throttled(#[source] aws_json::Error),
    /// SES does not want this mail, or none at all: an identity that is not verified, an account in the sandbox, a receiver that is none.
    #[error("SES refused the mail")]
    Refused(#[source] aws_json::Error),
    /// SES gave no usable answer; the mail may be on its way all the same.
    #[error("SES gave no usable answer")]
    Unavailable(#[source] aws_json::Error),
}

impl Error {
    /// Whether the same mail may well go through in a moment.
    pub(crate) fn is_transient(&self) -> bool {
        matches!(self, Self::Throttled(_) | Self::Unavailable(_))
    }
}

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
