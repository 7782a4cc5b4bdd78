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
