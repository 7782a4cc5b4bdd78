use std::process::ExitCode;

use startup::causes;

/// Why a command did not do what was asked.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Something was not found, or is not allowed.
    Refused(String),
    /// The shop, AWS or Polar gave no usable answer, or it is unclear which shop is meant.
    OutOfReach(String),
}

impl Failure {
    /// Takes the reason, as a sentence without a full stop.
    pub(crate) fn refused(why: impl Into<String>) -> Self {
        Self::Refused(why.into())
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Refused(_) => ExitCode::from(1),
            Self::OutOfReach(_) => ExitCode::from(3),
        }
    }

    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Refused(text) | Self::OutOfReach(text) => text,
        }
    }
}

/// All other errors come from outside: an answer that did not arrive or could not be read.
impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::OutOfReach(causes(&error))
    }
}
