use std::process::ExitCode;

use startup::causes;

/// Why a command did not do what was asked.
#[derive(Debug)]
pub(crate) enum Failure {
    /// There is no such thing, or it must not be done.
    Refused(String),
    /// The shop, AWS or Polar gave no usable answer, or it is not known which shop is meant.
    OutOfReach(String),
}

impl Failure {
    /// With what was looked for, or why not.
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

/// Whatever else goes wrong lies outside: an answer that did not come, or not as it should.
impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::OutOfReach(causes(&error))
    }
}
