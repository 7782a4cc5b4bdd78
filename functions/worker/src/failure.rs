use std::fmt;

use lambda_runtime::Diagnostic;
use startup::causes;

use crate::Error;

/// A failed job as Lambda reports it: a name for each kind, and the chain of causes in words.
pub struct Failure(Error);

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl From<Failure> for Diagnostic {
    fn from(Failure(error): Failure) -> Self {
        Self { error_type: name(&error).to_owned(), error_message: causes(&error) }
    }
}

/// The Lambda runtime logs a failure by `Debug`.
impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", name(&self.0), causes(&self.0))
    }
}

const fn name(error: &Error) -> &'static str {
    match error {
        Error::Products(_) => "CatalogNotRefreshed",
        Error::Polar(_) => "PolarFailed",
        Error::Store(_) => "DynamoDbFailed",
        Error::Template(_) => "MailNotWritten",
        Error::Mail(_) => "MailNotSent",
        Error::CodeExpired => "CodeExpired",
        Error::UnknownCustomers => "UnknownCustomers",
        Error::NoJob(_) => "UnknownJob",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_reported_by_name_and_in_words() {
        let failure = || Failure::from(Error::from(polar::Error::Timeout));
        let words = "PolarFailed: Polar gave no usable answer: Polar did not answer in time";
        assert_eq!(format!("{:?}", failure()), words);
        let Diagnostic { error_type, error_message, .. } = failure().into();
        assert_eq!(format!("{error_type}: {error_message}"), words);
    }
}
