use std::fmt;

use startup::{Clients, SettingError, Settings};

use crate::{Outbox, Sender, ses::Ses};

/// A mail to one person.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// The receiver's address.
    pub to: String,
    /// The subject, which a lock screen may show.
    pub subject: String,
    /// The content as plain text.
    pub text: String,
    /// The content as an HTML page.
    pub html: String,
}

/// Prints nothing, because mails are private.
impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail").finish_non_exhaustive()
    }
}

/// Why a mail could not be sent.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The receiver's address is invalid, or has characters that SES does not support.
    #[error("SES does not support the receiver's address")]
    NoAddress,
    /// SES is throttling.
    #[error("SES is throttling")]
    Throttled(#[source] aws_json::Error),
    /// SES rejected this mail or sends none at all: the identity is not verified, the account is in the sandbox, or the receiver does not exist.
    #[error("SES refused the mail")]
    Refused(#[source] aws_json::Error),
    /// SES gave no usable answer; the mail may have been sent.
    #[error("SES gave no usable answer")]
    Unavailable(#[source] aws_json::Error),
}

impl Error {
    /// Whether trying again may help.
    pub(crate) fn is_transient(&self) -> bool {
        matches!(self, Self::Throttled(_) | Self::Unavailable(_))
    }
}

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
