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
